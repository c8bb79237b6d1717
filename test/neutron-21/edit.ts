import type { Flow, HostState, Link, Namespace, OvsBridge, OvsPort, TableName } from '../../src/host/host-state.ts';

/** The states of several hosts, by name. */
export type States = Readonly<Record<string, HostState>>;

/** The states with one bridge changed. */
export function editBridge(states: States, host: string, name: string, edit: (bridge: OvsBridge) => OvsBridge): States {
  const state = states[host];
  const bridge = state?.bridges[name];
  if (state === undefined || bridge === undefined) throw new Error(`no ${name} on ${host}`);
  return { ...states, [host]: { ...state, bridges: { ...state.bridges, [name]: edit(bridge) } } };
}

/** The states without the flows that `lost` picks; at least one must be lost. */
export function loseFlows(states: States, host: string, name: string, lost: (flow: Flow) => boolean): States {
  return editBridge(states, host, name, (bridge) => {
    const flows = bridge.flows.filter((flow) => !lost(flow));
    if (flows.length === bridge.flows.length) throw new Error(`nothing to lose in ${name} on ${host}`);
    return { ...bridge, flows };
  });
}

/** The states with one OVS port changed, or gone where `edit` gives null. */
export function editPort(
  states: States,
  host: string,
  bridgeName: string,
  name: string,
  edit: (port: OvsPort) => OvsPort | null,
): States {
  return editBridge(states, host, bridgeName, (bridge) => ({ ...bridge, ports: edited(bridge.ports, name, edit) }));
}

/** The states with one namespace changed. */
export function editNamespace(
  states: States,
  host: string,
  name: string,
  edit: (namespace: Namespace) => Namespace,
): States {
  const state = states[host];
  const namespace = state?.namespaces[name];
  if (state === undefined || namespace === undefined) throw new Error(`no namespace ${name} on ${host}`);
  return { ...states, [host]: { ...state, namespaces: { ...state.namespaces, [name]: edit(namespace) } } };
}

/** The states with one device changed, or gone where `edit` gives null. */
export function editLink(
  states: States,
  host: string,
  namespaceName: string,
  name: string,
  edit: (link: Link) => Link | null,
): States {
  return editNamespace(states, host, namespaceName, (namespace) => ({
    ...namespace,
    links: edited(namespace.links, name, edit),
  }));
}

/** The states with one IPv4 rule changed, or gone where `edit` gives null. It must exist. */
export function editRule(
  states: States,
  host: string,
  namespaceName: string,
  table: TableName,
  chainName: string,
  wanted: string,
  edit: (rule: string) => string | null = () => null,
): States {
  return editNamespace(states, host, namespaceName, (namespace) => {
    const chain = namespace.ipv4[table]?.[chainName];
    if (chain?.rules.includes(wanted) !== true) throw new Error(`no rule ${wanted} in ${chainName}`);
    const rules = chain.rules.flatMap((rule) => (rule === wanted ? (edit(rule) ?? []) : rule));
    const chains = { ...namespace.ipv4[table], [chainName]: { ...chain, rules } };
    return { ...namespace, ipv4: { ...namespace.ipv4, [table]: chains } };
  });
}

function edited<Value>(
  record: Readonly<Record<string, Value>>,
  name: string,
  edit: (value: Value) => Value | null,
): Readonly<Record<string, Value>> {
  const value = record[name];
  if (value === undefined) throw new Error(`no ${name}`);
  const made = edit(value);
  const rest = Object.entries(record).filter(([key]) => key !== name);
  return Object.fromEntries(made === null ? rest : [...rest, [name, made]]);
}
