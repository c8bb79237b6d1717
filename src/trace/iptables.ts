import type { Chain, IpSet, Namespace, Ruleset, TableName } from '../host/host-state.ts';
import { parseRule } from '../host/iptables.ts';
import type { IptablesRule, RuleTarget } from '../host/iptables-rule.ts';
import { matches, type NetfilterPacket } from './iptables-match.ts';

export type Hook = 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING';

/** A rule that a packet met. */
export interface RuleStep {
  readonly table: TableName;
  readonly chain: string;
  /** As iptables-save prints it, without `-A CHAIN `. */
  readonly text: string;
  readonly rule: IptablesRule;
}

/** A new destination or source that a rule gave. */
export interface Translation {
  readonly kind: 'dnat' | 'snat' | 'redirect';
  /** Null leaves the address: REDIRECT's is the incoming device's own. */
  readonly address: string | null;
  readonly port: number | null;
  readonly step: RuleStep;
}

export interface Traversal {
  readonly verdict: 'accept' | 'drop';
  /** The rule that ended the traversal; null is the chain's policy. */
  readonly decidedBy: RuleStep | null;
  /** Every rule that the packet met, in order: jumps, returns, marks. */
  readonly steps: readonly RuleStep[];
  /** The packet with its marks afterwards; addresses change by `translation` alone. */
  readonly packet: NetfilterPacket;
  readonly translation: Translation | null;
  /** Conntrack zone that a rule of the raw table gave. */
  readonly zone: number | null;
  readonly assumptions: readonly string[];
}

interface Walk {
  readonly chains: Readonly<Record<string, Chain>>;
  readonly ipsets: Readonly<Record<string, IpSet>>;
  readonly table: TableName;
  readonly steps: RuleStep[];
  readonly assumptions: Set<string>;
  packet: NetfilterPacket;
  translation: Translation | null;
  zone: number | null;
}

type ChainEnd =
  | { readonly kind: 'verdict'; readonly verdict: 'accept' | 'drop'; readonly step: RuleStep }
  | { readonly kind: 'returned' };

/** The kernel itself refuses deeper nesting. */
const maxDepth = 64;

/** Takes a packet through one table at one hook of a namespace. A table that does not exist lets it pass. */
export function traverse(namespace: Namespace, table: TableName, hook: Hook, packet: NetfilterPacket): Traversal {
  const ruleset: Ruleset = packet.packet.ipVersion === 4 ? namespace.ipv4 : namespace.ipv6;
  const walk: Walk = {
    chains: ruleset[table] ?? {},
    ipsets: namespace.ipsets,
    table,
    steps: [],
    assumptions: new Set(),
    packet,
    translation: null,
    zone: null,
  };
  const end = runChain(walk, hook, 0);
  const policy = walk.chains[hook]?.policy === 'DROP' ? 'drop' : 'accept';
  return {
    verdict: end.kind === 'verdict' ? end.verdict : policy,
    decidedBy: end.kind === 'verdict' ? end.step : null,
    steps: walk.steps,
    packet: walk.packet,
    translation: walk.translation,
    zone: walk.zone,
    assumptions: [...walk.assumptions],
  };
}

const parsed = new WeakMap<Chain, readonly IptablesRule[]>();

function rulesOf(chain: Chain): readonly IptablesRule[] {
  const known = parsed.get(chain);
  if (known !== undefined) return known;
  const rules = chain.rules.map(parseRule);
  parsed.set(chain, rules);
  return rules;
}

function runChain(walk: Walk, name: string, depth: number): ChainEnd {
  const chain = Object.hasOwn(walk.chains, name) ? walk.chains[name] : undefined;
  if (chain === undefined || depth > maxDepth) return { kind: 'returned' };
  for (const [index, rule] of rulesOf(chain).entries()) {
    const text = chain.rules[index] ?? '';
    if (!ruleMatches(walk, name, rule, text)) continue;
    const step = { table: walk.table, chain: name, text, rule };
    walk.steps.push(step);
    if (rule.target === null) continue;
    const end = applyTarget(walk, rule.target, step, depth);
    if (end !== null) return end;
  }
  return { kind: 'returned' };
}

function ruleMatches(walk: Walk, chain: string, rule: IptablesRule, text: string): boolean {
  let known = true;
  for (const match of rule.matches) {
    const holds = matches(match, walk.packet, walk.ipsets);
    if (holds === false) return false;
    if (holds === null) known = false;
  }
  if (!known) walk.assumptions.add(`taken not to match, because a part is not known: -A ${chain} ${text}`);
  return known;
}

/** Null goes on with the next rule. */
function applyTarget(walk: Walk, target: RuleTarget, step: RuleStep, depth: number): ChainEnd | null {
  switch (target.kind) {
    case 'accept':
      return { kind: 'verdict', verdict: 'accept', step };
    case 'drop':
    case 'reject':
      return { kind: 'verdict', verdict: 'drop', step };
    case 'return':
      return { kind: 'returned' };
    case 'jump': {
      const end = runChain(walk, target.chain, depth + 1);
      return end.kind === 'verdict' ? end : null;
    }
    case 'goto':
      return runChain(walk, target.chain, depth + 1);
    case 'dnat':
    case 'snat':
      walk.translation = { kind: target.kind, ...splitTarget(target.to, walk.packet.packet.destinationPort), step };
      return { kind: 'verdict', verdict: 'accept', step };
    case 'redirect':
      walk.translation = {
        kind: 'redirect',
        address: null,
        port: target.toPorts === null ? null : Number(target.toPorts),
        step,
      };
      return { kind: 'verdict', verdict: 'accept', step };
    case 'masquerade':
      walk.translation = { kind: 'snat', address: null, port: null, step };
      return { kind: 'verdict', verdict: 'accept', step };
    case 'ctZone':
      walk.zone ??= target.zone;
      return null;
    case 'ctNotrack':
      walk.packet = { ...walk.packet, state: 'UNTRACKED' };
      return null;
    case 'checksum':
      return null;
    case 'unknown':
      walk.assumptions.add(`target not known, taken to let the packet go on: ${step.text}`);
      return null;
    default:
      walk.packet = marked(walk.packet, target);
      return null;
  }
}

type MarkTarget = Extract<RuleTarget, { kind: 'mark' | 'connmark' | 'connmarkSet' }>;

/** `--set-xmark` clears the mask's bits and XORs the value (iptables-extensions(8), MARK and CONNMARK). */
function marked(packet: NetfilterPacket, target: MarkTarget): NetfilterPacket {
  const xmark = (old: number, value: number, mask: number) => ((old & ~mask) ^ value) >>> 0;
  switch (target.kind) {
    case 'mark':
      return { ...packet, mark: xmark(packet.mark, target.value, target.mask) };
    case 'connmarkSet':
      return { ...packet, connmark: xmark(packet.connmark, target.value, target.mask) };
    case 'connmark':
      return target.action === 'save'
        ? { ...packet, connmark: xmark(packet.connmark, packet.mark & target.nfmask, target.ctmask) }
        : { ...packet, mark: xmark(packet.mark, packet.connmark & target.ctmask, target.nfmask) };
  }
}

/** `10.0.0.5`, `10.0.0.5:22`, `[fd00::5]:22` and `10.0.0.5-10.0.0.9` (its first address). */
function splitTarget(text: string, destinationPort: number | null): { address: string | null; port: number | null } {
  const read = /^(?:\[([^\]]*)\]|([^:-]*|[0-9a-f:]*))(?:-[^:]*)?(?::(\d+)(?:-\d+(?:\/(\d+))?)?)?$/i.exec(text);
  const address = read?.[1] ?? read?.[2] ?? '';
  const first = read?.[3] === undefined ? null : Number(read[3]);
  // `80-89/8080`: the port that comes counts from the one behind the stroke.
  const shift = read?.[4] === undefined ? 0 : (destinationPort ?? Number(read[4])) - Number(read[4]);
  return { address: address === '' ? null : address, port: first === null ? null : first + shift };
}
