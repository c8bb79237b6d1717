import { ROOT } from '../host/host-state.ts';
import {
  arrived,
  bridgeOfPort,
  elsewhere,
  type Journey,
  linkAt,
  type Move,
  type Sent,
  stopped,
  withHop,
} from './journey.ts';
import { deviceLetter, portLetter } from './letters.ts';
import { isServicePort, portOfDevice } from './trace-model.ts';
import { walkPhysical } from './walk-physical.ts';

/** Takes a frame out of a device: to a VM, over a veth pair, into Open vSwitch, or onto the wire. */
export function walkLink(journey: Journey, move: Sent): readonly Move[] {
  const { host, namespace, device, traveller } = move;
  const state = journey.states[host];
  const link = linkAt(journey, host, namespace, device);
  const bridge = bridgeOfPort(state, device);
  const letter =
    bridge !== undefined && namespace === ROOT
      ? portLetter(bridge, device, traveller.side)
      : deviceLetter(namespace, device);
  const at = { letter, host };
  if (link === undefined) return [stopped(traveller, at, 'LINK_MISSING', `${host} has no device ${device}`)];
  if (link.up === false) return [stopped(traveller, at, 'LINK_DOWN', `${device} is down`)];
  if (link.mtu !== undefined && traveller.packet.bytes > link.mtu) {
    const message = `a packet of ${traveller.packet.bytes} bytes does not fit into MTU ${link.mtu} of ${device}`;
    return [stopped(traveller, at, 'MTU_TOO_SMALL', message)];
  }
  if (namespace === ROOT && isVmTap(journey, device)) return [deliver(journey, move)];
  if (bridge !== undefined && namespace !== ROOT) return [{ kind: 'switched', host, bridge, port: device, traveller }];
  if (link.peer !== undefined && link.peerNamespace !== null) {
    const peerNamespace = link.peerNamespace ?? namespace;
    if (linkAt(journey, host, peerNamespace, link.peer) === undefined) {
      return [stopped(traveller, at, 'PEER_MISSING', `the other end ${link.peer} of ${device} does not exist`)];
    }
    return [{ kind: 'received', host, namespace: peerNamespace, device: link.peer, traveller }];
  }
  if (bridge !== undefined) return walkPhysical(journey, host, bridge, device, traveller);
  return [stopped(traveller, at, 'PEER_MISSING', `nothing is known of what is behind ${device}`)];
}

function isVmTap(journey: Journey, device: string): boolean {
  if (!device.startsWith('tap')) return false;
  const port = portOfDevice(journey.model, device);
  return port === undefined || !isServicePort(port.deviceOwner);
}

/** A VM takes what is addressed to its MAC. */
function deliver(journey: Journey, move: Sent): Move {
  const { to } = journey;
  const { packet } = move.traveller;
  const isTarget = to.kind === 'port' && to.device === move.device && to.host === move.host;
  if (!isTarget || packet.macDestination !== to.macAddress) return elsewhere(move.traveller);
  return arrived(
    withHop(move.traveller, {
      letter: 'A',
      host: move.host,
      namespace: '',
      device: 'eth0',
      place: `vm ${to.name}`,
      what: `takes ${packet.ipSource} -> ${packet.ipDestination}`,
      because: `its MAC ${packet.macDestination}`,
      evidence: [{ command: `openstack port show ${to.portId}`, text: `${to.macAddress} ${to.ipAddress}` }],
    }),
  );
}
