/**
 * The change log: one row for each changed object, written in the transaction that changed it.
 *
 * Numbers are given out before commits, so "everything after the largest number seen" skips a late commit. A cursor is
 * therefore a transaction horizon: of the rows of transactions below it all are seen, of those from it on `seen` says which.
 * A reader is never held up by a transaction that stays open, and gets each row once.
 */
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Database } from './tables.ts';

/** The channel of `NOTIFY`. */
export const changesChannel = 'tapline_changes';

/**
 * One changed object. What a host must hear of can be looked up from the rows as they are after the commit; what can no
 * longer be looked up has to be said: a deleted or moved port names its former `hosts` and its `networkId`, and the groups
 * that it left, like the group of a deleted rule, get a `security_group` change of their own; an unscheduled router or a
 * floating IP that is no longer associated names the host that carried it.
 */
export interface Change {
  /**
   * The API's singular name: `network`, `subnet`, `port`, `router`, `floatingip`, `security_group`, `security_group_rule`,
   * `address_group`, `policy` (of QoS, with its rules); and `host` for a host's own row.
   */
  readonly kind: string;
  readonly id: string;
  /** Hosts concerned that can no longer be looked up afterwards, such as that of a deleted port. */
  readonly hosts?: readonly string[];
  /** Network concerned that can no longer be looked up afterwards. */
  readonly networkId?: string | undefined;
}

export interface ReadChange {
  readonly kind: string;
  readonly id: string;
  readonly hosts: readonly string[];
  readonly networkId: string | null;
}

export interface ChangeCursor {
  /** Transaction id (xid8) as decimal text. */
  readonly horizon: string;
  /** Numbers of the rows at or beyond the horizon that were read. */
  readonly seen: ReadonlySet<number>;
}

const recorded = new WeakSet<object>();

/** Whether `recordChanges` was called in this transaction. */
export function hasRecordedChanges(trx: object): boolean {
  return recorded.has(trx);
}

/** Adds rows to the log: one statement. The store wakes every server when they are committed. */
export async function recordChanges(trx: Transaction<Database>, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return;
  recorded.add(trx);
  const rows = JSON.stringify(
    changes.map((change) => ({
      kind: change.kind,
      id: change.id,
      hosts: (change.hosts ?? []).filter((host) => host !== ''),
      network_id: change.networkId ?? null,
    })),
  );
  await sql`
    INSERT INTO changes (kind, id, hosts, network_id)
    SELECT kind, id, hosts, network_id
    FROM jsonb_to_recordset(${rows}::jsonb) AS r (kind text, id text, hosts text[], network_id uuid)`.execute(trx);
}

/** The end of the log as it is now: a reader that has just read the whole model starts here. */
export async function currentCursor(db: Kysely<Database>): Promise<ChangeCursor> {
  return (await readChanges(db, undefined)).cursor;
}

interface LogRow {
  readonly horizon: string;
  readonly number: number | null;
  readonly beyond: boolean | null;
  readonly kind: string;
  readonly id: string;
  readonly hosts: string[];
  readonly network_id: string | null;
}

/** The rows committed since the cursor, in order of their numbers, and the cursor after them. */
export async function readChanges(
  db: Kysely<Database>,
  cursor: ChangeCursor | undefined,
): Promise<{ readonly changes: readonly ReadChange[]; readonly cursor: ChangeCursor }> {
  // One statement has one snapshot: the horizon and the visible rows belong together. Every transaction below the horizon
  // has ended, so its rows are visible here or never will be.
  const from = cursor === undefined ? sql`pg_snapshot_xmin(pg_current_snapshot())` : sql`${cursor.horizon}::xid8`;
  const { rows } = await sql<LogRow>`
    SELECT s.horizon::text AS horizon, c.number, c.xid >= s.horizon AS beyond, c.kind, c.id, c.hosts, c.network_id
    FROM (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS horizon) s
    LEFT JOIN changes c ON c.xid >= ${from}
    ORDER BY c.number`.execute(db);
  const changes: ReadChange[] = [];
  const seen = new Set<number>();
  for (const row of rows) {
    if (row.number === null) continue;
    if (row.beyond) seen.add(row.number);
    if (cursor === undefined || cursor.seen.has(row.number)) continue;
    changes.push({ kind: row.kind, id: row.id, hosts: row.hosts, networkId: row.network_id });
  }
  return { changes, cursor: { horizon: rows[0]?.horizon ?? '0', seen } };
}

/** Deletes rows older than any server needs. */
export async function forgetChanges(db: Kysely<Database>, olderThanSeconds: number): Promise<void> {
  await sql`DELETE FROM changes WHERE at < now() - make_interval(secs => ${olderThanSeconds})`.execute(db);
}
