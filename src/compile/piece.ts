import {
  type Chain,
  emptyNamespace,
  type HostState,
  type Namespace,
  type OvsBridge,
  type OvsPort,
  type Ruleset,
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
  const namespaces: Record<string, Namespace> = {};
  const bridges: Record<string, JoinedBridge> = {};
  const daemons: Record<string, HostState['daemons'][string]> = {};
  for (const piece of pieces) {
    for (const [name, namespace] of Object.entries(piece.namespaces ?? {})) {
      const known = namespaces[name];
      namespaces[name] = known === undefined ? { ...emptyNamespace, ...namespace } : joinNamespaces(known, namespace);
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

function joinNamespaces(known: Namespace, namespace: Partial<Namespace>): Namespace {
  return {
    ...known,
    links: { ...known.links, ...namespace.links },
    routes: [...known.routes, ...(namespace.routes ?? [])],
    sysctls: { ...known.sysctls, ...namespace.sysctls },
    ipsets: { ...known.ipsets, ...namespace.ipsets },
    ipv4: joinRulesets(known.ipv4, namespace.ipv4 ?? {}),
    ipv6: joinRulesets(known.ipv6, namespace.ipv6 ?? {}),
  };
}

function joinRulesets(known: Ruleset, more: Ruleset): Ruleset {
  const joined: Partial<Record<TableName, Readonly<Record<string, Chain>>>> = { ...known };
  for (const table of ['raw', 'mangle', 'nat', 'filter'] as const) {
    const chains = more[table];
    if (chains !== undefined) joined[table] = joinChains(known[table] ?? {}, chains);
  }
  return joined;
}

function joinChains(known: Readonly<Record<string, Chain>>, more: Readonly<Record<string, Chain>>) {
  const joined: Record<string, Chain> = { ...known };
  for (const [name, chain] of Object.entries(more)) {
    const before = joined[name];
    joined[name] = before === undefined ? chain : { ...before, ...chain, rules: [...before.rules, ...chain.rules] };
  }
  return joined;
}
