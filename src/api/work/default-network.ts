/** The default external network: one at most, on which topologies are made without naming any. */
import { sql } from 'kysely';
import type { Row, Work } from '../engine/resource.ts';
import { booleanOf, type Values } from '../engine/values.ts';
import { segmentErrors } from '../errors/segment-errors.ts';

/**
 * What `is_default` of a network becomes, undefined where it stays. A network that is not external is never the default.
 * Throws when another one is; the index `networks_one_default` holds that too.
 */
export async function wantedDefault(
  work: Work,
  networkId: string,
  changes: Values,
  current?: Row,
): Promise<boolean | undefined> {
  const external = booleanOf(changes, 'router:external') ?? current?.['router:external'] === true;
  const wanted = booleanOf(changes, 'is_default');
  if (!external) return wanted === undefined && current?.['is_default'] !== true ? undefined : false;
  if (wanted !== true) return wanted;
  // Who comes second must be told of the first.
  await sql`select pg_advisory_xact_lock(hashtextextended('tapline default network', 0))`.execute(work.trx);
  const { rows } = await sql<{ id: string }>`
    select id from networks where is_default and id <> ${networkId}`.execute(work.trx);
  if (rows[0] !== undefined) throw segmentErrors.defaultExternalExists(rows[0].id);
  return true;
}

/** The id of the default external network. */
export async function defaultExternal(work: Work): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`select id from networks where is_default and external`.execute(work.trx);
  return rows[0]?.id ?? null;
}
