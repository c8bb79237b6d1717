import { sql } from 'kysely';
import type { Work } from '../engine/resource.ts';
import { routerErrors } from '../errors/router-errors.ts';

/** Throws 404 for a zone in which no host carries routers. */
export async function checkZones(work: Work, hints: readonly string[]): Promise<void> {
  if (hints.length === 0) return;
  const { rows } = await sql`select 1 from hosts where 'l3' = any(roles) limit 1`.execute(work.trx);
  const known = rows.length > 0 ? ['nova'] : [];
  const unknown = hints.find((hint) => !known.includes(hint));
  if (unknown !== undefined) throw routerErrors.zoneNotFound(unknown);
}
