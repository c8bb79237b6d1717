/** What differs in iptables rules and IP sets. */
import type { Family, Insertion, IpsetChange, RuleChange } from './change.ts';
import { emptyNamespace, type HostState, type Namespace, type Ruleset, type TableName } from './host-state.ts';
import { isManagedNamespace, isOurChain, isOurIpset, isOurJump } from './ownership.ts';

const TABLES: readonly TableName[] = ['raw', 'mangle', 'nat', 'filter'];

/** Differences of rules and sets; those of a namespace that goes are not listed, they go with it. */
export function ruleChanges(desired: HostState, observed: HostState): readonly (RuleChange | IpsetChange)[] {
  const names = new Set([...Object.keys(desired.namespaces), ...Object.keys(observed.namespaces)]);
  return [...names]
    .filter((name) => isManagedNamespace(name) && (name === '' || desired.namespaces[name] !== undefined))
    .flatMap((name) => {
      const wanted = desired.namespaces[name] ?? emptyNamespace;
      const present = observed.namespaces[name] ?? emptyNamespace;
      return [
        ...rulesetChanges(name, 'ipv4', wanted.ipv4, present.ipv4),
        ...rulesetChanges(name, 'ipv6', wanted.ipv6, present.ipv6),
        ...ipsetChanges(name, wanted, present),
      ];
    });
}

function rulesetChanges(namespace: string, family: Family, wanted: Ruleset, present: Ruleset): readonly RuleChange[] {
  return TABLES.flatMap((table) => {
    const want = wanted[table] ?? {};
    const have = present[table] ?? {};
    const names = [...new Set([...Object.keys(want), ...Object.keys(have)])];
    return names.flatMap((chain): readonly RuleChange[] => {
      const at = { namespace, family, table, chain };
      const rules = want[chain]?.rules;
      const old = have[chain]?.rules;
      if (!isOurChain(chain)) {
        const stale = (old ?? []).filter(isOurJump);
        return isSame(rules ?? [], stale) ? [] : [{ ...at, kind: 'write-jumps', rules: rules ?? [], stale }];
      }
      if (rules === undefined) return [{ ...at, kind: 'remove-chain' }];
      if (old !== undefined && isSame(rules, old)) return [];
      if (old === undefined) return [{ ...at, kind: 'write-chain', rules, isNew: true }];
      const insertions = insertionsInto(old, rules);
      return [{ ...at, kind: 'write-chain', rules, isNew: false, ...(insertions && { insertions }) }];
    });
  });
}

/**
 * What must be inserted to make `rules` of `old`; undefined where something must go or move. Taking a rule away costs the
 * kernel a grace period of some 20 ms for each table, in which `ip` waits as well.
 */
function insertionsInto(old: readonly string[], rules: readonly string[]): readonly Insertion[] | undefined {
  const insertions: Insertion[] = [];
  let next = 0;
  rules.forEach((rule, index) => {
    if (rule === old[next]) next += 1;
    else insertions.push({ place: index + 1, rule });
  });
  return next === old.length ? insertions : undefined;
}

function ipsetChanges(namespace: string, wanted: Namespace, present: Namespace): readonly IpsetChange[] {
  const changes: IpsetChange[] = [];
  for (const [name, set] of Object.entries(wanted.ipsets)) {
    const has = present.ipsets[name];
    if (has === undefined) {
      changes.push({ kind: 'add-ipset', namespace, name, set });
      continue;
    }
    const [want, have] = [new Set(set.members), new Set(has.members)];
    const add = set.members.filter((member) => !have.has(member));
    const remove = has.members.filter((member) => !want.has(member));
    if (add.length + remove.length > 0) changes.push({ kind: 'change-ipset', namespace, name, add, remove });
  }
  for (const name of Object.keys(present.ipsets)) {
    if (wanted.ipsets[name] === undefined && isOurIpset(name)) changes.push({ kind: 'remove-ipset', namespace, name });
  }
  return changes;
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text, index) => text === other[index]);
}
