import type { Namespace } from '../host/host-state.ts';
import { type RuleStep, type Traversal, traverse } from './iptables.ts';
import type { NetfilterPacket } from './iptables-match.ts';
import type { ConnectionState, Packet } from './packet.ts';

/** What iptables says to a packet that crosses a Linux bridge from one port to another. */
export interface BridgeCrossing {
  readonly verdict: 'accept' | 'drop';
  /** False where the bridge does not call iptables at all. */
  readonly filtered: boolean;
  /** The rule of a port's own chain that let it pass or not, else the rule that ended the traversal. */
  readonly decisive: RuleStep | null;
  /** Every rule that was met, over all tables. */
  readonly steps: readonly RuleStep[];
  readonly zone: number | null;
  readonly assumptions: readonly string[];
}

/** Chains of one port, in Neutron's names: `i` towards the VM, `o` from it, `s` against spoofing. */
const portChain = /-([ios])[0-9a-f]{8}-/;

/**
 * Crosses a Linux bridge under `net.bridge.bridge-nf-call-iptables`: raw in PREROUTING, then FORWARD with both bridge ports known
 * (Linux br_netfilter). A namespace whose sysctls were not read is taken to call iptables, which is the kernel's default.
 */
export function crossBridge(
  namespace: Namespace,
  bridge: string,
  inPort: string,
  outPort: string,
  packet: Packet,
  connection: ConnectionState,
): BridgeCrossing {
  const key = packet.ipVersion === 4 ? 'net.bridge.bridge-nf-call-iptables' : 'net.bridge.bridge-nf-call-ip6tables';
  if (namespace.sysctls[key] === '0') {
    return { verdict: 'accept', filtered: false, decisive: null, steps: [], zone: null, assumptions: [] };
  }
  const arriving: NetfilterPacket = {
    packet,
    state: connection,
    dnat: false,
    snat: false,
    mark: 0,
    connmark: 0,
    inInterface: bridge,
    outInterface: null,
    physdevIn: inPort,
    physdevOut: null,
  };
  const raw = traverse(namespace, 'raw', 'PREROUTING', arriving);
  if (raw.verdict === 'drop') return crossing(raw.decidedBy, [raw]);
  const mangle = traverse(namespace, 'mangle', 'PREROUTING', raw.packet);
  if (mangle.verdict === 'drop') return crossing(mangle.decidedBy, [raw, mangle]);
  const leaving = { ...mangle.packet, outInterface: bridge, physdevOut: outPort };
  const filter = traverse(namespace, 'filter', 'FORWARD', leaving);
  const own = filter.steps.findLast((step) => portChain.test(step.chain) && step.rule.target?.kind !== 'jump');
  return crossing(filter.verdict === 'drop' ? filter.decidedBy : (own ?? filter.decidedBy), [raw, mangle, filter]);
}

function crossing(decisive: RuleStep | null, traversals: readonly Traversal[]): BridgeCrossing {
  return {
    verdict: traversals.some((traversal) => traversal.verdict === 'drop') ? 'drop' : 'accept',
    filtered: true,
    decisive,
    steps: traversals.flatMap((traversal) => traversal.steps),
    zone: traversals[0]?.zone ?? null,
    assumptions: traversals.flatMap((traversal) => traversal.assumptions),
  };
}
