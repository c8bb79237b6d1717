import type { HostState } from '../host/host-state.ts';
import type { Port } from '../model/share.ts';
import type { Journey } from './journey.ts';
import type { Packet } from './packet.ts';
import { deviceOfPort } from './trace-model.ts';

/** The port that a frame is addressed to, as the model knows it; undefined for broadcasts and for strangers. */
export function addressee(journey: Journey, packet: Packet): Port | undefined {
  return journey.model.ports.find((port) => port.macAddress === packet.macDestination && port.host !== '');
}

/** The OVS port that stands for a port of the model on a bridge: by `external_ids:iface-id`, else by its name. */
export function ovsPortOf(state: HostState | undefined, bridge: string, port: Port): string | undefined {
  const ports = state?.bridges[bridge]?.ports ?? {};
  const found = Object.entries(ports).find(([, candidate]) => candidate.externalIds['iface-id'] === port.id);
  if (found !== undefined) return found[0];
  const short = port.id.slice(0, 11);
  return [deviceOfPort(port), `qvo${short}`].find((name) => Object.hasOwn(ports, name));
}
