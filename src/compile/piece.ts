import {
  type Chain,
  emptyNamespace,
  type HostState,
  type IpSet,
  type Link,
  type Namespace,
  type OvsBridge,
  type OvsPort,
  type Route,
  type Ruleset,
  type Shaper,
  type TableName,
} from '../host/host-state.ts';

/** What one feature adds to a host. */
export interface Piece {
  readonly namespaces?: Readonly<Record<string, Partial<Namespace>>>;
  readonly bridges?: Readonly<Record<string, Partial<OvsBridge>>>;
  readonly daemons?: HostState['daemons'];
}

/**
 * Joins what the features made. Flows, routes and the rules of one chain are appended in the order of the pieces; of two ports or
 * links of the same name the later adds to the earlier.
 */
export function join(pieces: readonly Piece[]): HostState {
  const namespaces: Record<string, JoinedNamespace> = {};
  const bridges: Record<string, JoinedBridge> = {};
  const daemons: Record<string, HostState['daemons'][string]> = {};
  for (const piece of pieces) {
    for (const [name, namespace] of Object.entries(piece.namespaces ?? {})) {
      namespaces[name] ??= {
        ...emptyNamespace,
        links: {},
        routes: [],
        sysctls: {},
        ipsets: {},
        shapers: {},
        ipv4: {},
        ipv6: {},
      };
      addNamespace(namespaces[name], namespace);
    }
    for (const [name, bridge] of Object.entries(piece.bridges ?? {})) {
      const joined = bridges[name] ?? { ports: {}, flows: [] };
      bridges[name] = addBridge(joined, bridge);
    }
    Object.assign(daemons, piece.daemons);
  }
  return { namespaces, bridges, daemons };
}

type JoinedBridge = Omit<OvsBridge, 'ports' | 'flows'> & {
  readonly ports: Record<string, OvsPort>;
  readonly flows: OvsBridge['flows'][number][];
};

function addBridge(joined: JoinedBridge, bridge: Partial<OvsBridge>): JoinedBridge {
  const { ports = {}, flows = [], ...rest } = bridge;
  for (const [name, port] of Object.entries(ports)) {
    const known = joined.ports[name];
    joined.ports[name] = known === undefined ? port : joinPorts(known, port);
  }
  for (const one of flows) joined.flows.push(one);
  return { ...joined, ...rest };
}

function joinPorts(known: OvsPort, port: OvsPort): OvsPort {
  return {
    ...known,
    ...port,
    options: { ...known.options, ...port.options },
    externalIds: { ...known.externalIds, ...port.externalIds },
    otherConfig: { ...known.otherConfig, ...port.otherConfig },
  };
}

/** Filled in place: a host has a piece for each port, and copying what is joined for each of them would be quadratic. */
interface JoinedNamespace extends Namespace {
  readonly links: Record<string, Link>;
  readonly routes: Route[];
  readonly sysctls: Record<string, string>;
  readonly ipsets: Record<string, IpSet>;
  readonly shapers: Record<string, Shaper>;
  readonly ipv4: JoinedRuleset;
  readonly ipv6: JoinedRuleset;
}

type JoinedRuleset = Partial<Record<TableName, Record<string, Chain>>>;

function addNamespace(joined: JoinedNamespace, namespace: Partial<Namespace>): void {
  Object.assign(joined.links, namespace.links);
  for (const route of namespace.routes ?? []) joined.routes.push(route);
  Object.assign(joined.sysctls, namespace.sysctls);
  Object.assign(joined.ipsets, namespace.ipsets);
  Object.assign(joined.shapers, namespace.shapers);
  addRuleset(joined.ipv4, namespace.ipv4 ?? {});
  addRuleset(joined.ipv6, namespace.ipv6 ?? {});
}

function addRuleset(joined: JoinedRuleset, more: Ruleset): void {
  for (const table of ['raw', 'mangle', 'nat', 'filter'] as const) {
    const chains = more[table];
    if (chains === undefined) continue;
    const known = joined[table] ?? {};
    joined[table] = known;
    for (const [name, chain] of Object.entries(chains)) {
      const before = known[name];
      known[name] = before === undefined ? chain : { ...before, ...chain, rules: [...before.rules, ...chain.rules] };
    }
  }
}
