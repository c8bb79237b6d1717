import type { OvsPort } from '../host/host-state.ts';
import { ROOT } from '../host/host-state.ts';
import { type Journey, type Move, namespaceAt, type SwitchedOut, stopped, type Traveller, withHop } from './journey.ts';
import { portLetter } from './letters.ts';
import type { Hop } from './line.ts';
import { lookUpRoute } from './routing.ts';
import { findTunnelEnd, tunnelOverheadBytes } from './tunnel.ts';

/** Takes a packet through a tunnel to the host at its other end. */
export function walkTunnel(journey: Journey, move: SwitchedOut, port: OvsPort): readonly Move[] {
  const localIp = port.options['local_ip'] ?? '';
  const remoteIp = port.options['remote_ip'] ?? '';
  const side = move.traveller.side;
  const at = { letter: portLetter(move.bridge, move.port, side), host: move.host };
  const underlay = underlayOf(journey, move.host, localIp);
  const bytes = move.traveller.packet.bytes + tunnelOverheadBytes(port.type);
  const traveller = withHop(move.traveller, tunnelHop(move, port, underlay, bytes));
  if (underlay !== null && underlay.up === false) {
    return [stopped(traveller, at, 'LINK_DOWN', `${underlay.device}, which has ${localIp}, is down`)];
  }
  if (underlay !== null && underlay.mtu !== undefined && bytes > underlay.mtu) {
    const message = `${move.traveller.packet.bytes} bytes and ${bytes - move.traveller.packet.bytes} of tunnel do not fit into MTU ${underlay.mtu} of ${underlay.device}`;
    return [stopped(traveller, at, 'MTU_TOO_SMALL', message)];
  }
  const root = namespaceAt(journey, move.host, ROOT);
  if (underlay !== null && root !== undefined && lookUpRoute(root, remoteIp).kind === 'none') {
    return [stopped(traveller, at, 'UNDERLAY_NO_ROUTE', `${move.host} has no route to ${remoteIp}`)];
  }
  return [arrive(journey, move, port, localIp, remoteIp, traveller)];
}

function arrive(
  journey: Journey,
  move: SwitchedOut,
  port: OvsPort,
  localIp: string,
  remoteIp: string,
  traveller: Traveller,
): Move {
  const end = findTunnelEnd(journey.states, port.type, remoteIp, localIp);
  const at = { letter: portLetter(move.bridge, move.port, traveller.side), host: move.host };
  switch (end.kind) {
    case 'unknown':
      return stopped(traveller, at, 'HOST_NOT_OBSERVED', `no host that is known has ${remoteIp}`);
    case 'noPort': {
      const far = { letter: traveller.side === 'compute' ? 'H' : 'G', host: end.host };
      const message = `${end.host} has ${remoteIp}, but no ${port.type} port back to ${localIp}`;
      return stopped(traveller, far, 'TUNNEL_MISSING', message);
    }
    case 'found': {
      const side = traveller.side === 'compute' ? 'network' : 'compute';
      return {
        kind: 'switched',
        host: end.host,
        bridge: end.bridge,
        port: end.port,
        traveller: { ...traveller, side },
      };
    }
  }
}

interface Underlay {
  readonly device: string;
  readonly mtu: number | undefined;
  readonly up: boolean | undefined;
}

/** The device that owns the tunnel's local address. */
function underlayOf(journey: Journey, host: string, localIp: string): Underlay | null {
  const links = namespaceAt(journey, host, ROOT)?.links ?? {};
  const found = Object.entries(links).find(([, link]) =>
    link.addresses.some((address) => address.split('/')[0] === localIp),
  );
  return found === undefined ? null : { device: found[0], mtu: found[1].mtu, up: found[1].up };
}

function tunnelHop(move: SwitchedOut, port: OvsPort, underlay: Underlay | null, bytes: number): Omit<Hop, 'packet'> {
  const { options } = port;
  const arrow = `${options['local_ip']} ══ ${port.type.toUpperCase()} ${move.traveller.packet.vni ?? ''} ══> ${options['remote_ip']}`;
  const room = underlay?.mtu === undefined ? '' : `, MTU ${underlay.mtu} holds ${bytes}`;
  return {
    letter: portLetter(move.bridge, move.port, move.traveller.side),
    host: move.host,
    namespace: ROOT,
    device: move.port,
    place: move.bridge,
    what: arrow,
    because: underlay === null ? '' : `by ${underlay.device}${room}`,
    evidence: [
      {
        command: `ovs-vsctl get Interface ${move.port} options`,
        text: `local_ip=${options['local_ip']}, remote_ip=${options['remote_ip']}`,
      },
      { command: `ip route get ${options['remote_ip']}`, text: underlay === null ? '' : `dev ${underlay.device}` },
    ],
  };
}
