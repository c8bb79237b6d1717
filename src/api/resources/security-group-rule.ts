/** Rules of security groups. A rule is never changed, only made and removed. */
import { sql } from 'kysely';
import { protocolNumbers } from '../../model/protocol-numbers.ts';
import { onCreate, readOnly } from '../engine/attribute.ts';
import { asText } from '../engine/json.ts';
import { touch } from '../engine/operations.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import { column, expression, history, id, project } from '../engine/standard-attributes.ts';
import { isUuid, oneOf, text } from '../engine/validators.ts';
import { integerOrNullOf, requiredText, textOf, textOrNullOf, type Values } from '../engine/values.ts';
import { securityGroupErrors } from '../errors/security-group-errors.ts';
import { checkRule, toPortValue, toPrefix, toProtocol } from '../work/rule-values.ts';

const given = { default: null, filter: true, sortKey: true } as const;

export const securityGroupRule: Resource = {
  name: 'security_group_rule',
  collection: 'security_group_rules',
  path: 'security-group-rules',
  extensions: ['security-group', 'security-groups-normalized-cidr', 'standard-attr-description'],
  from: sql`security_group_rules as t`,
  quota: 'security_group_rule',
  notFound: securityGroupErrors.ruleNotFound,
  visible: ({ projectId }) => sql`(t.project_id = ${projectId}
    or exists (select 1 from security_groups g where g.id = t.security_group_id and g.project_id = ${projectId}))`,
  attributes: {
    id,
    ...project,
    security_group_id: onCreate(column('security_group_id', 'uuid'), {
      validate: text(36),
      filter: true,
      sortKey: true,
    }),
    ethertype: onCreate(column('ethertype'), {
      default: 'IPv4',
      convert: (value) => ['IPv4', 'IPv6'].find((one) => one.toLowerCase() === asText(value).toLowerCase()) ?? value,
      validate: oneOf(['IPv4', 'IPv6']),
      filter: true,
      sortKey: true,
    }),
    direction: onCreate(column('direction'), { validate: oneOf(['ingress', 'egress']), filter: true, sortKey: true }),
    protocol: onCreate(column('protocol'), { ...given, convert: toProtocol }),
    port_range_min: onCreate(column('port_range_min', 'integer'), { ...given, convert: toPortValue }),
    port_range_max: onCreate(column('port_range_max', 'integer'), { ...given, convert: toPortValue }),
    remote_ip_prefix: onCreate(column('remote_ip_prefix', 'cidr'), { ...given, convert: toPrefix }),
    remote_address_group_id: readOnly(expression('text', sql`null::text`), { filter: true, sortKey: true }),
    normalized_cidr: readOnly(column('remote_ip_prefix', 'cidr'), { filter: true, sortKey: true }),
    remote_group_id: onCreate(column('remote_group_id', 'uuid'), given),
    description: onCreate(column('description'), { default: '', validate: text(255), filter: true }),
    ...history,
  },
  create: createRule,
  remove: removeRule,
};

async function createRule(work: Work, values: Values): Promise<string> {
  checkRule(values);
  const groupId = requiredText(values, 'security_group_id');
  await requireGroup(work, groupId);
  const remoteGroupId = textOrNullOf(values, 'remote_group_id') ?? null;
  if (remoteGroupId !== null) await requireGroup(work, remoteGroupId);
  await checkUnique(work, values);
  const row = await work.trx
    .insertInto('security_group_rules')
    .values({
      project_id: requiredText(values, 'project_id'),
      security_group_id: groupId,
      direction: textOf(values, 'direction') === 'egress' ? 'egress' : 'ingress',
      ethertype: textOf(values, 'ethertype') === 'IPv6' ? 'IPv6' : 'IPv4',
      protocol: textOrNullOf(values, 'protocol') ?? null,
      port_range_min: integerOrNullOf(values, 'port_range_min') ?? null,
      port_range_max: integerOrNullOf(values, 'port_range_max') ?? null,
      remote_ip_prefix: textOrNullOf(values, 'remote_ip_prefix') ?? null,
      remote_group_id: remoteGroupId,
      description: textOf(values, 'description') ?? '',
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  if (row === undefined) {
    // Another request made the same rule in the same moment; now it can be found and named.
    await checkUnique(work, values);
    throw new Error('a rule conflicts with one that is not there');
  }
  await touch(work, 'security_groups', groupId);
  work.changes.push({ kind: 'security_group_rule', id: row.id }, { kind: 'security_group', id: groupId });
  return row.id;
}

async function requireGroup(work: Work, groupId: string): Promise<void> {
  const { rows } = isUuid(groupId)
    ? await sql`select 1 from security_groups where id = ${groupId}
        and (project_id = ${work.caller.projectId} or ${work.caller.isAdmin})`.execute(work.trx)
    : { rows: [] };
  if (rows.length === 0) throw securityGroupErrors.notFound(groupId);
}

/** Names the rule that is there already. A protocol's name and its number are the same. */
async function checkUnique(work: Work, values: Values): Promise<void> {
  const protocol = textOrNullOf(values, 'protocol') ?? null;
  const number = protocol === null ? null : (protocolNumbers[protocol] ?? Number(protocol));
  const same =
    protocol === null
      ? [null]
      : [String(number), ...Object.keys(protocolNumbers).filter((one) => protocolNumbers[one] === number)];
  const { rows } = await sql<{ id: string }>`
    select id from security_group_rules
    where security_group_id = ${requiredText(values, 'security_group_id')}
      and direction = ${textOf(values, 'direction')} and ethertype = ${textOf(values, 'ethertype')}
      and coalesce(protocol, '') = any(${same.map((one) => one ?? '')}::text[])
      and port_range_min is not distinct from ${integerOrNullOf(values, 'port_range_min') ?? null}::integer
      and port_range_max is not distinct from ${integerOrNullOf(values, 'port_range_max') ?? null}::integer
      and remote_ip_prefix is not distinct from ${textOrNullOf(values, 'remote_ip_prefix') ?? null}::cidr
      and remote_group_id is not distinct from ${textOrNullOf(values, 'remote_group_id') ?? null}::uuid`.execute(
    work.trx,
  );
  if (rows[0] !== undefined) throw securityGroupErrors.ruleExists(rows[0].id);
}

async function removeRule(work: Work, current: Row): Promise<void> {
  const groupId = String(current['security_group_id']);
  await work.trx.deleteFrom('security_group_rules').where('id', '=', current.id).execute();
  await touch(work, 'security_groups', groupId);
  work.changes.push({ kind: 'security_group_rule', id: current.id }, { kind: 'security_group', id: groupId });
}
