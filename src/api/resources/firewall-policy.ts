/** Firewall policies (FWaaS v2): rules in an order. */
import { sql } from 'kysely';
import { writable } from '../engine/attribute.ts';
import { noneToEmptyList, toBoolean } from '../engine/conversions.ts';
import { isObject } from '../engine/json.ts';
import { enforceOn, readForChange, transact } from '../engine/operations.ts';
import { readOne } from '../engine/read.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import type { Route } from '../engine/routes.ts';
import { column, expression, history, id } from '../engine/standard-attributes.ts';
import { isUuid, listOf, uuid } from '../engine/validators.ts';
import { booleanOf, requiredText, textOf, textsOf, type Values } from '../engine/values.ts';
import { firewallErrors } from '../errors/firewall-errors.ts';
import { firewallOwner, firewallService, firewallShared, firewallText } from '../work/firewall-attributes.ts';
import { checkRules, type PolicyOfRules, readRules, writeRules } from '../work/firewall-policy-rules.ts';

export const firewallPolicy: Resource = {
  name: 'firewall_policy',
  collection: 'firewall_policies',
  path: 'fwaas/firewall_policies',
  ...firewallService,
  from: sql`firewall_policies as t`,
  quota: 'firewall_policy',
  notFound: firewallErrors.policyNotFound,
  attributes: {
    id,
    ...firewallOwner,
    ...firewallText,
    shared: firewallShared,
    audited: writable(column('audited', 'boolean'), {
      default: false,
      convert: toBoolean,
      filter: true,
      sortKey: true,
    }),
    firewall_rules: writable(
      expression(
        'json',
        sql`coalesce((select json_agg(r.firewall_rule_id order by r.position)
          from firewall_policy_rules r where r.firewall_policy_id = t.id), '[]')`,
      ),
      { default: null, convert: noneToEmptyList, validate: listOf(uuid) },
    ),
    ...history,
  },
  create: createPolicy,
  update: updatePolicy,
  remove: removePolicy,
};

async function createPolicy(work: Work, values: Values): Promise<string> {
  const projectId = requiredText(values, 'project_id');
  const shared = booleanOf(values, 'shared') ?? false;
  const row = await work.trx
    .insertInto('firewall_policies')
    .values({
      project_id: projectId,
      name: textOf(values, 'name'),
      description: textOf(values, 'description'),
      shared,
      audited: booleanOf(values, 'audited'),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await writeRules(work, { id: row.id, projectId, shared }, textsOf(values, 'firewall_rules') ?? []);
  return row.id;
}

/** An audit holds for what was audited: any other change ends it. */
async function updatePolicy(work: Work, current: Row, changes: Values): Promise<void> {
  const policy = { ...ofRow(current), shared: booleanOf(changes, 'shared') ?? current['shared'] === true };
  const rules = textsOf(changes, 'firewall_rules');
  if (rules !== undefined) await writeRules(work, policy, rules);
  else if (policy.shared) await checkRules(work, policy, await readRules(work, policy.id));
  if (!policy.shared && current['shared'] === true) await checkUsedByOwner(work, policy);
  await work.trx
    .updateTable('firewall_policies')
    .set((eb) => ({
      name: textOf(changes, 'name'),
      description: textOf(changes, 'description'),
      shared: booleanOf(changes, 'shared'),
      audited: booleanOf(changes, 'audited') ?? false,
      revision_number: eb('revision_number', '+', 1),
      updated_at: sql<string>`now()`,
    }))
    .where('id', '=', current.id)
    .execute();
}

function ofRow(row: Row): PolicyOfRules {
  return { id: row.id, projectId: String(row['project_id']), shared: row['shared'] === true };
}

async function checkUsedByOwner(work: Work, policy: PolicyOfRules): Promise<void> {
  const { rows } = await sql`
    select 1 from firewall_groups where ${policy.id} in (ingress_firewall_policy_id, egress_firewall_policy_id)
      and project_id <> ${policy.projectId} limit 1`.execute(work.trx);
  if (rows.length > 0) throw firewallErrors.policyInUse(policy.id);
}

async function removePolicy(work: Work, current: Row): Promise<void> {
  const { rows } = await sql`
    select 1 from firewall_groups
    where ingress_firewall_policy_id = ${current.id} or egress_firewall_policy_id = ${current.id} limit 1`.execute(
    work.trx,
  );
  if (rows.length > 0) throw firewallErrors.policyInUse(current.id);
  await work.trx.deleteFrom('firewall_policies').where('id', '=', current.id).execute();
}

interface RuleInfo {
  readonly ruleId: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** Rules put in and taken out one by one. */
export const firewallPolicyActions: readonly Route[] = [
  ruleRoute('insert_rule', inserted),
  ruleRoute('remove_rule', (policyId, rules, { ruleId }) => {
    if (!rules.includes(ruleId)) throw firewallErrors.ruleNotInPolicy(ruleId, policyId);
    return rules.filter((one) => one !== ruleId);
  }),
];

/** Before or after another rule, `insert_before` counting first; else before all. */
function inserted(policyId: string, rules: readonly string[], info: RuleInfo): readonly string[] {
  if (rules.includes(info.ruleId)) throw firewallErrors.ruleTwice(info.ruleId, policyId);
  const beside = info.before ?? info.after;
  if (beside === null) return [info.ruleId, ...rules];
  if (!rules.includes(beside)) throw firewallErrors.ruleNotInPolicy(beside, policyId);
  const at = rules.indexOf(beside) + (info.before === null ? 1 : 0);
  return rules.toSpliced(at, 0, info.ruleId);
}

function ruleRoute(
  action: string,
  next: (policyId: string, rules: readonly string[], info: RuleInfo) => readonly string[],
): Route {
  return {
    method: 'PUT',
    pattern: `/fwaas/firewall_policies/:id/${action}`,
    operation: {
      kind: 'action',
      summary: action.replace('_', ' '),
      resource: firewallPolicy,
      body: {
        type: 'object',
        properties: {
          firewall_rule_id: uuid.schema,
          insert_before: { type: 'string' },
          insert_after: { type: 'string' },
        },
        required: ['firewall_rule_id'],
      },
      answer: { $ref: '#/components/schemas/firewall_policy' },
    },
    handler: async (call, policyId = '') => ({
      status: 200,
      body: await transact(call, async (work) => {
        const current = await readForChange(work, call, firewallPolicy, policyId);
        await enforceOn(work, firewallPolicy, 'update', current, {});
        const info = readInfo(call.body);
        const policy = ofRow(current);
        await checkRules(work, policy, [info.ruleId]);
        await writeRules(work, policy, next(policy.id, await readRules(work, policy.id), info));
        await sql`
          update firewall_policies set audited = false, revision_number = revision_number + 1, updated_at = now()
          where id = ${policy.id}`.execute(work.trx);
        return await readOne(work.trx, firewallPolicy, call.caller, policyId);
      }),
    }),
  };
}

/** An empty text is none, as clients send it. */
function readInfo(body: unknown): RuleInfo {
  const given = isObject(Object(body)) ? Object(body) : {};
  const idOf = (name: string): string | null => {
    const value = given[name];
    if (value === undefined || value === null || value === '') return null;
    if (!isUuid(value)) throw firewallErrors.ruleNotFound(String(value));
    return value.toLowerCase();
  };
  const ruleId = idOf('firewall_rule_id');
  if (ruleId === null) throw firewallErrors.ruleInfoMissing();
  return { ruleId, before: idOf('insert_before'), after: idOf('insert_after') };
}
