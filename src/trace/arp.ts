import type { HostState, OvsPort } from '../host/host-state.ts';
import { parseAddress } from '../model/addresses.ts';
import { type Fields, formatMac, parseMac } from './fields.ts';
import { type Journey, linkAt, namespaceOfDevice, type Switched } from './journey.ts';
import { portLetter } from './letters.ts';
import { type PipelineResult, runPipeline, type TableStep } from './openflow.ts';
import { patchPeer } from './patch.ts';
import { pipelineStop } from './pipeline-stop.ts';
import type { ReasonCode } from './reasons.ts';
import { portOfDevice } from './trace-model.ts';
import { findTunnelEnd } from './tunnel.ts';

/** What becomes of an ARP request. */
export type ArpOutcome =
  | {
      readonly kind: 'answered';
      readonly macAddress: string;
      readonly by: string;
      readonly steps: readonly TableStep[];
    }
  /** It leaves to where nothing is known, so someone may answer. */
  | { readonly kind: 'unknown' }
  | {
      readonly kind: 'dies';
      readonly letter: string;
      readonly host: string;
      readonly code: ReasonCode;
      readonly message: string;
    };

/** Who asks, and by which OVS port the request comes in. */
export interface ArpRequest {
  readonly host: string;
  readonly bridge: string;
  readonly port: string;
  readonly macSource: string;
  readonly ipSource: string;
  readonly ipTarget: string;
}

type Place = Pick<Switched, 'host' | 'bridge' | 'port'> & {
  readonly fields: Fields;
  readonly side: 'compute' | 'network';
};

/** More places than any flood between hosts has. */
const maxPlaces = 2000;

/**
 * Follows an ARP request (RFC 826) through the bridges of all hosts: br-tun's responder answers it, or the device or VM that has
 * the address, or nobody. Linux bridges pass ARP on, since iptables does not see it.
 */
export function askArp(
  journey: Pick<Journey, 'states' | 'model'>,
  request: ArpRequest,
  side: 'compute' | 'network',
): ArpOutcome {
  const { host, bridge, port } = request;
  const places: Place[] = [{ host, bridge, port, side, fields: requestFields(request) }];
  const found: ArpOutcome[] = [];
  for (let count = 0; places.length > 0 && count < maxPlaces; count += 1) {
    const place = places.shift();
    const state = journey.states[place?.host ?? ''];
    const pipeline = state?.bridges[place?.bridge ?? ''];
    if (place === undefined || state === undefined || pipeline === undefined) continue;
    const result = runPipeline(pipeline, place.bridge, place.port, place.fields);
    if (result.outputs.length === 0) found.push(died(place, state, result));
    for (const output of result.outputs) {
      const next = followOutput(journey, place, state, output, request);
      if (next === null) continue;
      if ('fields' in next) places.push(next);
      else found.push(next);
    }
  }
  return best(found, request);
}

function requestFields(request: ArpRequest): Fields {
  const mac = parseMac(request.macSource) ?? 0n;
  return {
    eth_src: mac,
    eth_dst: 0xffffffffffffn,
    eth_type: 0x806n,
    arp_op: 1n,
    arp_sha: mac,
    arp_spa: parseAddress(request.ipSource)?.value ?? 0n,
    arp_tpa: parseAddress(request.ipTarget)?.value ?? 0n,
  };
}

/** The next place, an end, or null where a copy reaches someone who does not care. */
function followOutput(
  journey: Pick<Journey, 'states' | 'model'>,
  place: Place,
  state: HostState,
  output: PipelineResult['outputs'][number],
  request: ArpRequest,
): Place | ArpOutcome | null {
  const { fields, steps } = output;
  const port = state.bridges[place.bridge]?.ports[output.port];
  if (output.port === place.port) {
    if (fields['arp_op'] !== 2n) return null;
    return {
      kind: 'answered',
      macAddress: formatMac(fields['arp_sha'] ?? 0n),
      by: `${place.bridge} on ${place.host}`,
      steps,
    };
  }
  if (port === undefined) return null;
  switch (port.type) {
    case 'patch': {
      const peer = patchPeer(state, output.port);
      return peer === null ? null : { ...place, ...peer, fields: headersOf(fields) };
    }
    case 'vxlan':
    case 'gre':
    case 'geneve':
      return throughTunnel(journey, place, port, fields);
    case 'internal':
      return namespaceAnswers(journey, place.host, state, output.port, request, steps);
    case '':
      return deviceAnswers(journey, output.port, request, steps);
  }
}

/** Registers and tunnel metadata stay behind at a patch port. */
function headersOf(fields: Fields): Fields {
  const metadata = /^(reg\d+|tun_id|metadata|conj_id|ct_\w+)$/;
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !metadata.test(name)));
}

function throughTunnel(
  journey: Pick<Journey, 'states'>,
  place: Place,
  port: OvsPort,
  fields: Fields,
): Place | ArpOutcome {
  const end = findTunnelEnd(journey.states, port.type, port.options['remote_ip'] ?? '', port.options['local_ip'] ?? '');
  if (end.kind !== 'found') return { kind: 'unknown' };
  const side = place.side === 'compute' ? 'network' : 'compute';
  return { host: end.host, bridge: end.bridge, port: end.port, side, fields };
}

function namespaceAnswers(
  journey: Pick<Journey, 'states' | 'model'>,
  host: string,
  state: HostState,
  device: string,
  request: ArpRequest,
  steps: readonly TableStep[],
): ArpOutcome | null {
  const namespace = namespaceOfDevice(state, device);
  const link = namespace === undefined ? undefined : linkAt({ states: journey.states }, host, namespace, device);
  const owns = link?.up !== false && link?.addresses.some((address) => address.split('/')[0] === request.ipTarget);
  if (owns !== true || link?.macAddress === undefined) return null;
  return { kind: 'answered', macAddress: link.macAddress, by: `${device} on ${host}`, steps };
}

/** A VM answers for its addresses. Behind a NIC anyone may. */
function deviceAnswers(
  journey: Pick<Journey, 'model'>,
  device: string,
  request: ArpRequest,
  steps: readonly TableStep[],
): ArpOutcome | null {
  const port = portOfDevice(journey.model, device);
  if (port === undefined) return /^(qvo|tap)/.test(device) ? null : { kind: 'unknown' };
  if (port.fixedIps.some((fixedIp) => fixedIp.ipAddress === request.ipTarget)) {
    return { kind: 'answered', macAddress: port.macAddress, by: port.name || port.id, steps };
  }
  const pair = port.allowedAddressPairs.find((candidate) => candidate.ipAddress === request.ipTarget);
  return pair === undefined ? null : { kind: 'answered', macAddress: pair.macAddress, by: port.name || port.id, steps };
}

function died(place: Place, state: HostState, result: PipelineResult): ArpOutcome {
  const bridge = state.bridges[place.bridge];
  const letter = portLetter(place.bridge, place.port, place.side);
  const why =
    bridge === undefined
      ? { code: 'NO_FLOW' as const, message: '' }
      : pipelineStop(place.bridge, place.port, bridge, result, null);
  return { kind: 'dies', letter, host: place.host, ...why };
}

/** An answer decides. Without one, a place that nothing is known of may have it; else the first death is where it went wrong. */
function best(found: readonly ArpOutcome[], request: ArpRequest): ArpOutcome {
  const byKind = (kind: ArpOutcome['kind']) => found.find((outcome) => outcome.kind === kind);
  const decided = byKind('answered') ?? byKind('unknown');
  if (decided !== undefined) return decided;
  const dead = byKind('dies');
  if (found.length === 1 && dead !== undefined) return dead;
  const letter = dead?.kind === 'dies' ? dead.letter : portLetter(request.bridge, request.port, 'compute');
  const host = dead?.kind === 'dies' ? dead.host : request.host;
  const message = `nobody answers ARP for ${request.ipTarget}`;
  return { kind: 'dies', letter, host, code: 'ARP_UNANSWERED', message };
}
