/** The segments of a network: taken under constraints, and the first one kept beside the network. */
import { sql } from 'kysely';
import { sqlState } from '../../store/transaction.ts';
import type { Work } from '../engine/resource.ts';
import { networkErrors } from '../errors/network-errors.ts';
import { requestErrors } from '../errors/request-errors.ts';
import { freeSegments } from './free-segments.ts';
import type { Segment, WantedSegment } from './segment.ts';

/** Whose segment it will be. */
interface Owner {
  readonly networkId: string;
  readonly projectId: string;
  readonly index: number;
  readonly name?: string | null | undefined;
  readonly description?: string | undefined;
}

interface Taken {
  readonly id: string;
  readonly segment: Segment;
}

const uniqueViolation = '23505';

/** Takes the first of the choices that can be had. Throws when none can: for one that was named, that it is in use. */
export async function takeSegment(work: Work, owner: Owner, choices: readonly WantedSegment[]): Promise<Taken> {
  for (const wanted of choices) {
    await checkPhysicalNetwork(work, wanted);
    const taken =
      wanted.kind === 'named' ? await insert(work, owner, wanted.segment) : await drawSegment(work, owner, wanted);
    if (taken !== null) return taken;
    if (wanted.kind === 'named') throw inUse(wanted.segment);
  }
  throw networkErrors.noSegmentLeft();
}

/** Draws until a number is not taken in the same moment by another. Null when none is left. */
async function drawSegment(
  work: Work,
  owner: Owner,
  wanted: Extract<WantedSegment, { kind: 'drawn' }>,
): Promise<Taken | null> {
  for (;;) {
    const free = await freeSegments(work.trx, wanted, owner.projectId);
    if (free.length === 0) return null;
    for (const segment of free) {
      const taken = await insert(work, owner, segment);
      if (taken !== null) return taken;
    }
  }
}

/** Null when the segment is another's. */
async function insert(work: Work, owner: Owner, segment: Segment): Promise<Taken | null> {
  const row = await work.trx
    .insertInto('network_segments')
    .values({
      network_id: owner.networkId,
      segment_index: owner.index,
      name: owner.name ?? null,
      description: owner.description,
      ...segment,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  return row === undefined ? null : { id: row.id, segment };
}

/** A provider network that carries VLANs is one of the configuration, or one that a range was made for. */
async function checkPhysicalNetwork(work: Work, wanted: WantedSegment): Promise<void> {
  const { network_type, physical_network } = wanted.kind === 'named' ? wanted.segment : wanted;
  if (network_type !== 'vlan' || physical_network === null) return;
  const { rows } = await sql`
    select 1 from network_segment_ranges where network_type = 'vlan' and physical_network = ${physical_network} limit 1`.execute(
    work.trx,
  );
  if (rows.length > 0) return;
  const configured = work.config.network.network_vlan_ranges.map((text) => text.split(':')[0]);
  if (!configured.includes(physical_network)) {
    throw requestErrors.invalidInput(`physical_network '${physical_network}' unknown for VLAN provider network`);
  }
  if (wanted.kind === 'drawn') {
    throw requestErrors.invalidInput(
      `Physical network ${physical_network} requires segmentation_id to be specified when creating a provider network`,
    );
  }
}

/** Gives a network's only segment another number. Throws when another network has it. */
export async function renumberSegment(work: Work, networkId: string, segment: Segment): Promise<void> {
  try {
    await sql`
      update network_segments set segmentation_id = ${segment.segmentation_id}, revision_number = revision_number + 1,
        updated_at = now()
      where network_id = ${networkId}`.execute(work.trx);
  } catch (error) {
    throw sqlState(error) === uniqueViolation ? inUse(segment) : error;
  }
  await keepFirstSegment(work, networkId);
}

/** Brings what the network keeps of its segments in line with them. The caller holds the network's row. */
export async function keepFirstSegment(work: Work, networkId: string): Promise<void> {
  await sql`
    update networks n set network_type = coalesce(f.network_type, 'local'), physical_network = f.physical_network,
      segmentation_id = f.segmentation_id, segment_count = (select count(*) from network_segments s where s.network_id = n.id)
    from (select ${networkId}::uuid as network_id) g
    left join lateral (
      select s.network_type, s.physical_network, s.segmentation_id from network_segments s
      where s.network_id = g.network_id order by s.segment_index limit 1
    ) f on true
    where n.id = g.network_id`.execute(work.trx);
}

function inUse(segment: Segment): Error {
  return networkErrors.segmentInUse(segment.network_type, segment.physical_network, segment.segmentation_id);
}
