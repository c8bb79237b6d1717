/** QoS policies: what traffic of the objects that have one may be. */
import { sql } from 'kysely';
import { sqlState } from '../../store/transaction.ts';
import { readOnly, writable } from '../engine/attribute.ts';
import type { Caller } from '../engine/caller.ts';
import { toBoolean } from '../engine/conversions.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import { ownOrShared, sharedWith } from '../engine/sharing.ts';
import { column, description, expression, history, id, name, project, tags } from '../engine/standard-attributes.ts';
import { booleanOf, requiredText, textOf, type Values } from '../engine/values.ts';
import { qosErrors } from '../errors/qos-errors.ts';
import { enforcedRules } from '../work/enforced-rules.ts';
import { checkPolicyUnused, checkUnsharePolicy } from '../work/qos-policy-use.ts';

const uniqueViolation = '23505';

export const qosPolicy: Resource = {
  name: 'policy',
  collection: 'policies',
  path: 'qos/policies',
  extensions: ['qos', 'qos-default', 'standard-attr-description'],
  notEnforced:
    'hosts apply limits of bandwidth and DSCP marks to ports; rules of other kinds, and any of floating IPs and gateways, are kept',
  notEnforcedOf: sql<boolean>`(exists (select 1 from qos_rules r where r.qos_policy_id = t.id
      and r.type not in (${sql.join(enforcedRules.map(({ type }) => sql.lit(type)))}))
    or exists (select 1 from floating_ips f where f.qos_policy_id = t.id)
    or exists (select 1 from routers r where r.qos_policy_id = t.id))`,
  from: sql`qos_policies as t`,
  // Projects change no policy, not even their own; in Neutron they tag those that they use.
  tagged: { table: 'qos_policies', alsoAt: 'policies', byAll: true },
  markerMayBeUnseen: true,
  notFound: qosErrors.policyNotFound,
  visible: ownOrShared('qos_policy'),
  attributes: {
    id,
    ...project,
    name,
    shared: writable(
      expression('boolean', (caller: Caller) => sharedWith('qos_policy', caller)),
      { default: false, convert: toBoolean, filter: true },
    ),
    rules: readOnly(
      expression(
        'json',
        sql`coalesce((select json_agg(json_strip_nulls(json_build_object(
            'max_kbps', r.max_kbps, 'max_burst_kbps', r.max_burst_kbps, 'min_kbps', r.min_kbps, 'max_kpps', r.max_kpps,
            'max_burst_kpps', r.max_burst_kpps, 'min_kpps', r.min_kpps, 'dscp_mark', r.dscp_mark, 'direction', r.direction,
            'id', r.id, 'qos_policy_id', r.qos_policy_id, 'type', r.type)) order by r.created_at, r.id)
          from qos_rules r where r.qos_policy_id = t.id), '[]')`,
      ),
    ),
    is_default: writable(column('is_default', 'boolean'), { default: false, convert: toBoolean, filter: true }),
    description,
    ...tags,
    ...history,
  },
  create: createPolicy,
  update: updatePolicy,
  remove: removePolicy,
};

async function createPolicy(work: Work, values: Values): Promise<string> {
  const projectId = requiredText(values, 'project_id');
  const { id: policyId } = await inOnlyDefault(projectId, () =>
    work.trx
      .insertInto('qos_policies')
      .values({
        project_id: projectId,
        name: textOf(values, 'name'),
        description: textOf(values, 'description'),
        is_default: booleanOf(values, 'is_default'),
      })
      .returning('id')
      .executeTakeFirstOrThrow(),
  );
  if (booleanOf(values, 'shared')) await share(work, policyId, projectId);
  return policyId;
}

async function updatePolicy(work: Work, current: Row, changes: Values): Promise<void> {
  const projectId = String(current['project_id']);
  if (booleanOf(changes, 'shared') === true) await share(work, current.id, projectId);
  if (booleanOf(changes, 'shared') === false) await unshare(work, current.id);
  await inOnlyDefault(projectId, () =>
    work.trx
      .updateTable('qos_policies')
      .set((eb) => ({
        name: textOf(changes, 'name'),
        description: textOf(changes, 'description'),
        is_default: booleanOf(changes, 'is_default'),
        revision_number: eb('revision_number', '+', 1),
        updated_at: sql<string>`now()`,
      }))
      .where('id', '=', current.id)
      .execute(),
  );
}

/** A project has one default policy. */
async function inOnlyDefault<Result>(projectId: string, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    if (sqlState(error) === uniqueViolation) throw qosErrors.defaultExists(projectId);
    throw error;
  }
}

/** With everybody: the attribute is short for an RBAC policy. */
async function share(work: Work, policyId: string, projectId: string): Promise<void> {
  await sql`
    insert into rbac_policies (project_id, object_type, object_id, action, target_project)
    values (${projectId}, 'qos_policy', ${policyId}, 'access_as_shared', '*') on conflict do nothing`.execute(work.trx);
}

async function unshare(work: Work, policyId: string): Promise<void> {
  const { rows } = await sql`
    delete from rbac_policies where object_id = ${policyId} and object_type = 'qos_policy'
      and action = 'access_as_shared' and target_project = '*' returning 1`.execute(work.trx);
  if (rows.length > 0) await checkUnsharePolicy(work, policyId);
}

/** A policy that something has stays. The foreign keys hold it for those who attach it in the same moment. */
async function removePolicy(work: Work, current: Row): Promise<void> {
  await checkPolicyUnused(work, current.id);
  await work.trx.deleteFrom('qos_policies').where('id', '=', current.id).execute();
}
