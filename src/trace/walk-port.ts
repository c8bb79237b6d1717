import { ROOT } from '../host/host-state.ts';
import {
  elsewhere,
  type Journey,
  linkAt,
  type Move,
  namespaceOfDevice,
  type SwitchedOut,
  stopped,
  withHop,
} from './journey.ts';
import { deviceLetter, portLetter } from './letters.ts';
import type { Hop } from './line.ts';
import { patchPeer } from './patch.ts';
import { walkTunnel } from './walk-tunnel.ts';

/** Takes a frame out of an OVS port: over a patch, into a tunnel, into a namespace, or out of a device. */
export function walkPort(journey: Journey, move: SwitchedOut): readonly Move[] {
  const bridge = journey.states[move.host]?.bridges[move.bridge];
  const port = bridge?.ports[move.port];
  const at = { letter: portLetter(move.bridge, move.port, move.traveller.side), host: move.host };
  if (port === undefined) {
    if (move.port === move.bridge) return [elsewhere(move.traveller)];
    return [
      stopped(
        move.traveller,
        at,
        'LINK_MISSING',
        `a flow of ${move.bridge} sends to ${move.port}, which does not exist`,
      ),
    ];
  }
  if (port.error !== undefined) return [stopped(move.traveller, at, 'PORT_ERROR', `${move.port}: ${port.error}`)];
  switch (port.type) {
    case 'patch':
      return walkPatch(journey, move, port.options['peer'] ?? '');
    case 'vxlan':
    case 'gre':
    case 'geneve':
      return walkTunnel(journey, move, port);
    case 'internal':
      return walkInternal(journey, move);
    case '':
      return walkDevice(journey, move);
  }
}

function hopOf(move: SwitchedOut, what: string, command: string, text: string): Omit<Hop, 'packet'> {
  return {
    letter: portLetter(move.bridge, move.port, move.traveller.side),
    host: move.host,
    namespace: ROOT,
    device: move.port,
    place: move.bridge,
    what,
    because: '',
    evidence: [{ command, text }],
  };
}

function walkPatch(journey: Journey, move: SwitchedOut, peer: string): readonly Move[] {
  const hop = hopOf(move, `── ${peer}`, `ovs-vsctl get Interface ${move.port} options:peer`, peer);
  // A patch port takes no tunnel metadata along.
  const traveller = withHop(move.traveller, hop, { ...move.traveller.packet, vni: null });
  const state = journey.states[move.host];
  const found = state === undefined ? null : patchPeer(state, move.port);
  if (found === null) {
    const message = `${move.port} is a patch to ${peer}, which no bridge of ${move.host} has`;
    return [stopped(traveller, { letter: hop.letter, host: move.host }, 'PEER_MISSING', message)];
  }
  return [{ kind: 'switched', host: move.host, ...found, traveller }];
}

/** The namespace's own hop shows the port. */
function walkInternal(journey: Journey, move: SwitchedOut): readonly Move[] {
  const namespace = namespaceOfDevice(journey.states[move.host], move.port);
  if (namespace === undefined) {
    const message = `${move.port} is an internal port of ${move.bridge}, and no namespace of ${move.host} has the device`;
    const letter = deviceLetter('qdhcp-', move.port);
    return [stopped(move.traveller, { letter, host: move.host }, 'LINK_MISSING', message)];
  }
  return [{ kind: 'received', host: move.host, namespace, device: move.port, traveller: move.traveller }];
}

function walkDevice(journey: Journey, move: SwitchedOut): readonly Move[] {
  const tag = journey.states[move.host]?.bridges[move.bridge]?.ports[move.port]?.tag;
  const hop = hopOf(
    move,
    tag === undefined ? `out by ${move.port}` : `out of local VLAN ${tag}`,
    tag === undefined ? `ovs-vsctl list-ports ${move.bridge}` : `ovs-vsctl get Port ${move.port} tag`,
    tag === undefined ? move.port : String(tag),
  );
  const traveller = withHop(move.traveller, hop);
  const link = linkAt(journey, move.host, ROOT, move.port);
  if (link === undefined) {
    const message = `${move.port} is a port of ${move.bridge}, and ${move.host} has no such device`;
    return [stopped(traveller, { letter: hop.letter, host: move.host }, 'LINK_MISSING', message)];
  }
  return [{ kind: 'sent', host: move.host, namespace: ROOT, device: move.port, traveller }];
}
