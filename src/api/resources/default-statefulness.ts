/** Whether security groups are stateful when nobody says: a setting of a project, or of all. */
import { sql } from 'kysely';
import { onCreate, writable } from '../engine/attribute.ts';
import { toBoolean } from '../engine/conversions.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import { column, id } from '../engine/standard-attributes.ts';
import { orNone, text } from '../engine/validators.ts';
import { booleanOf, textOrNullOf, type Values } from '../engine/values.ts';
import { securityGroupErrors } from '../errors/security-group-errors.ts';

const owner = { default: null, validate: orNone(text(255)), filter: true, sortKey: true } as const;

export const defaultStatefulness: Resource = {
  name: 'security_groups_default_statefulness',
  collection: 'security_groups_default_statefulness',
  path: 'security-groups-default-statefulness',
  extensions: ['security-groups-default-statefulness'],
  from: sql`security_groups_default_statefulness as t`,
  notFound: securityGroupErrors.statefulnessNotFound,
  visible: ({ projectId }) => sql`t.project_id = ${projectId}`,
  attributes: {
    id,
    project_id: onCreate(column('project_id'), owner),
    tenant_id: onCreate(column('project_id'), owner),
    stateful: writable(column('stateful', 'boolean'), {
      default: true,
      convert: toBoolean,
      filter: true,
      sortKey: true,
    }),
  },
  create: createSetting,
  update: updateSetting,
  remove: removeSetting,
};

async function createSetting(work: Work, values: Values): Promise<string> {
  const projectId = textOrNullOf(values, 'project_id') ?? null;
  const row = await work.trx
    .insertInto('security_groups_default_statefulness')
    .values({ project_id: projectId, stateful: booleanOf(values, 'stateful') ?? true })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  if (row === undefined) throw securityGroupErrors.statefulnessExists(projectId);
  return row.id;
}

async function updateSetting(work: Work, current: Row, changes: Values): Promise<void> {
  const stateful = booleanOf(changes, 'stateful');
  if (stateful === undefined) return;
  await work.trx
    .updateTable('security_groups_default_statefulness')
    .set({ stateful })
    .where('id', '=', current.id)
    .execute();
}

async function removeSetting(work: Work, current: Row): Promise<void> {
  await work.trx.deleteFrom('security_groups_default_statefulness').where('id', '=', current.id).execute();
}
