/** Templates of rules: what a new security group begins with. For admins to change, for everybody to read. */
import { sql } from 'kysely';
import { onCreate } from '../engine/attribute.ts';
import { toBoolean } from '../engine/conversions.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import { column, id } from '../engine/standard-attributes.ts';
import { isUuid, text } from '../engine/validators.ts';
import { booleanOf, type Values } from '../engine/values.ts';
import { addressGroupErrors } from '../errors/address-group-errors.ts';
import { securityGroupErrors } from '../errors/security-group-errors.ts';
import { ruleAttributes } from '../work/rule-attributes.ts';
import { checkRule, ruleColumns, ruleKey } from '../work/rule-values.ts';
import { firstUnusable } from '../work/usable.ts';

const flag = { convert: toBoolean, filter: true } as const;

export const defaultSecurityGroupRule: Resource = {
  name: 'default_security_group_rule',
  collection: 'default_security_group_rules',
  path: 'default-security-group-rules',
  extensions: ['security-groups-default-rules'],
  from: sql`default_security_group_rules as t`,
  notFound: securityGroupErrors.defaultRuleNotFound,
  visible: () => sql`true`,
  attributes: {
    id,
    // A template is nobody's; clients may say a project all the same.
    project_id: onCreate(null, { validate: text(255), visible: false }),
    tenant_id: onCreate(null, { validate: text(255), visible: false }),
    ...ruleAttributes,
    /** `PARENT` is the group that is made. */
    remote_group_id: onCreate(column('remote_group_id'), { default: null, filter: true, sortKey: true }),
    description: onCreate(column('description'), { default: '', validate: text(1024), filter: true }),
    used_in_default_sg: onCreate(column('used_in_default_sg', 'boolean'), flag),
    used_in_non_default_sg: onCreate(column('used_in_non_default_sg', 'boolean'), flag),
  },
  create: createTemplate,
  remove: removeTemplate,
};

async function createTemplate(work: Work, values: Values): Promise<string> {
  checkRule(values);
  const columns = ruleColumns(values);
  await requireRemotes(work, columns.remote_group_id, columns.remote_address_group_id);
  const row = await work.trx
    .insertInto('default_security_group_rules')
    .values({
      ...columns,
      used_in_default_sg: booleanOf(values, 'used_in_default_sg') ?? false,
      used_in_non_default_sg: booleanOf(values, 'used_in_non_default_sg') ?? false,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  if (row !== undefined) return row.id;
  const { rows } = await sql<{ id: string }>`
    select id from default_security_group_rules where rule_key(direction, ethertype, protocol, port_range_min,
      port_range_max, normalized_cidr, coalesce(remote_group_id, remote_address_group_id::text)) = ${ruleKey(columns)}`.execute(
    work.trx,
  );
  throw securityGroupErrors.defaultRuleExists(rows[0]?.id ?? '');
}

async function requireRemotes(work: Work, groupId: string | null, addressGroupId: string | null): Promise<void> {
  const { projectId } = work.caller;
  const named = groupId !== null && groupId !== 'PARENT' ? groupId : null;
  if (
    named !== null &&
    (!isUuid(named) || (await firstUnusable(work, 'security_group', projectId, [named])) !== null)
  ) {
    throw securityGroupErrors.notFound(named);
  }
  if (addressGroupId !== null && (await firstUnusable(work, 'address_group', projectId, [addressGroupId])) !== null) {
    throw addressGroupErrors.notFound(addressGroupId);
  }
}

async function removeTemplate(work: Work, current: Row): Promise<void> {
  await work.trx.deleteFrom('default_security_group_rules').where('id', '=', current.id).execute();
}
