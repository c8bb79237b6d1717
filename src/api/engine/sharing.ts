/**
 * Sharing by RBAC policies: an object is everybody's whom a policy of its kind names, by project or by `*`. Neutron's
 * `rbac-policies`, which are rows of `rbac_policies`.
 */
import { type RawBuilder, sql } from 'kysely';
import { type Attribute, readOnly } from './attribute.ts';
import type { Caller } from './caller.ts';
import { expression } from './standard-attributes.ts';

/** Kinds that can be shared, as `object_type` says them. */
export type SharedKind = 'network' | 'qos_policy' | 'security_group' | 'address_scope' | 'subnetpool' | 'address_group';
export type SharedAction = 'access_as_shared' | 'access_as_external';

/** SQL for an array of the ids that policies share with a project: read once a statement, and then found by indexes. */
export function idsSharedWith(
  kind: SharedKind,
  projectId: string,
  actions: readonly SharedAction[] = ['access_as_shared'],
): RawBuilder<unknown> {
  return sql`array(select r.object_id from rbac_policies r where r.target_project in ('*', ${projectId})
    and r.object_type = ${kind} and r.action in (${sql.join(actions)}))`;
}

/** True for a row `t` that a policy shares with the caller's project. */
export function sharedWith(kind: SharedKind, caller: Caller): RawBuilder<unknown> {
  return sql`t.id = any(${idsSharedWith(kind, caller.projectId)})`;
}

/** The caller's own rows, and those that are shared with him. */
export function ownOrShared(
  kind: SharedKind,
  actions?: readonly SharedAction[],
): (caller: Caller) => RawBuilder<unknown> {
  return ({ projectId }) =>
    sql`(t.project_id = ${projectId} or t.id = any(${idsSharedWith(kind, projectId, actions)}))`;
}

/** The attribute `shared`: whether the object is shared with whoever asks. */
export function shared(kind: SharedKind, more: Partial<Attribute> = {}): Attribute {
  return readOnly(
    expression('boolean', (caller: Caller) => sharedWith(kind, caller)),
    { filter: true, ...more },
  );
}
