/** Metering labels: names under which the traffic of a project's routers is counted. */
import { sql } from 'kysely';
import { onCreate } from '../engine/attribute.ts';
import { toBoolean } from '../engine/conversions.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import { column, id, project } from '../engine/standard-attributes.ts';
import { text } from '../engine/validators.ts';
import { booleanOf, requiredText, textOf, type Values } from '../engine/values.ts';
import { meteringErrors } from '../errors/metering-errors.ts';

const filterAndSort = { filter: true, sortKey: true } as const;

export const meteringLabel: Resource = {
  name: 'metering_label',
  collection: 'metering_labels',
  path: 'metering/metering-labels',
  extensions: ['metering'],
  notEnforced: 'no host counts traffic yet',
  from: sql`metering_labels as t`,
  notFound: meteringErrors.labelNotFound,
  visible: ({ projectId }) => sql`t.project_id = ${projectId}`,
  attributes: {
    id,
    name: onCreate(column('name'), { ...filterAndSort, default: '', validate: text(255) }),
    description: onCreate(column('description'), { ...filterAndSort, default: '', validate: text(1024) }),
    ...project,
    shared: onCreate(column('shared', 'boolean'), { ...filterAndSort, default: false, convert: toBoolean }),
  },
  create: createLabel,
  remove: removeLabel,
};

async function createLabel(work: Work, values: Values): Promise<string> {
  const row = await work.trx
    .insertInto('metering_labels')
    .values({
      project_id: requiredText(values, 'project_id'),
      name: textOf(values, 'name'),
      description: textOf(values, 'description'),
      shared: booleanOf(values, 'shared'),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

async function removeLabel(work: Work, current: Row): Promise<void> {
  await work.trx.deleteFrom('metering_labels').where('id', '=', current.id).execute();
}
