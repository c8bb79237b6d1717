/** Rules of security groups. A rule is never changed, only made and removed. */
import { sql } from 'kysely';
import { onCreate, readOnly } from '../engine/attribute.ts';
import { touch } from '../engine/operations.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import { column, expression, history, id, project } from '../engine/standard-attributes.ts';
import { isUuid, text } from '../engine/validators.ts';
import { requiredText, type Values } from '../engine/values.ts';
import { addressGroupErrors } from '../errors/address-group-errors.ts';
import { securityGroupErrors } from '../errors/security-group-errors.ts';
import { ruleAttributes } from '../work/rule-attributes.ts';
import { checkRule, type RuleColumns, ruleColumns, ruleKey } from '../work/rule-values.ts';
import { firstUnusable } from '../work/usable.ts';

const filterAndSort = { filter: true, sortKey: true } as const;

export const securityGroupRule: Resource = {
  name: 'security_group_rule',
  collection: 'security_group_rules',
  path: 'security-group-rules',
  extensions: [
    'security-group',
    'security-groups-normalized-cidr',
    'security-groups-remote-address-group',
    'security-groups-rules-belongs-to-default-sg',
    'standard-attr-description',
  ],
  from: sql`security_group_rules as t`,
  quota: 'security_group_rule',
  notFound: securityGroupErrors.ruleNotFound,
  visible: ({ projectId }) => sql`(t.project_id = ${projectId}
    or t.security_group_id = any(array(select g.id from security_groups g where g.project_id = ${projectId})))`,
  policyTarget: ownerOfGroup,
  attributes: {
    id,
    ...project,
    security_group_id: onCreate(column('security_group_id', 'uuid'), { validate: text(36), ...filterAndSort }),
    ...ruleAttributes,
    normalized_cidr: readOnly(column('normalized_cidr', 'cidr'), filterAndSort),
    remote_group_id: onCreate(column('remote_group_id', 'uuid'), { default: null, ...filterAndSort }),
    belongs_to_default_sg: readOnly(
      expression('boolean', sql`(select g.is_default from security_groups g where g.id = t.security_group_id)`),
      { filter: true },
    ),
    description: onCreate(column('description'), { default: '', validate: text(255), filter: true }),
    ...history,
  },
  checkBulk,
  create: createRule,
  remove: removeRule,
};

/** A bulk is for one group of one project. */
function checkBulk(items: readonly Values[]): void {
  const distinct = (name: string) => new Set(items.map((item) => item[name])).size;
  if (distinct('security_group_id') > 1) throw securityGroupErrors.rulesOfSeveralGroups();
  if (distinct('project_id') > 1) throw securityGroupErrors.rulesOfSeveralProjects();
}

async function ownerOfGroup(work: Work, values: Values) {
  const groupId = requiredText(values, 'security_group_id');
  const { rows } = isUuid(groupId)
    ? await sql<{ owner: string }>`select project_id as owner from security_groups where id = ${groupId}`.execute(
        work.trx,
      )
    : { rows: [] };
  return rows[0] === undefined ? {} : { owners: { security_group: rows[0].owner } };
}

async function createRule(work: Work, values: Values): Promise<string> {
  checkRule(values);
  const groupId = requiredText(values, 'security_group_id');
  const columns = ruleColumns(values);
  await requireGroup(work, groupId);
  await requireRemotes(work, columns);
  const row = await work.trx
    .insertInto('security_group_rules')
    .values({ project_id: requiredText(values, 'project_id'), security_group_id: groupId, ...columns })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  if (row === undefined) throw securityGroupErrors.ruleExists(await findSame(work, groupId, columns));
  await touch(work, 'security_groups', groupId);
  work.changes.push({ kind: 'security_group_rule', id: row.id }, { kind: 'security_group', id: groupId });
  return row.id;
}

/** Only the owner makes rules of a group, also where others use it. */
async function requireGroup(work: Work, groupId: string): Promise<void> {
  const { rows } = isUuid(groupId)
    ? await sql`select 1 from security_groups where id = ${groupId}
        and (project_id = ${work.caller.projectId} or ${work.caller.isAdmin})`.execute(work.trx)
    : { rows: [] };
  if (rows.length === 0) throw securityGroupErrors.notFound(groupId);
}

async function requireRemotes(work: Work, columns: RuleColumns): Promise<void> {
  const { remote_group_id: groupId, remote_address_group_id: addressGroupId } = columns;
  const { projectId } = work.caller;
  if (groupId !== null && (await firstUnusable(work, 'security_group', projectId, [groupId])) !== null) {
    throw securityGroupErrors.notFound(groupId);
  }
  if (addressGroupId !== null && (await firstUnusable(work, 'address_group', projectId, [addressGroupId])) !== null) {
    throw addressGroupErrors.notFound(addressGroupId);
  }
}

async function findSame(work: Work, groupId: string, columns: RuleColumns): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    select id from security_group_rules where security_group_id = ${groupId} and rule_key(direction, ethertype, protocol,
      port_range_min, port_range_max, normalized_cidr, coalesce(remote_group_id, remote_address_group_id)::text)
      = ${ruleKey(columns)}`.execute(work.trx);
  const same = rows[0];
  if (same === undefined) throw new Error('a rule conflicts with one that is not there');
  return same.id;
}

async function removeRule(work: Work, current: Row): Promise<void> {
  const groupId = String(current['security_group_id']);
  await work.trx.deleteFrom('security_group_rules').where('id', '=', current.id).execute();
  await touch(work, 'security_groups', groupId);
  work.changes.push({ kind: 'security_group_rule', id: current.id }, { kind: 'security_group', id: groupId });
}
