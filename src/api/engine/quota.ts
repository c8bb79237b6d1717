/** How many objects a project may have. */
import { sql } from 'kysely';
import { requestErrors } from '../errors/request-errors.ts';
import type { Resource, Work } from './resource.ts';
import type { Values } from './values.ts';

/** Neutron's defaults; -1 is unlimited. Order and names are those of the `quotas` answer. */
export const defaultQuotas: Readonly<Record<string, number>> = {
  network: 100,
  subnet: 100,
  subnetpool: -1,
  port: 500,
  router: 10,
  floatingip: 50,
  rbac_policy: 10,
  security_group: 10,
  security_group_rule: 100,
  firewall_group: 10,
  firewall_policy: 10,
  firewall_rule: 100,
  trunk: -1,
};

const tables: Readonly<Record<string, string>> = {
  network: 'networks',
  subnet: 'subnets',
  subnetpool: 'subnetpools',
  port: 'ports',
  router: 'routers',
  floatingip: 'floating_ips',
  rbac_policy: 'rbac_policies',
  security_group: 'security_groups',
  security_group_rule: 'security_group_rules',
  firewall_group: 'firewall_groups',
  firewall_policy: 'firewall_policies',
  firewall_rule: 'firewall_rules',
  trunk: 'trunks',
};

/** Throws 409 OverQuota when a project would have more than it may. */
export async function enforceQuota(work: Work, resource: Resource, items: readonly Values[]): Promise<void> {
  const { quota } = resource;
  if (quota === undefined) return;
  const added = new Map<string, number>();
  for (const item of items) {
    const projectId = String(item['project_id'] ?? '');
    added.set(projectId, (added.get(projectId) ?? 0) + 1);
  }
  for (const [projectId, count] of added) await enforceLimit(work, quota, projectId, count);
}

/**
 * Throws 409 OverQuota when a project would have more than it may with `count` more. Single objects far from the limit are made
 * side by side, under a shared lock: fewer are on their way than the database has connections. Near the limit, and for many at
 * once, a maker is alone, and sees what all before him have made.
 */
export async function enforceLimit(work: Work, quota: string, projectId: string, count: number): Promise<void> {
  const key = sql`hashtextextended(${`${quota} ${projectId}`}, 0)`;
  let now = await readQuota(work, projectId, quota);
  const isNear = () => count > 1 || now.used + count > now.limit - now.connections;
  if (now.limit >= 0 && !isNear()) {
    await sql`select pg_advisory_xact_lock_shared(${key})`.execute(work.trx);
    now = await readQuota(work, projectId, quota);
  }
  if (now.limit >= 0 && isNear()) {
    await sql`select pg_advisory_xact_lock(${key})`.execute(work.trx);
    now = await readQuota(work, projectId, quota);
  }
  if (now.limit >= 0 && now.used + count > now.limit) throw requestErrors.overQuota([quota]);
}

interface QuotaNow {
  readonly limit: number;
  readonly used: number;
  /** How many can be at work at the same moment. */
  readonly connections: number;
}

async function readQuota(work: Work, projectId: string, quota: string): Promise<QuotaNow> {
  const table = tables[quota];
  if (table === undefined) return { limit: -1, used: 0, connections: 0 };
  // Without a limit nothing is counted: that would cost more the more the project has.
  const { rows } = await sql<QuotaNow>`
    select l."limit", case when l."limit" < 0 then 0
      else (select count(*) from ${sql.table(table)} where project_id = ${projectId}) end as used,
      current_setting('max_connections')::integer as connections
    from (select coalesce((select q."limit" from quotas q where q.project_id = ${projectId} and q.resource = ${quota}),
      ${defaultQuotas[quota] ?? -1}::integer) as "limit") l`.execute(work.trx);
  return rows[0] ?? { limit: -1, used: 0, connections: 0 };
}

/** Limit and use of every quota of a project: one statement. */
export async function readQuotas(
  work: Pick<Work, 'trx'>,
  projectId: string,
): Promise<Readonly<Record<string, { readonly limit: number; readonly used: number }>>> {
  const counts = sql.join(
    Object.entries(tables).map(
      ([name, table]) =>
        sql`select ${name}::text as resource, count(*) as used from ${sql.table(table)} where project_id = ${projectId}`,
    ),
    sql` union all `,
  );
  const { rows: used } = await sql<{ resource: string; used: number }>`${counts}`.execute(work.trx);
  const { rows: limits } = await sql<{ resource: string; limit: number }>`
    select resource, "limit" from quotas where project_id = ${projectId}`.execute(work.trx);
  return Object.fromEntries(
    Object.entries(defaultQuotas).map(([name, standard]) => [
      name,
      {
        limit: limits.find((one) => one.resource === name)?.limit ?? standard,
        used: used.find((one) => one.resource === name)?.used ?? 0,
      },
    ]),
  );
}
