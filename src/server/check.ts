/** Whether the deployment is well, and what of the API is kept but not brought about. */
import { type RawBuilder, sql } from 'kysely';
import { allResources } from '../api/all-resources.ts';
import { isAlive } from '../schedule/live-hosts.ts';
import type { Store } from '../store/database.ts';

export interface CheckedHost {
  readonly name: string;
  readonly alive: boolean;
  /** The generation that it has applied, and the one that this server last sent it; null while it is not connected here. */
  readonly applied_generation: number;
  readonly sent_generation: number | null;
}

type Problem =
  | 'no-agent'
  | 'agent-gone'
  | 'host-behind'
  | 'port-in-error'
  | 'network-without-dhcp'
  | 'router-without-host';

export interface Finding {
  readonly problem: Problem;
  readonly id: string;
  readonly name: string;
  readonly reason: string;
}

export interface CheckReport {
  /** No finding. What is not enforced does not count: it was said when it was accepted. */
  readonly healthy: boolean;
  readonly hosts: readonly CheckedHost[];
  readonly findings: readonly Finding[];
  readonly not_enforced: readonly { readonly resource: string; readonly count: number; readonly reason: string }[];
}

/** Findings of one kind that a report names. */
const mostNamed = 100;

/** Reads the database once for hosts, for objects and for what is not enforced. `sentGeneration` is the feed's. */
export async function checkDeployment(
  store: Store,
  sentGeneration: (host: string) => number | null,
): Promise<CheckReport> {
  const hosts = await readHosts(store, sentGeneration);
  const findings = [...hostFindings(hosts), ...(await objectFindings(store))];
  return { healthy: findings.length === 0, hosts, findings, not_enforced: await notEnforced(store) };
}

async function readHosts(
  store: Store,
  sentGeneration: (host: string) => number | null,
): Promise<readonly CheckedHost[]> {
  const { rows } = await sql<Omit<CheckedHost, 'sent_generation'>>`
    select h.name, ${isAlive} as alive, h.applied_generation from hosts h order by h.name`.execute(store.db);
  return rows.map((host) => ({ ...host, sent_generation: sentGeneration(host.name) }));
}

export function hostFindings(hosts: readonly CheckedHost[]): readonly Finding[] {
  if (hosts.length === 0) {
    return [{ problem: 'no-agent', id: '', name: '', reason: 'no agent has ever said hello' }];
  }
  return hosts.flatMap(({ name, alive, applied_generation: applied, sent_generation: sent }): Finding[] => {
    if (!alive) return [{ problem: 'agent-gone', id: name, name, reason: 'its agent has not been heard of lately' }];
    if (sent === null || sent === applied) return [];
    const reason = `it was sent generation ${sent} and has applied ${applied}`;
    return [{ problem: 'host-behind', id: name, name, reason }];
  });
}

async function objectFindings(store: Store): Promise<readonly Finding[]> {
  const parts = [
    sql`select 'port-in-error' as problem, p.id::text, p.name,
        'on ' || p.host_id || ': ' || coalesce(nullif(p.status_reason, ''), 'no reason was given') as reason
      from ports p where p.status = 'ERROR'`,
    sql`select 'network-without-dhcp', n.id::text, n.name, 'no host serves its DHCP subnets'
      from networks n where n.admin_state_up
        and exists (select 1 from subnets s where s.network_id = n.id and s.enable_dhcp)
        and not exists (select 1 from dhcp_servers d where d.network_id = n.id)`,
    sql`select 'router-without-host', r.id::text, r.name, 'no host carries it'
      from routers r where r.host = '' and (r.gateway_port_id is not null
        or exists (select 1 from router_interfaces i where i.router_id = r.id))`,
  ].map((part) => sql`(${part} order by 2 limit ${mostNamed})`);
  return (await sql<Finding>`${sql.join(parts, sql` union all `)}`.execute(store.db)).rows;
}

/** Resources whose descriptions say that they are not enforced, when there are any of them. */
async function notEnforced(store: Store): Promise<CheckReport['not_enforced']> {
  const reasons = new Map(
    allResources.flatMap(({ name, notEnforced: reason }) => (reason === undefined ? [] : [[name, reason] as const])),
  );
  const counts: RawBuilder<unknown>[] = allResources
    .filter(({ name }) => reasons.has(name))
    .map(
      ({ name, from, notEnforcedOf }) =>
        sql`select ${name}::text as resource, count(*) as count from ${from} where ${notEnforcedOf ?? sql`true`}`,
    );
  if (counts.length === 0) return [];
  const { rows } = await sql<{ resource: string; count: number }>`${sql.join(counts, sql` union all `)}`.execute(
    store.db,
  );
  return rows.filter(({ count }) => count > 0).map((row) => ({ ...row, reason: reasons.get(row.resource) ?? '' }));
}
