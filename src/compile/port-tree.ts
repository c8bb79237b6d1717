import { deviceSuffix, qbrName } from './device-names.ts';
import type { OwnChains } from './wrapped-chains.ts';

export interface PortTreeInput {
  /** The chain that the tree begins with, and what the names of its branches begin with. */
  readonly root: string;
  readonly branch: string;
  /** Prefix of the agent's chains. */
  readonly agent: string;
  readonly portIds: readonly string[];
  /** What is to be done with a packet on the port's bridge; each rule follows a match of the bridge by name. */
  readonly entry: (portId: string) => string;
}

/** So many are looked through one by one. */
const FEW = 4;
/** A chain's name has at most 28 characters, of which so many are left for the part of an id. */
const DEEPEST = 8;

/**
 * Chains that lead a packet to its port by the name of the port's Linux bridge: a tree over the digits of ids.
 *
 * Neutron looks through a list of all ports of the host, for every packet. A comparison with the name of the bridge, which is what
 * a bridged packet came in on as far as iptables is concerned, is also many times cheaper than one by `physdev`.
 */
export function portTree({ root, branch, agent, portIds, entry }: PortTreeInput): OwnChains {
  const chains: Record<string, readonly string[]> = {};
  const grow = (chain: string, ids: readonly string[], depth: number): void => {
    if (ids.length <= FEW || depth === DEEPEST) {
      chains[chain] = ids.map((id) => `-i ${qbrName(id)} ${entry(id)}`);
      return;
    }
    const branches = branchesOf(ids, depth);
    chains[chain] = branches.map(([prefix, [only, ...more]]) =>
      more.length === 0 && only !== undefined
        ? `-i ${qbrName(only)} ${entry(only)}`
        : `-i qbr${prefix}+ -g ${agent}-${branch}-${prefix}`,
    );
    for (const [prefix, inside] of branches) if (inside.length > 1) grow(`${branch}-${prefix}`, inside, prefix.length);
  };
  grow(root, portIds, 0);
  return chains;
}

/** The ids by their next digit, or by as many as they have in common. */
function branchesOf(
  ids: readonly string[],
  depth: number,
): readonly (readonly [prefix: string, ids: readonly string[]])[] {
  let length = depth + 1;
  while (length < DEEPEST && new Set(ids.map((id) => id.slice(0, length))).size === 1) length += 1;
  const groups = new Map<string, string[]>();
  for (const id of ids) {
    const prefix = deviceSuffix(id).slice(0, length);
    const group = groups.get(prefix);
    if (group === undefined) groups.set(prefix, [id]);
    else group.push(id);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}
