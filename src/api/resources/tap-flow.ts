/** Tap flows: which port's packets a tap service gets. */
import { sql } from 'kysely';
import { onCreate } from '../engine/attribute.ts';
import { readOne } from '../engine/read.ts';
import type { Resource, Work } from '../engine/resource.ts';
import { column } from '../engine/standard-attributes.ts';
import { oneOf, orNone, uuid, validator } from '../engine/validators.ts';
import { requiredText, textOf, textOrNullOf, type Values } from '../engine/values.ts';
import { tapErrors } from '../errors/tap-errors.ts';
import { requireTapPort } from '../work/tap-port.ts';
import { removeTap, renameTap, tapAttributes, tapService, tapStatus, tapsNotEnforced } from './tap-service.ts';

const filterAndSort = { filter: true, sortKey: true } as const;
const vlanRanges = /^([0-9]+(-[0-9]+)?)(,([0-9]+(-[0-9]+)?))*$/;
const longestFilter = 1024;

/** `type:regex`: VLAN ids and ranges of them. */
const vlanFilter = validator(
  'type:regex',
  { type: 'string', pattern: vlanRanges.source, maxLength: longestFilter },
  (value) =>
    typeof value === 'string' && value.length <= longestFilter && vlanRanges.test(value)
      ? null
      : `'${String(value)}' is not a valid input`,
);

export const tapFlow: Resource = {
  name: 'tap_flow',
  collection: 'tap_flows',
  path: 'taas/tap_flows',
  extensions: ['taas', 'taas-vlan-filter'],
  notEnforced: tapsNotEnforced,
  from: sql`tap_flows as t`,
  notFound: tapErrors.flowNotFound,
  visible: ({ projectId }) => sql`t.project_id = ${projectId}`,
  attributes: {
    ...tapAttributes,
    tap_service_id: onCreate(column('tap_service_id', 'uuid'), { ...filterAndSort, validate: uuid }),
    source_port: onCreate(column('source_port', 'uuid'), { ...filterAndSort, validate: uuid }),
    direction: onCreate(column('direction'), { ...filterAndSort, validate: oneOf(['IN', 'OUT', 'BOTH']) }),
    status: tapStatus,
    vlan_filter: onCreate(column('vlan_filter'), { ...filterAndSort, default: null, validate: orNone(vlanFilter) }),
  },
  create: createFlow,
  update: (work, current, changes) => renameTap(work, 'tap_flows', current, changes),
  remove: (work, current) => removeTap(work, 'tap_flows', current),
};

async function createFlow(work: Work, values: Values): Promise<string> {
  const projectId = requiredText(values, 'project_id');
  const serviceId = requiredText(values, 'tap_service_id');
  const service = await readOne(work.trx, tapService, work.caller, serviceId, { forUpdate: true });
  if (service['project_id'] !== projectId) throw tapErrors.serviceOfOtherProject();
  const source = requiredText(values, 'source_port');
  await requireTapPort(work, source, projectId, () => tapErrors.sourceNotFound(source));
  const row = await work.trx
    .insertInto('tap_flows')
    .values({
      project_id: projectId,
      name: textOf(values, 'name'),
      description: textOf(values, 'description'),
      tap_service_id: serviceId,
      source_port: source,
      direction: requiredText(values, 'direction'),
      vlan_filter: textOrNullOf(values, 'vlan_filter') ?? null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}
