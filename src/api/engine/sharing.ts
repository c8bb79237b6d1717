/**
 * Sharing by RBAC policies: an object is everybody's whom a policy of its kind names, by project or by `*`. Neutron's
 * `rbac-policies`, which are rows of `rbac_policies`.
 */
import { type RawBuilder, sql } from 'kysely';
import { type Attribute, readOnly } from './attribute.ts';
import type { Caller } from './caller.ts';
import type { Trx } from './resource.ts';
import { expression } from './standard-attributes.ts';

/** Kinds that can be shared, as `object_type` says them. */
export type SharedKind = 'network' | 'qos_policy' | 'security_group' | 'address_scope' | 'subnetpool' | 'address_group';

/** True for a row `t` that a policy shares with the caller's project. */
export function sharedWith(kind: SharedKind, caller: Caller, action = 'access_as_shared'): RawBuilder<unknown> {
  return sql`exists (select 1 from rbac_policies r where r.object_id = t.id and r.object_type = ${kind}
    and r.action = ${action} and r.target_project in ('*', ${caller.projectId}))`;
}

/** The caller's own rows, and those that are shared with him. */
export function ownOrShared(kind: SharedKind): (caller: Caller) => RawBuilder<unknown> {
  return (caller) => sql`(t.project_id = ${caller.projectId} or ${sharedWith(kind, caller)})`;
}

/** The attribute `shared`: whether the object is shared with whoever asks. */
export function shared(kind: SharedKind, more: Partial<Attribute> = {}): Attribute {
  return readOnly(
    expression('boolean', (caller: Caller) => sharedWith(kind, caller)),
    { filter: true, ...more },
  );
}

/** Shares an object with every project, as `shared` in a request asks for. */
export async function shareWithAll(
  trx: Trx,
  kind: SharedKind,
  object: { readonly id: string; readonly projectId: string },
): Promise<void> {
  await sql`
    insert into rbac_policies (project_id, object_type, object_id, action, target_project)
    values (${object.projectId}, ${kind}, ${object.id}, 'access_as_shared', '*')
    on conflict on constraint rbac_policies_once do nothing`.execute(trx);
}

/** Whoever removes an object removes its policies. */
export async function forgetSharing(trx: Trx, objectId: string): Promise<void> {
  await sql`delete from rbac_policies where object_id = ${objectId}`.execute(trx);
}
