import type { Flow, Shaper } from '../host/host-state.ts';
import { ROOT } from '../host/host-state.ts';
import type { BandwidthLimit } from '../model/share.ts';
import { flow, inPort } from './compiled-flow.ts';
import { qvbName, tapName } from './device-names.ts';
import type { HostView } from './host-view.ts';
import type { Piece } from './piece.ts';

/**
 * Limits and the DSCP mark of ports: what the workload sends is held back on its way out of qvb, what it receives on its way out
 * of tap, and the mark is given at br-int. Both devices of the chain are ours or os-vif's, never ports of OVS, which looks after
 * the queues of its own.
 */
export function qos({ share, vmPorts }: HostView): readonly Piece[] {
  return vmPorts.flatMap(({ id, port, ovsPort, isHybrid, local }): readonly Piece[] => {
    const wanted = share.portQos[id];
    if (wanted === undefined || port === undefined || local === null) return [];
    const flows = wanted.dscpMark === null ? [] : markFlows(ovsPort, wanted.dscpMark);
    const shapers = isHybrid ? shapersOf(id, wanted, local.network.mtu) : {};
    return [{ namespaces: { [ROOT]: { shapers } }, bridges: { 'br-int': { flows } } }];
  });
}

/** The least that the kernel can hold a direction to: it keeps a burst, which must hold a frame, in nanoseconds of 32 bits. */
export function slowestKbps(mtu: number): number {
  return Math.ceil(((mtu + FRAME_HEAD) * 8000) / LONGEST_BURST_US);
}

export function isTooSlow(limit: BandwidthLimit | null, mtu: number): boolean {
  return isLimit(limit) && limit.maxKbps < slowestKbps(mtu);
}

/** No kilobit at all is no limit, as in Neutron. */
function isLimit(limit: BandwidthLimit | null): limit is BandwidthLimit {
  return limit !== null && limit.maxKbps > 0;
}

function shapersOf(
  id: string,
  { egress, ingress }: { readonly egress: BandwidthLimit | null; readonly ingress: BandwidthLimit | null },
  mtu: number,
): Readonly<Record<string, Shaper>> {
  return {
    ...(isLimit(egress) ? { [qvbName(id)]: shaper(egress, mtu) } : {}),
    ...(isLimit(ingress) ? { [tapName(id)]: shaper(ingress, mtu) } : {}),
  };
}

/** Ethernet's, with a VLAN tag. */
const FRAME_HEAD = 18;
const LONGEST_BURST_US = 4_294_000;
/**
 * Where the policy leaves it open: long enough for a host that is busy elsewhere to look after the queue in time, short enough not
 * to show in what passes in a second.
 */
const USUAL_BURST_US = 20_000;
const LONGEST_WAIT_US = 50_000;
/** A TCP connection that cannot have some frames under way stands still after each loss. */
const FEWEST_WAITING = 20;
const MOST_BYTES = 2 ** 31 - 1;

function shaper({ maxKbps, maxBurstKbps }: BandwidthLimit, mtu: number): Shaper {
  const frame = mtu + FRAME_HEAD;
  const wished = maxBurstKbps > 0 ? Math.round((maxBurstKbps * 1_000_000) / maxKbps) : USUAL_BURST_US;
  const burstUs = Math.min(LONGEST_BURST_US, Math.max(wished, usOf(2 * frame, maxKbps)));
  const waiting = Math.max(bytesIn(LONGEST_WAIT_US, maxKbps), FEWEST_WAITING * frame);
  return { kbps: maxKbps, burstUs, queueBytes: Math.min(MOST_BYTES, bytesIn(burstUs, maxKbps) + waiting) };
}

function usOf(bytes: number, kbps: number): number {
  return Math.ceil((bytes * 8000) / kbps);
}

function bytesIn(us: number, kbps: number): number {
  return Math.floor((us * kbps) / 8000);
}

/**
 * Neutron's own: marked first, then everything else as if it had come marked. The register says that it was done. What the
 * workload marked itself is overwritten.
 */
function markFlows(ovsPort: string, mark: number): readonly Flow[] {
  const from = inPort(ovsPort);
  const actions = `set_field:0x1->reg2,set_field:${mark}->ip_dscp,resubmit:${from.slice('in_port='.length)}`;
  return ['ip', 'ipv6'].map((protocol) => flow(0, 65_535, `${protocol},reg2=0,${from}`, actions));
}
