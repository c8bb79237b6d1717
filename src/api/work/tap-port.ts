/** The port of a tap, which must be its project's. */
import { sql } from 'kysely';
import type { Work } from '../engine/resource.ts';
import type { ApiError } from '../errors/api-error.ts';
import { tapErrors } from '../errors/tap-errors.ts';

/** Throws `absent` for a port that the caller does not see, 403 for one of another project. */
export async function requireTapPort(
  work: Work,
  portId: string,
  projectId: string,
  absent: () => ApiError,
): Promise<void> {
  const { rows } = await sql<{ project_id: string }>`
    select project_id from ports where id = ${portId}
      and (project_id = ${work.caller.projectId} or ${work.caller.isAdmin}) for key share`.execute(work.trx);
  const port = rows[0];
  if (port === undefined) throw absent();
  if (port.project_id !== projectId) throw tapErrors.portOfOtherProject();
}
