/** Tap services (Tap as a Service): ports that get a copy of what others send and receive. */
import { sql } from 'kysely';
import { onCreate, readOnly, writable } from '../engine/attribute.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import { column, expression, id, project } from '../engine/standard-attributes.ts';
import { text, uuid } from '../engine/validators.ts';
import { requiredText, textOf, type Values } from '../engine/values.ts';
import { portErrors } from '../errors/port-errors.ts';
import { tapErrors } from '../errors/tap-errors.ts';
import { requireTapPort } from '../work/tap-port.ts';

const filterAndSort = { filter: true, sortKey: true } as const;
export const tapsNotEnforced = 'no host copies packets yet';

/** What taps have in common. A tap that no host has set up is DOWN. */
export const tapAttributes = {
  id,
  ...project,
  name: writable(column('name'), { ...filterAndSort, default: '', validate: text(255) }),
  description: writable(column('description'), { ...filterAndSort, default: '', validate: text(1024) }),
} as const;
export const tapStatus = readOnly(expression('text', sql`'DOWN'::text`), filterAndSort);

export const tapService: Resource = {
  name: 'tap_service',
  collection: 'tap_services',
  path: 'taas/tap_services',
  extensions: ['taas'],
  notEnforced: tapsNotEnforced,
  from: sql`tap_services as t`,
  notFound: tapErrors.serviceNotFound,
  visible: ({ projectId }) => sql`t.project_id = ${projectId}`,
  attributes: {
    ...tapAttributes,
    port_id: onCreate(column('port_id', 'uuid'), { ...filterAndSort, validate: uuid }),
    status: tapStatus,
  },
  create: createService,
  update: (work, current, changes) => renameTap(work, 'tap_services', current, changes),
  remove: (work, current) => removeTap(work, 'tap_services', current),
};

async function createService(work: Work, values: Values): Promise<string> {
  const projectId = requiredText(values, 'project_id');
  const portId = requiredText(values, 'port_id');
  await requireTapPort(work, portId, projectId, () => portErrors.notFound(portId));
  const row = await work.trx
    .insertInto('tap_services')
    .values({
      project_id: projectId,
      name: textOf(values, 'name'),
      description: textOf(values, 'description'),
      port_id: portId,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

type TapTable = 'tap_services' | 'tap_flows' | 'tap_mirrors';

export async function renameTap(work: Work, table: TapTable, current: Row, changes: Values): Promise<void> {
  if (Object.keys(changes).length === 0) return;
  await work.trx
    .updateTable(table)
    .set({ name: textOf(changes, 'name'), description: textOf(changes, 'description') })
    .where('id', '=', current.id)
    .execute();
}

/** What hangs on it goes with it. */
export async function removeTap(work: Work, table: TapTable, current: Row): Promise<void> {
  await work.trx.deleteFrom(table).where('id', '=', current.id).execute();
}
