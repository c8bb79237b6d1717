/** Sharing cannot be taken back from those who use what is shared. */
import { sql } from 'kysely';
import type { Work } from '../engine/resource.ts';
import type { SharedAction, SharedKind } from '../engine/sharing.ts';
import { sharedKinds } from './shared-kinds.ts';

export interface Sharing {
  readonly kind: SharedKind;
  readonly objectId: string;
  readonly action: SharedAction;
}

/**
 * Locks a shared object and gives its owner; null when it is not there. Whoever begins to use it holds a key-share lock on it
 * (as every foreign key does), so that after this all uses are seen, and none begins before the work is done.
 */
export async function lockShared(work: Work, kind: SharedKind, objectId: string): Promise<string | null> {
  const facts = sharedKinds[kind];
  if (facts === undefined) return null;
  const { rows } = await sql<{ project_id: string }>`
    select project_id from ${sql.table(facts.table)} where id = ${objectId} for update`.execute(work.trx);
  return rows[0]?.project_id ?? null;
}

/**
 * Whether somebody uses the object whom no policy names any more once `from` (a project or `*`) is named no longer and, when
 * given, `next` is named instead. The object must be locked.
 */
export async function leavesUsers(work: Work, sharing: Sharing, from: string, next: string | null): Promise<boolean> {
  const facts = sharedKinds[sharing.kind];
  const users = facts?.users[sharing.action]?.(sharing.objectId);
  const table = facts?.table;
  const to = facts?.held ? null : next;
  if (users === undefined || table === undefined || to === '*') return false;
  const { rows } = await sql`
    with named as (
      select target_project from rbac_policies
      where object_id = ${sharing.objectId} and action = ${sharing.action} and target_project <> ${from}
      union select ${to}::text where ${to}::text is not null
    )
    select 1 from (${users}) u
    where u.project_id <> '' and (${from} = '*' or u.project_id = ${from})
      and u.project_id <> (select o.project_id from ${sql.table(table)} o where o.id = ${sharing.objectId})
      and not exists (select 1 from named n where n.target_project in ('*', u.project_id))
    limit 1`.execute(work.trx);
  return rows.length > 0;
}
