/** What hosts should have, as their agents would compile it, without asking them. */
import { allocate } from '../compile/allocate.ts';
import { compile } from '../compile/compile.ts';
import type { Wiring } from '../compile/wiring.ts';
import type { Config } from '../config/config.ts';
import { portTexts } from '../feed/port-texts.ts';
import { readShares, type ShareTexts } from '../feed/shares.ts';
import type { HostState, OvsBridge } from '../host/host-state.ts';
import { emptyShare, type Share } from '../model/share.ts';
import type { Store } from '../store/database.ts';

const nothing: HostState = { namespaces: {}, bridges: {}, daemons: {} };

/**
 * The desired state of each host. Where it was observed, the numbers that it gave out itself and what its operator connected are
 * taken from there, else any will do: a walk asks only where they lead.
 */
export async function intendedStates(
  store: Store,
  config: Config,
  hosts: readonly string[],
  observed: Readonly<Record<string, HostState>>,
): Promise<Readonly<Record<string, HostState>>> {
  if (hosts.length === 0) return {};
  const rows = await store.db
    .selectFrom('hosts')
    .selectAll()
    .where('name', 'in', [...hosts])
    .execute();
  const shares = await readShares(store, hosts, portTexts());
  return Object.fromEntries(
    rows.map((row) => {
      const share = shareOf(shares.get(row.name) ?? new Map());
      const seen = observed[row.name] ?? nothing;
      const wiring: Wiring = {
        host: row.name,
        datapathType: row.datapath_type === 'system' ? 'system' : 'netdev',
        localIp: row.local_ip,
        bridgeMappings: row.bridge_mappings,
        dnsDomain: config.network.dns_domain,
        stateDirectory: config.state_directory,
        ...allocate(share, seen, undefined, row.name),
        plugs: plugsOf(share, row.name),
        attached: {},
      };
      return [row.name, withNics(compile(share, wiring), seen, wiring.bridgeMappings)];
    }),
  );
}

function shareOf(texts: ShareTexts): Share {
  const byKind = new Map<string, [id: string, value: unknown][]>();
  for (const [key, text] of texts) {
    const colon = key.indexOf(':');
    const kind = key.slice(0, colon);
    const objects = byKind.get(kind) ?? [];
    byKind.set(kind, objects);
    objects.push([key.slice(colon + 1), JSON.parse(text)]);
  }
  return {
    ...emptyShare,
    ...Object.fromEntries([...byKind].map(([kind, objects]) => [kind, Object.fromEntries(objects)])),
  };
}

/** Every port that is bound to the host is meant to have its workload. */
function plugsOf(share: Share, host: string): Wiring['plugs'] {
  const ports = Object.values(share.port).filter(
    (port) => port.host === host && !port.deviceOwner.startsWith('network:'),
  );
  return Object.fromEntries(ports.map(({ id }) => [id, { kind: 'tap' }]));
}

/** The NICs of the provider bridges are the operator's and so no part of what is compiled. */
function withNics(state: HostState, seen: HostState, mappings: Readonly<Record<string, string>>): HostState {
  const bridges: Record<string, OvsBridge> = { ...state.bridges };
  const root = state.namespaces[''];
  const links = { ...root?.links };
  for (const [physicalNetwork, name] of Object.entries(mappings)) {
    const bridge = bridges[name];
    if (bridge === undefined) continue;
    const theirs = Object.entries(seen.bridges[name]?.ports ?? {}).filter(([port]) => !(port in bridge.ports));
    const ports = theirs.length > 0 ? Object.fromEntries(theirs) : { [physicalNetwork]: nic };
    bridges[name] = { ...bridge, ports: { ...ports, ...bridge.ports } };
    for (const port of Object.keys(ports)) {
      links[port] ??= seen.namespaces['']?.links[port] ?? { kind: 'other', up: true, addresses: [] };
    }
  }
  return root === undefined
    ? state
    : { ...state, bridges, namespaces: { ...state.namespaces, '': { ...root, links } } };
}

const nic = { type: '', options: {}, externalIds: {}, otherConfig: {} } as const;
