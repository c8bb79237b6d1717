/** The group `default` that every project has: made on demand, exactly once, however many ask at the same moment. */
import { sql } from 'kysely';
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
    insert into security_groups (project_id, name, description, is_default)
    values (${projectId}, 'default', 'Default security group', true)
    on conflict (project_id) where is_default do nothing returning id`.execute(work.trx);
  const made = rows[0]?.id;
  if (made === undefined) return await ensureDefaultGroup(work, projectId);
  await addDefaultRules(work, projectId, made, true);
  work.changes.push({ kind: 'security_group', id: made });
  return made;
}

/** Everything may leave; in a default group, members may also come in. */
export async function addDefaultRules(
  work: Work,
  projectId: string,
  groupId: string,
  isDefault: boolean,
): Promise<void> {
  const egress = (['IPv4', 'IPv6'] as const).map((ethertype) => ({
    ethertype,
    direction: 'egress' as const,
    remote_group_id: null,
  }));
  const ingress = (['IPv4', 'IPv6'] as const).map((ethertype) => ({
    ethertype,
    direction: 'ingress' as const,
    remote_group_id: groupId,
  }));
  await work.trx
    .insertInto('security_group_rules')
    .values(
      [...egress, ...(isDefault ? ingress : [])].map((rule) => ({
        ...rule,
        project_id: projectId,
        security_group_id: groupId,
      })),
    )
    .execute();
}
