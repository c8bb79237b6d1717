import type { HostState, OvsBridge } from '../host/host-state.ts';
import type { Port } from '../model/share.ts';
import type { Journey, Switched } from './journey.ts';
import { strangerMac } from './neighbour.ts';
import type { Packet } from './packet.ts';
import { deviceOfPort } from './trace-model.ts';

/** The port that a frame is addressed to, as the model knows it; undefined for broadcasts and for strangers. */
export function addressee(journey: Journey, packet: Packet): Port | undefined {
  return journey.model.ports.find((port) => port.macAddress === packet.macDestination && port.host !== '');
}

/** The OVS port that stands for a port of the model on a bridge: by `external_ids:iface-id`, else by its name. */
export function ovsPortOf(
  state: HostState | undefined,
  bridge: string,
  port: Pick<Port, 'id' | 'deviceOwner'>,
): string | undefined {
  const ports = state?.bridges[bridge]?.ports ?? {};
  const found = Object.entries(ports).find(([, candidate]) => candidate.externalIds['iface-id'] === port.id);
  if (found !== undefined) return found[0];
  const short = port.id.slice(0, 11);
  return [deviceOfPort(port), `qvo${short}`].find((name) => Object.hasOwn(ports, name));
}

/** By which ports of a bridge a frame comes nearer to its addressee. Empty where the bridge lacks such a port. */
export interface Goal {
  /** The addressee's own port, a tunnel to its host, or the wire of a provider network. */
  readonly kind: 'port' | 'tunnel' | 'wire';
  readonly ports: readonly string[];
  readonly host: string;
}

/** Where a frame should leave a bridge; null where that cannot be told. */
export function goalOf(journey: Journey, move: Switched, bridge: OvsBridge): Goal | null {
  const { packet } = move.traveller;
  if (packet.macDestination === strangerMac) return wireGoal(move, bridge);
  const port = addressee(journey, packet);
  if (port === undefined) return null;
  if (port.host !== move.host)
    return move.bridge === 'br-tun' && move.port === 'patch-int' ? tunnelGoal(journey, bridge, port.host) : null;
  const name = ovsPortOf(journey.states[move.host], move.bridge, port);
  if (name === move.port || (name === undefined && move.bridge !== 'br-int')) return null;
  return { kind: 'port', ports: name === undefined ? [] : [name], host: port.host };
}

/** A stranger is behind a provider network: from br-int over `int-BRIDGE`. */
function wireGoal(move: Switched, bridge: OvsBridge): Goal | null {
  const ports = Object.keys(bridge.ports).filter((name) => name.startsWith('int-') && name !== move.port);
  return move.bridge === 'br-int' && ports.length > 0 ? { kind: 'wire', ports, host: move.host } : null;
}

function tunnelGoal(journey: Journey, bridge: OvsBridge, host: string): Goal | null {
  const far = Object.values(journey.states[host]?.bridges['br-tun']?.ports ?? {});
  const ends = new Set(far.flatMap((port) => port.options['local_ip'] ?? []));
  if (ends.size === 0) return null;
  const ports = Object.entries(bridge.ports).filter(([, port]) => ends.has(port.options['remote_ip'] ?? ''));
  return { kind: 'tunnel', ports: ports.map(([name]) => name), host };
}
