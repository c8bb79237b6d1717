/** What a host is once changes were made to it: the model that the fake host and the tests of the difference share. */
import type { Change, LinkChange, RuleChange } from './change.ts';
import { flowKey } from './difference-ovs.ts';
import {
  type Chain,
  emptyNamespace,
  type HostState,
  type IpSet,
  type Link,
  OUR_GROUP,
  type OvsBridge,
  ROOT,
  type Route,
  type Shaper,
  type TableName,
} from './host-state.ts';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
type OpenRuleset = Partial<Record<TableName, Record<string, Chain>>>;

interface OpenNamespace {
  links: Record<string, Link>;
  routes: Route[];
  sysctls: Record<string, string>;
  ipv4: OpenRuleset;
  ipv6: OpenRuleset;
  ipsets: Record<string, IpSet>;
  shapers: Record<string, Shaper>;
}

interface OpenState {
  namespaces: Record<string, OpenNamespace>;
  bridges: Record<string, Mutable<OvsBridge> & { ports: Record<string, OvsBridge['ports'][string]> }>;
  daemons: Mutable<HostState['daemons']> & Record<string, HostState['daemons'][string]>;
}

/** Makes the changes one after the other; `state` itself stays as it is. */
export function applyChanges(state: HostState, changes: readonly Change[]): HostState {
  // A structured clone would keep two namespaces that are one object one object.
  const open = JSON.parse(JSON.stringify(state)) as OpenState;
  open.namespaces[ROOT] ??= structuredClone(emptyNamespace) as unknown as OpenNamespace;
  for (const change of [...changes].sort((one, other) => rank(one) - rank(other))) applyChange(open, change);
  return open as unknown as HostState;
}

/** Removals first where a new object takes the place of one with the same name. */
function rank(change: Change): number {
  if (change.kind === 'add-namespace' || change.kind === 'add-bridge') return 0;
  if (change.kind === 'remove-link' || change.kind === 'remove-port') return 1;
  return change.kind === 'add-link' || change.kind === 'move-link' ? 2 : 3;
}

function applyChange(open: OpenState, change: Change): void {
  switch (change.kind) {
    case 'await-bridge':
    case 'await-namespace':
      return;
    case 'add-namespace':
      open.namespaces[change.namespace] = structuredClone(emptyNamespace) as unknown as OpenNamespace;
      return;
    case 'remove-namespace':
      delete open.namespaces[change.namespace];
      return;
    case 'add-bridge':
      open.bridges[change.bridge] = { ...change.settings, ports: {}, flows: [] };
      return;
    case 'change-bridge': {
      const bridge = open.bridges[change.bridge];
      if (bridge === undefined) return;
      Object.assign(bridge, change.settings, {
        otherConfig: { ...bridge.otherConfig, ...change.settings.otherConfig },
      });
      return;
    }
    case 'remove-bridge':
      delete open.bridges[change.bridge];
      return;
    case 'add-port':
    case 'change-port':
    case 'remove-port':
      applyPort(open, change);
      return;
    case 'add-flow':
    case 'remove-flow': {
      const bridge = open.bridges[change.bridge];
      if (bridge === undefined) return;
      const others = bridge.flows.filter((flow) => flowKey(flow) !== flowKey(change.flow));
      bridge.flows = change.kind === 'add-flow' ? [...others, change.flow] : others;
      return;
    }
    case 'start-daemon':
    case 'restart-daemon':
    case 'reload-daemon':
      open.daemons[change.id] = { ...change.daemon, pid: open.daemons[change.id]?.pid ?? 1 };
      return;
    case 'remove-daemon':
      delete open.daemons[change.id];
      return;
    default:
      applyInNamespace(open, change);
  }
}

function applyPort(
  open: OpenState,
  change: Extract<Change, { kind: 'add-port' | 'change-port' | 'remove-port' }>,
): void {
  const ports = open.bridges[change.bridge]?.ports;
  if (ports === undefined) return;
  const has = ports[change.name];
  if (change.kind === 'remove-port') {
    delete ports[change.name];
  } else if (change.kind === 'add-port') {
    ports[change.name] = change.port;
  } else if (has !== undefined) {
    ports[change.name] = {
      ...has,
      ...change.port,
      externalIds: { ...has.externalIds, ...change.port.externalIds },
      otherConfig: { ...has.otherConfig, ...change.port.otherConfig },
    };
  }
}

type InNamespace = Extract<Change, { namespace: string }>;

function applyInNamespace(open: OpenState, change: InNamespace): void {
  const namespace = open.namespaces[change.namespace];
  if (namespace === undefined) return;
  switch (change.kind) {
    case 'set-sysctl':
      namespace.sysctls[change.key] = change.value;
      return;
    case 'add-ipset':
      namespace.ipsets[change.name] = change.set;
      return;
    case 'change-ipset': {
      const set = namespace.ipsets[change.name];
      if (set === undefined) return;
      const members = [...set.members.filter((member) => !change.remove.includes(member)), ...change.add].sort();
      namespace.ipsets[change.name] = { ...set, members };
      return;
    }
    case 'remove-ipset':
      delete namespace.ipsets[change.name];
      return;
    case 'write-shaper':
      namespace.shapers[change.dev] = change.shaper;
      return;
    case 'remove-shaper':
      delete namespace.shapers[change.dev];
      return;
    case 'write-chain':
    case 'remove-chain':
    case 'write-jumps':
      applyRules(namespace, change);
      return;
    case 'add-namespace':
    case 'remove-namespace':
      return;
    default:
      applyLink(open, namespace, change);
  }
}

function applyRules(namespace: OpenNamespace, change: RuleChange): void {
  const ruleset = namespace[change.family];
  const table = ruleset[change.table] ?? {};
  ruleset[change.table] = table;
  if (change.kind === 'remove-chain') {
    delete table[change.chain];
  } else if (change.kind === 'write-chain') {
    table[change.chain] = { rules: change.rules };
  } else {
    const has = table[change.chain] ?? { policy: 'ACCEPT', rules: [] };
    const others = has.rules.filter((rule) => !change.stale.includes(rule));
    table[change.chain] = { ...has, rules: [...change.rules, ...others] };
  }
}

function applyLink(open: OpenState, namespace: OpenNamespace, change: LinkChange): void {
  switch (change.kind) {
    case 'add-link':
    case 'move-link': {
      if (change.kind === 'move-link') delete open.namespaces[change.from]?.links[change.name];
      const group = change.namespace === ROOT && change.kind === 'add-link' ? { group: OUR_GROUP } : {};
      namespace.links[change.name] = { ...change.link, ...group, addresses: [] };
      return;
    }
    case 'change-link': {
      const has = namespace.links[change.name];
      if (has !== undefined) namespace.links[change.name] = { ...has, ...change.link };
      return;
    }
    case 'remove-link':
      delete namespace.links[change.name];
      delete namespace.shapers[change.name];
      return;
    case 'add-address':
    case 'remove-address': {
      const has = namespace.links[change.dev];
      if (has === undefined) return;
      const others = has.addresses.filter((address) => address !== change.address);
      const addresses = change.kind === 'add-address' ? [...others, change.address] : others;
      namespace.links[change.dev] = { ...has, addresses };
      return;
    }
    case 'write-route':
    case 'remove-route': {
      const { destination, ipVersion } = change.route;
      const isOther = (route: Route) => route.destination !== destination || route.ipVersion !== ipVersion;
      const others = namespace.routes.filter(isOther);
      namespace.routes = change.kind === 'write-route' ? [...others, change.route] : others;
      return;
    }
  }
}
