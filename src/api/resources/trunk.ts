/** Trunks: a port that carries other ports, each in a VLAN of its own. */
import { sql } from 'kysely';
import { onCreate, readOnly } from '../engine/attribute.ts';
import { noneToEmptyList } from '../engine/conversions.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import {
  adminStateUp,
  column,
  description,
  expression,
  history,
  id,
  name,
  project,
  tags,
} from '../engine/standard-attributes.ts';
import { uuid } from '../engine/validators.ts';
import { booleanOf, objectsOf, requiredText, textOf, type Values } from '../engine/values.ts';
import { trunkErrors } from '../errors/trunk-errors.ts';
import { subPorts } from '../work/sub-port-values.ts';
import { releaseSubPorts } from '../work/trunk-binding.ts';
import { addSubPorts, checkParent } from '../work/trunk-ports.ts';

export const trunk: Resource = {
  name: 'trunk',
  collection: 'trunks',
  path: 'trunks',
  extensions: ['trunk', 'standard-attr-description'],
  notEnforced: 'hosts do not wire trunks yet; a trunk stays DOWN',
  from: sql`trunks as t`,
  quota: 'trunk',
  tagged: { table: 'trunks' },
  notFound: trunkErrors.notFound,
  visible: ({ projectId }) => sql`t.project_id = ${projectId}`,
  attributes: {
    id,
    ...project,
    name,
    description,
    admin_state_up: adminStateUp,
    status: readOnly(column('status'), { filter: true, sortKey: true }),
    port_id: onCreate(column('port_id', 'uuid'), { validate: uuid, filter: true, sortKey: true }),
    sub_ports: onCreate(
      expression(
        'json',
        sql`coalesce((select json_agg(json_build_object('port_id', s.port_id, 'segmentation_type', s.segmentation_type,
            'segmentation_id', s.segmentation_id) order by s.position)
          from trunk_sub_ports s where s.trunk_id = t.id), '[]')`,
      ),
      { default: [], convert: noneToEmptyList, validate: subPorts, enforcePolicy: true },
    ),
    ...tags,
    ...history,
  },
  create: createTrunk,
  update: updateTrunk,
  remove: removeTrunk,
};

async function createTrunk(work: Work, values: Values): Promise<string> {
  const portId = requiredText(values, 'port_id').toLowerCase();
  await checkParent(work, portId);
  const row = await work.trx
    .insertInto('trunks')
    .values({
      project_id: requiredText(values, 'project_id'),
      port_id: portId,
      name: textOf(values, 'name'),
      description: textOf(values, 'description'),
      admin_state_up: booleanOf(values, 'admin_state_up'),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await addSubPorts(work, { id: row.id, portId }, objectsOf(values, 'sub_ports') ?? []);
  return row.id;
}

async function updateTrunk(work: Work, current: Row, changes: Values): Promise<void> {
  await work.trx
    .updateTable('trunks')
    .set((eb) => ({
      name: textOf(changes, 'name'),
      description: textOf(changes, 'description'),
      admin_state_up: booleanOf(changes, 'admin_state_up'),
      revision_number: eb('revision_number', '+', 1),
      updated_at: sql<string>`now()`,
    }))
    .where('id', '=', current.id)
    .execute();
}

/** One whose parent is plugged carries traffic; one that is disabled is not touched. */
async function removeTrunk(work: Work, current: Row): Promise<void> {
  if (current['admin_state_up'] !== true) throw trunkErrors.disabled(current.id);
  const parent = await work.trx
    .selectFrom('ports')
    .select('host_id')
    .where('id', '=', String(current['port_id']))
    .forUpdate()
    .executeTakeFirst();
  if (parent !== undefined && parent.host_id !== '') throw trunkErrors.inUse(current.id);
  const portIds = (objectsOf(current, 'sub_ports') ?? []).map((one) => requiredText(one, 'port_id'));
  await work.trx.deleteFrom('trunks').where('id', '=', current.id).execute();
  await releaseSubPorts(work, portIds);
}
