import type { Chain, Ruleset, TableName } from '../host/host-state.ts';

/** Own chains of an agent with their rules, by name without the agent's prefix. */
export type OwnChains = Readonly<Record<string, readonly string[]>>;

const BUILT_IN = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
} as const satisfies Record<TableName, readonly string[]>;

/**
 * Neutron's frame of chains: every built-in chain leads to the agent's own of the same name behind its prefix. `filter` has
 * `neutron-filter-top` ahead of them, `nat` has `neutron-postrouting-bottom` behind.
 */
export function wrappedChains(prefix: string, tables: Readonly<Partial<Record<TableName, OwnChains>>>): Ruleset {
  const ruleset: Partial<Record<TableName, Readonly<Record<string, Chain>>>> = {};
  for (const table of ['raw', 'mangle', 'nat', 'filter'] as const) {
    const own = tables[table];
    if (own !== undefined) ruleset[table] = wrappedTable(prefix, table, own);
  }
  return ruleset;
}

function wrappedTable(prefix: string, table: TableName, own: OwnChains): Readonly<Record<string, Chain>> {
  const chains: Record<string, Chain> = {};
  for (const name of BUILT_IN[table]) {
    chains[name] = { rules: [...before(table, name), `-j ${prefix}-${name}`, ...behind(table, name)] };
    chains[`${prefix}-${name}`] = { rules: [] };
  }
  if (table === 'filter') {
    chains['neutron-filter-top'] = { rules: [`-j ${prefix}-local`] };
    chains[`${prefix}-local`] = { rules: [] };
  }
  if (table === 'nat') {
    chains['neutron-postrouting-bottom'] = {
      rules: [`-m comment --comment "source NAT on the way out" -j ${prefix}-snat`],
    };
  }
  for (const [name, rules] of Object.entries(own)) chains[`${prefix}-${name}`] = { rules };
  return chains;
}

function before(table: TableName, chain: string): readonly string[] {
  return table === 'filter' && chain !== 'INPUT' ? ['-j neutron-filter-top'] : [];
}

function behind(table: TableName, chain: string): readonly string[] {
  return table === 'nat' && chain === 'POSTROUTING' ? ['-j neutron-postrouting-bottom'] : [];
}
