/** Logs: of which security groups, on which ports, packets are written down. For admins. */
import { sql } from 'kysely';
import { onCreate, readOnly, writable } from '../engine/attribute.ts';
import { toBoolean } from '../engine/conversions.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import { column, description, history, id, name, project } from '../engine/standard-attributes.ts';
import { oneOf, orNone, text, uuid } from '../engine/validators.ts';
import { booleanOf, requiredText, textOf, textOrNullOf, type Values } from '../engine/values.ts';
import { loggingErrors } from '../errors/logging-errors.ts';
import { requestErrors } from '../errors/request-errors.ts';

const filterAndSort = { filter: true, sortKey: true } as const;
/** What hosts could log; the `type` of `loggable-resources`. */
const loggable = 'security_group';
const notEnforced = 'no host writes packets down yet';

export const log: Resource = {
  name: 'log',
  collection: 'logs',
  path: 'log/logs',
  extensions: ['logging'],
  notEnforced,
  from: sql`logs as t`,
  notFound: loggingErrors.notFound,
  visible: () => sql`false`,
  attributes: {
    id,
    ...project,
    name,
    description,
    resource_type: onCreate(column('resource_type'), { ...filterAndSort, validate: text(255) }),
    resource_id: onCreate(column('resource_id', 'uuid'), { ...filterAndSort, default: null, validate: orNone(uuid) }),
    target_id: onCreate(column('target_id', 'uuid'), { ...filterAndSort, default: null, validate: orNone(uuid) }),
    event: onCreate(column('event'), { default: 'ALL', validate: oneOf(['ACCEPT', 'DROP', 'ALL']), filter: true }),
    enabled: writable(column('enabled', 'boolean'), { ...filterAndSort, default: true, convert: toBoolean }),
    ...history,
  },
  create: createLog,
  update: updateLog,
  remove: removeLog,
};

export const loggableResource: Resource = {
  name: 'loggable_resource',
  collection: 'loggable_resources',
  path: 'log/loggable-resources',
  key: 'type',
  extensions: ['logging'],
  from: sql`(select ${loggable}::text as type) as t`,
  notFound: requestErrors.notFound,
  visible: () => sql`false`,
  attributes: { type: readOnly(column('type')) },
};

async function createLog(work: Work, values: Values): Promise<string> {
  const type = requiredText(values, 'resource_type');
  if (type !== loggable) throw loggingErrors.invalidType(type);
  const groupId = textOrNullOf(values, 'resource_id') ?? null;
  const portId = textOrNullOf(values, 'target_id') ?? null;
  await checkSubjects(work, groupId, portId);
  const row = await work.trx
    .insertInto('logs')
    .values({
      project_id: requiredText(values, 'project_id'),
      name: textOf(values, 'name'),
      description: textOf(values, 'description'),
      resource_type: type,
      resource_id: groupId,
      target_id: portId,
      event: requiredText(values, 'event'),
      enabled: booleanOf(values, 'enabled'),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

/** Locked, so that what is logged is there until the log is. */
async function checkSubjects(work: Work, groupId: string | null, portId: string | null): Promise<void> {
  if (groupId !== null) {
    const { rows } = await sql`select 1 from security_groups where id = ${groupId} for key share`.execute(work.trx);
    if (rows.length === 0) throw loggingErrors.resourceNotFound(groupId);
  }
  if (portId === null) return;
  const { rows } = await sql<{ vnic_type: string; member: boolean }>`
    select p.vnic_type, exists (select 1 from port_security_groups g
      where g.port_id = p.id and g.security_group_id = ${groupId}::uuid) as member
    from ports p where p.id = ${portId} for key share of p`.execute(work.trx);
  const port = rows[0];
  if (port === undefined) throw loggingErrors.targetNotFound(portId);
  if (port.vnic_type !== 'normal') throw loggingErrors.notSupportedOn(loggable, portId);
  if (groupId !== null && !port.member) throw loggingErrors.notOfTarget(groupId, portId);
}

async function updateLog(work: Work, current: Row, changes: Values): Promise<void> {
  await work.trx
    .updateTable('logs')
    .set((eb) => ({
      name: textOf(changes, 'name'),
      description: textOf(changes, 'description'),
      enabled: booleanOf(changes, 'enabled'),
      revision_number: eb('revision_number', '+', 1),
      updated_at: sql<string>`now()`,
    }))
    .where('id', '=', current.id)
    .execute();
}

async function removeLog(work: Work, current: Row): Promise<void> {
  await work.trx.deleteFrom('logs').where('id', '=', current.id).execute();
}
