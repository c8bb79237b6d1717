/** RBAC policies: which projects may see and use an object of another. */
import { sql } from 'kysely';
import { sqlState } from '../../store/transaction.ts';
import { onCreate, readOnly, writable } from '../engine/attribute.ts';
import { asText, type Json } from '../engine/json.ts';
import { touch } from '../engine/operations.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import type { SharedKind } from '../engine/sharing.ts';
import { column, project } from '../engine/standard-attributes.ts';
import { text, uuid } from '../engine/validators.ts';
import { requiredText, type Values } from '../engine/values.ts';
import { networkErrors } from '../errors/network-errors.ts';
import { sharingErrors } from '../errors/sharing-errors.ts';
import { sharedKinds } from '../work/shared-kinds.ts';
import { leavesUsers, lockShared, type Sharing } from '../work/shared-use.ts';

const uniqueViolation = '23505';
const filterOfPolicy = { enforcePolicy: true, filter: true } as const;

export const rbacPolicy: Resource = {
  name: 'rbac_policy',
  collection: 'rbac_policies',
  path: 'rbac-policies',
  extensions: ['rbac-policies', 'rbac-security-groups', 'rbac-address-group'],
  from: sql`rbac_policies as t`,
  quota: 'rbac_policy',
  notFound: sharingErrors.policyNotFound,
  visible: ({ projectId }) => sql`t.project_id = ${projectId}`,
  attributes: {
    id: readOnly(column('id', 'uuid'), { filter: true, validate: uuid }),
    object_type: onCreate(column('object_type'), { default: null, convert: toObjectType, ...filterOfPolicy }),
    object_id: onCreate(column('object_id', 'uuid'), { validate: uuid, ...filterOfPolicy }),
    target_tenant: writable(column('target_project'), { validate: text(255), ...filterOfPolicy }),
    project_id: { ...project.project_id, sortKey: false },
    tenant_id: { ...project.tenant_id, sortKey: false },
    action: onCreate(column('action'), { validate: text(255), ...filterOfPolicy }),
  },
  create: createPolicy,
  update: updatePolicy,
  remove: removePolicy,
};

function toObjectType(value: Json): Json {
  const kind = asText(value).trim().toLowerCase();
  if (!isKind(kind)) throw sharingErrors.invalidType(asText(value));
  return kind;
}

function isKind(kind: string): kind is SharedKind {
  return Object.hasOwn(sharedKinds, kind);
}

function isAction(sharing: { readonly kind: SharedKind; readonly action: string }): sharing is Sharing {
  return Object.hasOwn(sharedKinds[sharing.kind]?.users ?? {}, sharing.action);
}

/** What the policy says. Throws for a kind and an action that do not go together. */
function sharingOf(values: Values): Sharing {
  const kind = requiredText(values, 'object_type');
  if (!isKind(kind)) throw sharingErrors.invalidType(kind);
  const sharing = { kind, objectId: requiredText(values, 'object_id'), action: requiredText(values, 'action') };
  if (isAction(sharing)) return sharing;
  throw sharingErrors.invalidAction(sharing.action, kind, Object.keys(sharedKinds[kind]?.users ?? {}));
}

async function createPolicy(work: Work, values: Values): Promise<string> {
  const sharing = sharingOf(values);
  const { kind, objectId, action } = sharing;
  const owner = await lockShared(work, kind, objectId);
  if (owner === null) throw sharingErrors.objectNotFound(kind, objectId);
  if (!work.caller.isAdmin && owner !== work.caller.projectId) {
    throw sharingErrors.notOwner(kind === 'network' ? 'networks' : 'objects');
  }
  const policyId = await uniquely(async () => {
    const { id } = await work.trx
      .insertInto('rbac_policies')
      .values({
        project_id: requiredText(values, 'project_id'),
        object_type: kind,
        object_id: objectId,
        action,
        target_project: requiredText(values, 'target_tenant'),
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    return id;
  });
  await noteChange(work, sharing);
  return policyId;
}

async function updatePolicy(work: Work, current: Row, changes: Values): Promise<void> {
  const target = changes['target_tenant'] === undefined ? null : requiredText(changes, 'target_tenant');
  if (target === null || target === current['target_tenant']) return;
  const sharing = sharingOf(current);
  await checkUnneeded(work, sharing, current, target);
  await uniquely(() =>
    work.trx.updateTable('rbac_policies').set({ target_project: target }).where('id', '=', current.id).execute(),
  );
  await noteChange(work, sharing);
}

async function removePolicy(work: Work, current: Row): Promise<void> {
  const sharing = sharingOf(current);
  await checkUnneeded(work, sharing, current, null);
  await work.trx.deleteFrom('rbac_policies').where('id', '=', current.id).execute();
  await noteChange(work, sharing);
}

/** Throws RbacPolicyInUse when somebody lives by this policy alone. */
async function checkUnneeded(work: Work, sharing: Sharing, current: Row, to: string | null): Promise<void> {
  const { objectId, action } = sharing;
  await lockShared(work, sharing.kind, objectId);
  const from = requiredText(current, 'target_tenant');
  if (action === 'access_as_external' && from === '*' && to === null) await checkNotDefault(work, objectId);
  if (!(await leavesUsers(work, sharing, from, to))) return;
  throw sharingErrors.inUse(
    objectId,
    action === 'access_as_external'
      ? 'There are routers attached to this network that depend on this policy for access.'
      : sharing.kind === 'network'
        ? networkErrors.sharedSetting(objectId).message
        : `project_id=${from}`,
  );
}

async function checkNotDefault(work: Work, networkId: string): Promise<void> {
  const { rows } = await sql`select 1 from networks where id = ${networkId} and is_default`.execute(work.trx);
  if (rows.length > 0) throw sharingErrors.inUse(networkId, 'Default external networks must be shared to everyone.');
}

async function uniquely<Result>(write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    if (sqlState(error) === uniqueViolation) throw sharingErrors.policyExists();
    throw error;
  }
}

/** A network is another one when others see it, and hosts hear whether it is external. */
async function noteChange(work: Work, { kind, objectId }: Sharing): Promise<void> {
  if (kind !== 'network') return;
  await touch(work, 'networks', objectId);
  work.changes.push({ kind: 'network', id: objectId });
}
