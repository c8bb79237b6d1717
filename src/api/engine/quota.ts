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
  trunk: -1,
};

const tables: Readonly<Record<string, string>> = {
  network: 'networks',
  subnet: 'subnets',
  port: 'ports',
  router: 'routers',
  floatingip: 'floating_ips',
  security_group: 'security_groups',
  security_group_rule: 'security_group_rules',
  trunk: 'trunks',
};

/** Below this many free places, creators of one project wait for each other, so that none slips past the limit. */
const closeToLimit = 32;

/** Throws 409 OverQuota when a project would have more than it may. */
export async function enforceQuota(work: Work, resource: Resource, items: readonly Values[]): Promise<void> {
  const { quota } = resource;
  if (quota === undefined) return;
  const added = new Map<string, number>();
  for (const item of items) {
    const projectId = String(item['project_id'] ?? '');
    added.set(projectId, (added.get(projectId) ?? 0) + 1);
  }
  for (const [projectId, count] of added) {
    let { limit, used } = await readQuota(work, projectId, quota);
    if (limit < 0) continue;
    if (used + count > limit - closeToLimit) {
      await sql`select pg_advisory_xact_lock(hashtextextended(${`${quota} ${projectId}`}, 0))`.execute(work.trx);
      ({ limit, used } = await readQuota(work, projectId, quota));
    }
    if (used + count > limit) throw requestErrors.overQuota([quota]);
  }
}

async function readQuota(work: Work, projectId: string, quota: string): Promise<{ limit: number; used: number }> {
  const table = tables[quota];
  if (table === undefined) return { limit: -1, used: 0 };
  // Without a limit nothing is counted: that would cost more the more the project has.
  const { rows } = await sql<{ limit: number; used: number }>`
    select l."limit", case when l."limit" < 0 then 0
      else (select count(*) from ${sql.table(table)} where project_id = ${projectId}) end as used
    from (select coalesce((select q."limit" from quotas q where q.project_id = ${projectId} and q.resource = ${quota}),
      ${defaultQuotas[quota] ?? -1}::integer) as "limit") l`.execute(work.trx);
  return rows[0] ?? { limit: -1, used: 0 };
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
