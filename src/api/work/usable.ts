/** Objects that are used by their ids: one's own, and those that are shared. */
import { sql } from 'kysely';
import type { Work } from '../engine/resource.ts';
import { idsSharedWith, type SharedKind } from '../engine/sharing.ts';
import { isUuid } from '../engine/validators.ts';
import { sharedKinds } from './shared-kinds.ts';

/**
 * The first of the ids that the project may not use, or null; an admin may use all there are. The objects stay locked against
 * whoever would remove them or take sharing back, and who shares is read only after that lock.
 */
export async function firstUnusable(
  work: Work,
  kind: SharedKind,
  projectId: string,
  ids: readonly string[],
): Promise<string | null> {
  const table = sharedKinds[kind]?.table;
  const malformed = ids.find((id) => !isUuid(id));
  if (malformed !== undefined || table === undefined) return malformed ?? ids[0] ?? null;
  if (ids.length === 0) return null;
  const { rows } = await sql<{ id: string; project_id: string }>`
    select id, project_id from ${sql.table(table)} where id = any(${ids}::uuid[]) order by id for key share`.execute(
    work.trx,
  );
  const missing = ids.find((id) => !rows.some((row) => row.id === id.toLowerCase()));
  if (missing !== undefined) return missing;
  const others = work.caller.isAdmin ? [] : rows.filter((row) => row.project_id !== projectId).map((row) => row.id);
  if (others.length === 0) return null;
  const { rows: unshared } = await sql<{ id: string }>`
    select id from unnest(${others}::uuid[]) as id where not id = any(${idsSharedWith(kind, projectId)})`.execute(
    work.trx,
  );
  return unshared[0]?.id ?? null;
}
