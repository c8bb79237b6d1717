/** Which security groups a port is in. */
import { sql } from 'kysely';
import type { Work } from '../engine/resource.ts';
import { securityGroupErrors } from '../errors/security-group-errors.ts';
import { firstUnusable } from './usable.ts';

/** Throws 404 for the first group that is neither the project's nor shared with it. An admin may use any. */
export async function checkGroups(work: Work, projectId: string, groupIds: readonly string[]): Promise<void> {
  const missing = await firstUnusable(work, 'security_group', projectId, groupIds);
  if (missing !== null) throw securityGroupErrors.notFound(missing);
}

/** Puts the port in exactly these groups. Groups that won or lost a member are changed for those that name them as remote. */
export async function setGroups(work: Work, portId: string, groupIds: readonly string[]): Promise<void> {
  const { rows: left } = await sql<{ id: string }>`
    delete from port_security_groups where port_id = ${portId} and not security_group_id = any(${groupIds}::uuid[])
    returning security_group_id as id`.execute(work.trx);
  const { rows: joined } = await sql<{ id: string }>`
    insert into port_security_groups (port_id, security_group_id) select ${portId}, unnest(${groupIds}::uuid[])
    on conflict do nothing returning security_group_id as id`.execute(work.trx);
  work.changes.push(...[...left, ...joined].map((row) => ({ kind: 'security_group', id: row.id })));
}
