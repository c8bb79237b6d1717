/** Rules of QoS policies: `/qos/policies/:id/bandwidth_limit_rules` and its like, and the same by their ids alone. */

import type { Insertable } from 'kysely';
import { type RawBuilder, sql } from 'kysely';
import type { QosRulesTable } from '../../store/tables/qos-trunks.ts';
import { type Attribute, readOnly } from '../engine/attribute.ts';
import type { Caller } from '../engine/caller.ts';
import { touch } from '../engine/operations.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import { column, id } from '../engine/standard-attributes.ts';
import { integerOf, requiredText, textOf, type Values } from '../engine/values.ts';
import { qosErrors } from '../errors/qos-errors.ts';
import { checkRule } from '../work/qos-rule-conflicts.ts';
import { qosPolicy } from './qos-policy.ts';
import { type QosRuleKind, qosRuleKinds } from './qos-rule-kinds.ts';

export const qosRules: readonly Resource[] = qosRuleKinds.map(ofPolicy);
export const qosRuleAliases: readonly Resource[] = qosRuleKinds.flatMap((kind) =>
  kind.alias === undefined ? [] : [byItself(kind, kind.alias)],
);

function ofPolicy(kind: QosRuleKind): Resource {
  return {
    ...common(kind),
    name: `${kind.type}_rule`,
    collection: `${kind.type}_rules`,
    path: `${kind.type}_rules`,
    policyName: `policy_${kind.type}_rule`,
    extensions: kind.extensions,
    parent: { resource: qosPolicy, column: sql`t.qos_policy_id`, attribute: 'policy_id' },
    attributes: { ...kind.attributes, id },
    create: (work, values) => createRule(work, kind, values),
  };
}

/** A rule of which the client need not know the policy. It is not made this way. */
function byItself(kind: QosRuleKind, extension: string): Resource {
  return {
    ...common(kind),
    name: `alias_${kind.type}_rule`,
    collection: `alias_${kind.type}_rules`,
    path: `qos/alias-${kind.type.replaceAll('_', '-')}-rules`,
    extensions: [extension],
    attributes: {
      ...Object.fromEntries(
        Object.entries(kind.attributes).map(([name, attribute]): [string, Attribute] => [
          name,
          { ...attribute, allowPost: false },
        ]),
      ),
      id,
      project_id: readOnly(column('project_id')),
      tenant_id: readOnly(column('project_id')),
    },
  };
}

function common(kind: QosRuleKind) {
  return {
    from: sql`(select r.*, p.project_id from qos_rules r join qos_policies p on p.id = r.qos_policy_id
      where r.type = ${kind.type}) as t`,
    notFound: qosErrors.ruleNotFound,
    visible: seen,
    update: (work: Work, current: Row, changes: Values) => updateRule(work, kind, current, changes),
    remove: removeRule,
  };
}

/** With its policy. */
function seen({ projectId }: Caller): RawBuilder<unknown> {
  return sql`(t.project_id = ${projectId} or exists (select 1 from rbac_policies r where r.object_id = t.qos_policy_id
    and r.object_type = 'qos_policy' and r.action = 'access_as_shared' and r.target_project in ('*', ${projectId})))`;
}

const numbers = [
  'max_kbps',
  'max_burst_kbps',
  'min_kbps',
  'max_kpps',
  'max_burst_kpps',
  'min_kpps',
  'dscp_mark',
] as const;

function given(values: Values): Omit<Insertable<QosRulesTable>, 'qos_policy_id' | 'type'> {
  const entries = numbers.map((name) => [name, integerOf(values, name)]);
  return { ...Object.fromEntries(entries), direction: textOf(values, 'direction') };
}

async function createRule(work: Work, kind: QosRuleKind, values: Values): Promise<string> {
  const policyId = requiredText(values, 'policy_id');
  // Rules of one policy are made one after the other, so that what is checked still holds when it is written.
  await sql`select 1 from qos_policies where id = ${policyId} for update`.execute(work.trx);
  await checkRule(work, { policyId, id: null, type: kind.type, values });
  const row = await work.trx
    .insertInto('qos_rules')
    .values({ qos_policy_id: policyId, type: kind.type, ...given(values) })
    .returning('id')
    .executeTakeFirstOrThrow();
  await changed(work, policyId);
  return row.id;
}

async function updateRule(work: Work, kind: QosRuleKind, current: Row, changes: Values): Promise<void> {
  const policyId = await lockedPolicy(work, current.id);
  await checkRule(work, { policyId, id: current.id, type: kind.type, values: { ...current, ...changes } });
  await work.trx
    .updateTable('qos_rules')
    // An update that gives nothing still needs a column.
    .set({ type: kind.type, ...given(changes) })
    .where('id', '=', current.id)
    .execute();
  await changed(work, policyId);
}

async function removeRule(work: Work, current: Row): Promise<void> {
  const policyId = await lockedPolicy(work, current.id);
  await work.trx.deleteFrom('qos_rules').where('id', '=', current.id).execute();
  await changed(work, policyId);
}

/** A policy is one thing with its rules, also to the hosts of those that have it. */
async function changed(work: Work, policyId: string): Promise<void> {
  await touch(work, 'qos_policies', policyId);
  work.changes.push({ kind: 'policy', id: policyId });
}

async function lockedPolicy(work: Work, ruleId: string): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    select p.id from qos_policies p join qos_rules r on r.qos_policy_id = p.id where r.id = ${ruleId} for update of p`.execute(
    work.trx,
  );
  const row = rows[0];
  if (row === undefined) throw qosErrors.ruleNotFound(ruleId);
  return row.id;
}
