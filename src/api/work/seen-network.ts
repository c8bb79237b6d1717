/** A network that something is to be made on. */
import { sql } from 'kysely';
import type { Work } from '../engine/resource.ts';
import { idsSharedWith, type SharedAction } from '../engine/sharing.ts';
import { networkErrors } from '../errors/network-errors.ts';

export interface SeenNetwork {
  readonly projectId: string;
  /** Shared with the caller, or external for him; never asked of one's own network, which needs neither. */
  readonly shared: boolean;
  readonly external: boolean;
}

/**
 * Throws 404 for a network that the caller may not see. Its row stays locked against whoever would take sharing back, and who
 * shares is read only after that lock, so that nothing comes to stand on a network that was unshared in the same moment.
 */
export async function seenNetwork(work: Work, networkId: string): Promise<SeenNetwork> {
  const { projectId, isAdmin } = work.caller;
  const { rows } = await sql<{ project_id: string; shared: boolean; external: boolean }>`
    select project_id, shared, external from networks where id = ${networkId} for key share`.execute(work.trx);
  const row = rows[0];
  if (row === undefined) throw networkErrors.notFound(networkId);
  const plain = { projectId: row.project_id, shared: row.shared, external: row.external };
  if (isAdmin || row.project_id === projectId) return plain;
  const among = (action: SharedAction) => sql`${networkId} = any(${idsSharedWith('network', projectId, [action])})`;
  const { rows: found } = await sql<{ shared: boolean; external: boolean }>`
    select ${among('access_as_shared')} as shared, ${among('access_as_external')} as external`.execute(work.trx);
  const said = found[0];
  if (said === undefined || !(said.shared || said.external)) throw networkErrors.notFound(networkId);
  return { projectId: row.project_id, ...said };
}
