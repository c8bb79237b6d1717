/** Free numbers of the ranges that a project may draw from: its own first, then the shared ones that no other has for itself. */
import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../engine/resource.ts';
import type { Segment, WantedSegment } from './segment.ts';

type Drawn = Extract<WantedSegment, { kind: 'drawn' }>;

/** Random numbers that are looked at before the first free one is sought. */
const draws = 8;

/** Some free segments; none when there is none. */
export async function freeSegments(trx: Trx, wanted: Drawn, projectId: string): Promise<readonly Segment[]> {
  const likely = await read(
    trx,
    wanted,
    projectId,
    sql`
    select true as own, f.* from (${firstFree(wanted, sql`r.own`)}) f
    union all
    select r.own, r.physical_network, r.minimum + floor(random() * (r.maximum - r.minimum + 1))::bigint
    from ranges r cross join generate_series(1, ${draws}::integer)`,
  );
  if (likely.length > 0) return likely;
  return await read(trx, wanted, projectId, sql`select false as own, f.* from (${firstFree(wanted, sql`true`)}) f`);
}

/** Whether two of the same type are on the same underlay: only VLANs are counted for each provider network. */
function samePlace(wanted: Drawn, one: RawBuilder<unknown>, other: RawBuilder<unknown>): RawBuilder<unknown> {
  return wanted.network_type === 'vlan' ? sql`${one}.physical_network = ${other}.physical_network` : sql`true`;
}

/** The type as a literal, so that a prepared statement can use the indexes that are for some types only. */
const typeOf = (wanted: Drawn): RawBuilder<unknown> => sql.lit(wanted.network_type);

/** The first free number of each range `r` that the condition holds for. */
function firstFree(wanted: Drawn, condition: RawBuilder<unknown>): RawBuilder<unknown> {
  const candidates = sql`(
    select r.minimum as number
    union all
    select s.segmentation_id + 1 from network_segments s
    where s.network_type = ${typeOf(wanted)} and ${samePlace(wanted, sql`s`, sql`r`)}
      and s.segmentation_id >= r.minimum and s.segmentation_id < r.maximum
    union all
    select o.maximum + 1 from others o
    where ${samePlace(wanted, sql`o`, sql`r`)}
      and o.maximum >= r.minimum and o.maximum < r.maximum
  )`;
  return sql`
    select r.physical_network, c.number from ranges r cross join lateral (
      select n.number from ${candidates} n where ${isFree(wanted, sql`r`, sql`n`)} order by n.number limit 1
    ) c where ${condition}`;
}

function isFree(wanted: Drawn, range: RawBuilder<unknown>, candidate: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`not exists (
      select 1 from network_segments s where s.network_type = ${typeOf(wanted)} and s.segmentation_id = ${candidate}.number
        and ${samePlace(wanted, sql`s`, range)})
    and not exists (
      select 1 from others o where ${candidate}.number between o.minimum and o.maximum
        and ${samePlace(wanted, sql`o`, range)})`;
}

async function read(
  trx: Trx,
  wanted: Drawn,
  projectId: string,
  candidates: RawBuilder<unknown>,
): Promise<readonly Segment[]> {
  const { network_type, physical_network } = wanted;
  const { rows } = await sql<{ own: boolean; physical_network: string | null; number: number }>`
    with ranges as (
      select physical_network, minimum, maximum, not shared as own from network_segment_ranges
      where network_type = ${typeOf(wanted)} and (shared or project_id = ${projectId})
        and (${physical_network}::text is null or physical_network = ${physical_network})
    ), others as (
      select physical_network, minimum, maximum from network_segment_ranges
      where network_type = ${typeOf(wanted)} and not shared and project_id <> ${projectId}
    )
    select c.own, c.physical_network, c.number from (${candidates}) c where ${isFree(wanted, sql`c`, sql`c`)}`.execute(
    trx,
  );
  // Shared numbers come after the last of the project's own.
  const own = rows.filter((row) => row.own);
  return (own.length > 0 ? own : rows).map((row) => ({
    network_type,
    physical_network: row.physical_network,
    segmentation_id: row.number,
  }));
}
