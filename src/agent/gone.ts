/** What a host should have and has no more, one line each for the log. Pure. */
import { type HostState, type Namespace, ROOT } from '../host/host-state.ts';

/** Such as `flow table=60 priority=90 … was gone from br-int`. At most `limit` lines and one that counts the rest. */
export function gone(desired: HostState, observed: HostState, limit = 20): readonly string[] {
  const lines = [...goneFromBridges(desired, observed), ...goneFromNamespaces(desired, observed)];
  const rest = lines.length - limit;
  return rest > 0 ? [...lines.slice(0, limit), `${rest} more objects were gone`] : lines;
}

function* goneFromBridges(desired: HostState, observed: HostState): Generator<string> {
  for (const [name, bridge] of Object.entries(desired.bridges)) {
    const there = observed.bridges[name];
    if (there === undefined) {
      yield `bridge ${name} was gone`;
      continue;
    }
    for (const port of Object.keys(bridge.ports)) {
      if (there.ports[port] === undefined) yield `port ${port} was gone from ${name}`;
    }
    const flows = new Set(there.flows.map((flow) => `${flow.table} ${flow.priority} ${flow.match} ${flow.actions}`));
    for (const { table, priority, match, actions } of bridge.flows) {
      if (flows.has(`${table} ${priority} ${match} ${actions}`)) continue;
      const text = `table=${table},priority=${priority}${match && `,${match}`} actions=${actions}`;
      yield `flow ${text} was gone from ${name}`;
    }
  }
}

function* goneFromNamespaces(desired: HostState, observed: HostState): Generator<string> {
  for (const [name, namespace] of Object.entries(desired.namespaces)) {
    const there = observed.namespaces[name];
    if (there === undefined) {
      yield `namespace ${name} was gone`;
      continue;
    }
    const where = name === ROOT ? 'the host' : name;
    yield* goneFromNamespace(namespace, there, where);
  }
  for (const [id, daemon] of Object.entries(desired.daemons)) {
    if (observed.daemons[id]?.pid === undefined) yield `${daemon.kind} of ${daemon.namespace} was gone`;
  }
}

function* goneFromNamespace(desired: Namespace, there: Namespace, where: string): Generator<string> {
  for (const [device, link] of Object.entries(desired.links)) {
    const now = there.links[device];
    if (now === undefined) {
      yield `link ${device} was gone from ${where}`;
      continue;
    }
    for (const address of link.addresses) {
      if (!now.addresses.includes(address)) yield `address ${address} was gone from ${device} in ${where}`;
    }
  }
  for (const { destination, dev, via } of desired.routes) {
    const isThere = there.routes.some((one) => one.destination === destination && one.dev === dev && one.via === via);
    if (!isThere) yield `route ${destination} was gone from ${dev} in ${where}`;
  }
  for (const family of ['ipv4', 'ipv6'] as const) {
    for (const [table, chains] of Object.entries(desired[family])) {
      for (const [chain, { rules }] of Object.entries(chains)) {
        const rulesThere = new Set(there[family][table as keyof typeof there.ipv4]?.[chain]?.rules);
        for (const rule of rules) {
          if (!rulesThere.has(rule)) yield `rule ${rule} was gone from ${table} ${chain} in ${where}`;
        }
      }
    }
  }
  for (const name of Object.keys(desired.ipsets)) {
    if (there.ipsets[name] === undefined) yield `set ${name} was gone from ${where}`;
  }
}
