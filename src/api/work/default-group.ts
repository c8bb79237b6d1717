/** The group `default` that every project has: made on demand, exactly once, however many ask at the same moment. */
import { type RawBuilder, sql } from 'kysely';
import type { Work } from '../engine/resource.ts';

/** Gives its id. A project that is none (the ports of the network's services) has no group: null. */
export async function ensureDefaultGroup(work: Work, projectId: string): Promise<string | null> {
  if (projectId === '') return null;
  const there = await work.trx
    .selectFrom('security_groups')
    .select('id')
    .where('project_id', '=', projectId)
    .where('is_default', '=', true)
    .executeTakeFirst();
  if (there !== undefined) return there.id;
  const { rows } = await sql<{ id: string }>`
    insert into security_groups (project_id, name, description, is_default, stateful)
    values (${projectId}, 'default', 'Default security group', true, ${defaultStateful(projectId)})
    on conflict (project_id) where is_default do nothing returning id`.execute(work.trx);
  const made = rows[0]?.id;
  if (made === undefined) return await ensureDefaultGroup(work, projectId);
  await addDefaultRules(work, projectId, made, true);
  work.changes.push({ kind: 'security_group', id: made });
  return made;
}

/** SQL for whether a group of the project is stateful when nobody says: what is set for it, or for all, or true. */
export function defaultStateful(projectId: string): RawBuilder<boolean> {
  return sql<boolean>`coalesce((select s.stateful from security_groups_default_statefulness s
    where s.project_id = ${projectId} or s.project_id is null order by s.project_id nulls last limit 1), true)`;
}

/** Which templates a group is made from. */
export function templatesOf(isDefault: boolean): RawBuilder<unknown> {
  return isDefault ? sql`d.used_in_default_sg` : sql`d.used_in_non_default_sg`;
}

/** Gives a new group its rules. A template that names a group which is no more is left out. */
export async function addDefaultRules(
  work: Work,
  projectId: string,
  groupId: string,
  isDefault: boolean,
): Promise<void> {
  await sql`
    insert into security_group_rules (project_id, security_group_id, direction, ethertype, protocol, port_range_min,
      port_range_max, remote_ip_prefix, normalized_cidr, remote_group_id, remote_address_group_id, description)
    select ${projectId}, ${groupId}, d.direction, d.ethertype, d.protocol, d.port_range_min, d.port_range_max,
      d.remote_ip_prefix, d.normalized_cidr, coalesce(g.id, case when d.remote_group_id = 'PARENT' then ${groupId}::uuid end),
      d.remote_address_group_id, d.description
    from default_security_group_rules d left join security_groups g on g.id::text = d.remote_group_id
    where ${templatesOf(isDefault)} and (d.remote_group_id is null or d.remote_group_id = 'PARENT' or g.id is not null)
    on conflict do nothing`.execute(work.trx);
}
