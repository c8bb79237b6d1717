/** Segments of networks. For admins. */
import { sql } from 'kysely';
import { sqlState } from '../../store/transaction.ts';
import { notGiven, onCreate, writable } from '../engine/attribute.ts';
import { toInteger } from '../engine/conversions.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import { column, description, history, id } from '../engine/standard-attributes.ts';
import { orNone, text, uuid } from '../engine/validators.ts';
import { integerOf, requiredText, textOf, textOrNullOf, type Values } from '../engine/values.ts';
import { networkErrors } from '../errors/network-errors.ts';
import { segmentErrors } from '../errors/segment-errors.ts';
import { networkMtu, segmentTypes } from '../work/network-mtu.ts';
import { keepFirstSegment, takeSegment } from '../work/network-segments.ts';
import { wantedSegment } from '../work/segment.ts';

const foreignKeyViolation = '23503';
const filterAndSort = { filter: true, sortKey: true } as const;

export const segment: Resource = {
  name: 'segment',
  collection: 'segments',
  path: 'segments',
  extensions: ['segment', 'standard-attr-segment'],
  notEnforced: 'hosts carry the first segment of a network',
  notEnforcedOf: sql<boolean>`exists (select 1 from networks n where n.id = t.network_id and n.segment_count > 1)`,
  from: sql`network_segments as t`,
  notFound: segmentErrors.notFound,
  visible: () => sql`false`,
  attributes: {
    id,
    name: writable(column('name'), { default: notGiven, validate: orNone(text(255)), ...filterAndSort }),
    network_id: onCreate(column('network_id', 'uuid'), { validate: uuid, ...filterAndSort }),
    network_type: onCreate(column('network_type'), { validate: text(32), ...filterAndSort }),
    physical_network: onCreate(column('physical_network'), {
      default: notGiven,
      validate: text(64),
      ...filterAndSort,
    }),
    segmentation_id: onCreate(column('segmentation_id', 'integer'), {
      default: notGiven,
      convert: toInteger,
      sortKey: true,
    }),
    description,
    project_id: onCreate(null, { validate: text(255), visible: false }),
    tenant_id: onCreate(null, { validate: text(255), visible: false }),
    ...history,
  },
  create: createSegment,
  update: updateSegment,
  remove: removeSegment,
};

async function createSegment(work: Work, values: Values): Promise<string> {
  const networkId = requiredText(values, 'network_id');
  const { projectId, mtu } = await lockNetwork(work, networkId);
  const { rows: last } = await sql<{ next: number }>`
    select coalesce(max(segment_index) + 1, 0) as next from network_segments where network_id = ${networkId}`.execute(
    work.trx,
  );
  const wanted = wantedSegment(work.config, {
    networkType: requiredText(values, 'network_type'),
    physicalNetwork: textOf(values, 'physical_network') ?? null,
    segmentationId: integerOf(values, 'segmentation_id') ?? null,
  });
  const owner = {
    networkId,
    projectId,
    index: last[0]?.next ?? 0,
    name: textOrNullOf(values, 'name'),
    description: textOf(values, 'description'),
  };
  const taken = await takeSegment(work, owner, [wanted]);
  networkMtu(work, mtu, await segmentTypes(work, networkId));
  await keepFirstSegment(work, networkId);
  work.changes.push({ kind: 'network', id: networkId });
  return taken.id;
}

/** Segments of one network come and go one after the other. */
async function lockNetwork(
  work: Work,
  networkId: string,
): Promise<{ readonly projectId: string; readonly mtu: number }> {
  const row = await work.trx
    .selectFrom('networks')
    .select(['project_id', 'mtu'])
    .where('id', '=', networkId)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) throw networkErrors.notFound(networkId);
  return { projectId: row.project_id, mtu: row.mtu };
}

async function updateSegment(work: Work, current: Row, changes: Values): Promise<void> {
  await work.trx
    .updateTable('network_segments')
    .set((eb) => ({
      name: textOrNullOf(changes, 'name'),
      description: textOf(changes, 'description'),
      revision_number: eb('revision_number', '+', 1),
      updated_at: sql<string>`now()`,
    }))
    .where('id', '=', current.id)
    .execute();
}

/** A segment with subnets stays, and so does the one that ports of the network are bound by. */
async function removeSegment(work: Work, current: Row): Promise<void> {
  const networkId = String(current['network_id']);
  await lockNetwork(work, networkId);
  const { rows: subnets } = await sql<{ id: string }>`
    select id from subnets where segment_id = ${current.id} order by created_at, id`.execute(work.trx);
  if (subnets.length > 0) {
    const ids = subnets.map((row) => row.id).join(', ');
    throw segmentErrors.inUse(current.id, `The segment is still associated with subnet(s) ${ids}`);
  }
  const { rows: ports } = await sql<{ id: string }>`
    select p.id from ports p where p.network_id = ${networkId} and p.vif_type not in ('unbound', 'binding_failed')
      and not exists (select 1 from network_segments s, network_segments own where own.id = ${current.id}
        and s.network_id = own.network_id and s.segment_index < own.segment_index)
    order by p.created_at, p.id`.execute(work.trx);
  if (ports.length > 0) {
    const ids = ports.map((row) => row.id).join(', ');
    throw segmentErrors.inUse(current.id, `The segment is still bound with port(s) ${ids}`);
  }
  try {
    await work.trx.deleteFrom('network_segments').where('id', '=', current.id).execute();
  } catch (error) {
    if (sqlState(error) !== foreignKeyViolation) throw error;
    throw segmentErrors.inUse(current.id, 'The segment is still associated with subnet(s)');
  }
  await keepFirstSegment(work, networkId);
  work.changes.push({ kind: 'network', id: networkId });
}
