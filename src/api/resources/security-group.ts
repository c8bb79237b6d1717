/** Security groups: what may come and go. */
import { sql } from 'kysely';
import { notGiven, readOnly, writable } from '../engine/attribute.ts';
import { toBoolean } from '../engine/conversions.ts';
import { enforceLimit } from '../engine/quota.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import { ownOrShared, shared } from '../engine/sharing.ts';
import { column, description, expression, history, id, name, project, tags } from '../engine/standard-attributes.ts';
import { text, validator } from '../engine/validators.ts';
import { booleanOf, requiredText, textOf, type Values } from '../engine/values.ts';
import { securityGroupErrors } from '../errors/security-group-errors.ts';
import { addDefaultRules, defaultStateful, ensureDefaultGroup, templatesOf } from '../work/default-group.ts';

const time = (ref: string) => sql`to_char(${sql.ref(ref)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;

const notDefault = validator('type:name_not_default', text(255).schema, (value) => {
  const reason = text(255)(value);
  if (reason === null && value === 'default') throw securityGroupErrors.defaultExists();
  return reason;
});

export const securityGroup: Resource = {
  name: 'security_group',
  collection: 'security_groups',
  path: 'security-groups',
  extensions: [
    'security-group',
    'security-groups-shared-filtering',
    'stateful-security-group',
    'standard-attr-description',
  ],
  from: sql`security_groups as t`,
  quota: 'security_group',
  tagged: { table: 'security_groups' },
  notFound: securityGroupErrors.notFound,
  visible: ownOrShared('security_group'),
  attributes: {
    id,
    name: {
      ...name,
      validate: notDefault,
    },
    stateful: writable(column('stateful', 'boolean'), { default: notGiven, convert: toBoolean, filter: true }),
    ...project,
    description,
    shared: shared('security_group', { enforcePolicy: true }),
    security_group_rules: readOnly(
      expression(
        'json',
        sql`coalesce((select json_agg(json_build_object(
            'id', r.id, 'project_id', r.project_id, 'tenant_id', r.project_id, 'security_group_id', r.security_group_id,
            'ethertype', r.ethertype, 'direction', r.direction, 'protocol', r.protocol, 'port_range_min', r.port_range_min,
            'port_range_max', r.port_range_max, 'remote_ip_prefix', r.remote_ip_prefix,
            'remote_address_group_id', r.remote_address_group_id, 'normalized_cidr', r.normalized_cidr::text,
            'remote_group_id', r.remote_group_id, 'belongs_to_default_sg', t.is_default, 'description', r.description,
            'tags', r.tags, 'created_at', ${time('r.created_at')}, 'updated_at', ${time('r.updated_at')},
            'revision_number', r.revision_number) order by r.created_at, r.id)
          from security_group_rules r where r.security_group_id = t.id), '[]')`,
      ),
    ),
    ...tags,
    ...history,
  },
  beforeList: async (work) => {
    await ensureDefaultGroup(work, work.caller.projectId);
  },
  create: createGroup,
  update: updateGroup,
  remove: removeGroup,
};

async function createGroup(work: Work, values: Values): Promise<string> {
  const projectId = requiredText(values, 'project_id');
  await ensureDefaultGroup(work, projectId);
  await checkRuleQuota(work, projectId);
  const row = await work.trx
    .insertInto('security_groups')
    .values({
      project_id: projectId,
      name: textOf(values, 'name'),
      description: textOf(values, 'description'),
      stateful: booleanOf(values, 'stateful') ?? defaultStateful(projectId),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await addDefaultRules(work, projectId, row.id, false);
  work.changes.push({ kind: 'security_group', id: row.id });
  return row.id;
}

/** The rules that the group begins with count as well. */
async function checkRuleQuota(work: Work, projectId: string): Promise<void> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from default_security_group_rules d where ${templatesOf(false)}`.execute(work.trx);
  await enforceLimit(work, 'security_group_rule', projectId, rows[0]?.count ?? 0);
}

async function updateGroup(work: Work, current: Row, changes: Values): Promise<void> {
  if (current['name'] === 'default' && 'name' in changes) throw securityGroupErrors.cannotUpdateDefault();
  const stateful = booleanOf(changes, 'stateful');
  // A connection that is tracked halfway would be cut.
  if (stateful !== undefined && stateful !== current['stateful']) await checkUnused(work, current.id);
  await work.trx
    .updateTable('security_groups')
    .set((eb) => ({
      name: textOf(changes, 'name'),
      description: textOf(changes, 'description'),
      stateful,
      revision_number: eb('revision_number', '+', 1),
      updated_at: sql<string>`now()`,
    }))
    .where('id', '=', current.id)
    .execute();
  work.changes.push({ kind: 'security_group', id: current.id });
}

/** A group with members stays. The default group stays for all but admins; rules that name the group go with it. */
async function removeGroup(work: Work, current: Row): Promise<void> {
  if (current['name'] === 'default' && !work.caller.isAdmin) throw securityGroupErrors.cannotRemoveDefault();
  await checkUnused(work, current.id);
  const { rows: naming } = await sql<{ id: string }>`
    select distinct security_group_id as id from security_group_rules
    where remote_group_id = ${current.id} and security_group_id <> ${current.id}`.execute(work.trx);
  await work.trx.deleteFrom('security_groups').where('id', '=', current.id).execute();
  work.changes.push(
    { kind: 'security_group', id: current.id },
    ...naming.map((row) => ({ kind: 'security_group', id: row.id })),
  );
}

async function checkUnused(work: Work, groupId: string): Promise<void> {
  const { rows } = await sql`select 1 from port_security_groups where security_group_id = ${groupId} limit 1`.execute(
    work.trx,
  );
  if (rows.length > 0) throw securityGroupErrors.inUse(groupId);
}
