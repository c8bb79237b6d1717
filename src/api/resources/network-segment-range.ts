/** Ranges that numbers of segments are drawn from: the configuration's, shared ones, and ones of a project. For admins. */
import { sql } from 'kysely';
import { sqlState } from '../../store/transaction.ts';
import { notGiven, onCreate, readOnly, writable } from '../engine/attribute.ts';
import { toBoolean, toInteger } from '../engine/conversions.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import { column, description, expression, history, id, name, project, tags } from '../engine/standard-attributes.ts';
import { oneOf, range, text } from '../engine/validators.ts';
import { booleanOf, integerOf, requiredText, textOf, textOrNullOf, type Values } from '../engine/values.ts';
import { requestErrors } from '../errors/request-errors.ts';
import { segmentErrors } from '../errors/segment-errors.ts';
import { isNumberedType, isSegmentNumber, type NumberedType } from '../work/segment.ts';

const exclusionViolation = '23P01';
const number = { convert: toInteger, validate: range(1, 2 ** 32 - 1) } as const;
/** Free numbers that are listed of a range: a range of VNIs can have millions. */
const listed = 65_536;

/** The segments that have a number of range `t`. */
const within = sql`s.network_type = t.network_type and s.physical_network is not distinct from t.physical_network
  and s.segmentation_id between t.minimum and t.maximum`;

export const networkSegmentRange: Resource = {
  name: 'network_segment_range',
  collection: 'network_segment_ranges',
  path: 'network_segment_ranges',
  extensions: ['network-segment-range'],
  from: sql`network_segment_ranges as t`,
  tagged: { table: 'network_segment_ranges' },
  notFound: segmentErrors.rangeNotFound,
  visible: () => sql`false`,
  attributes: {
    id,
    name,
    description,
    default: readOnly(column('is_default', 'boolean'), { default: false }),
    shared: onCreate(column('shared', 'boolean'), { default: true, convert: toBoolean }),
    ...project,
    network_type: onCreate(column('network_type'), {
      default: notGiven,
      validate: oneOf(['vlan', 'vxlan', 'gre', 'geneve']),
      filter: true,
    }),
    physical_network: onCreate(column('physical_network'), { default: notGiven, validate: text(64), filter: true }),
    minimum: writable(column('minimum', 'integer'), number),
    maximum: writable(column('maximum', 'integer'), number),
    used: readOnly(
      expression(
        'json',
        sql`coalesce((select json_object_agg(s.segmentation_id, n.project_id order by s.segmentation_id)
          from network_segments s join networks n on n.id = s.network_id where ${within}), '{}')`,
      ),
    ),
    available: readOnly(
      expression(
        'json',
        sql`coalesce((select json_agg(g.number order by g.number)
          from generate_series(t.minimum, least(t.maximum, t.minimum + ${sql.lit(listed)} - 1)) as g (number)
          where g.number not in (select s.segmentation_id from network_segments s where ${within})), '[]')`,
      ),
    ),
    ...tags,
    ...history,
  },
  create: createRange,
  update: updateRange,
  remove: removeRange,
};

async function createRange(work: Work, values: Values): Promise<string> {
  const type = textOf(values, 'network_type');
  if (type === undefined) throw requestErrors.required('network_type');
  if (!isNumberedType(type) || !work.config.network.type_drivers.includes(type)) {
    throw segmentErrors.rangeTypeUnsupported(type);
  }
  const physicalNetwork = textOf(values, 'physical_network') || null;
  if (type === 'vlan' && physicalNetwork === null) throw segmentErrors.rangeWithoutPhysicalNetwork();
  const minimum = integerOf(values, 'minimum') ?? 0;
  const maximum = integerOf(values, 'maximum') ?? 0;
  checkRange(type, minimum, maximum);
  const shared = booleanOf(values, 'shared') === true;
  const row = {
    name: textOf(values, 'name'),
    description: textOf(values, 'description'),
    shared,
    project_id: shared ? null : requiredText(values, 'project_id'),
    network_type: type,
    physical_network: type === 'vlan' ? physicalNetwork : null,
    minimum,
    maximum,
  };
  await checkOverlap(work, { ...row, id: null });
  const made = await unlessOverlapping(() =>
    work.trx.insertInto('network_segment_ranges').values(row).returning('id').executeTakeFirstOrThrow(),
  );
  return made.id;
}

function checkRange(type: NumberedType, minimum: number, maximum: number): void {
  const said = `${minimum}:${maximum}`;
  const wrongNumber = [minimum, maximum].find((one) => !isSegmentNumber(type, one));
  if (type === 'vlan') {
    if (wrongNumber !== undefined) throw segmentErrors.invalidVlanRange(said, `${wrongNumber} is not a valid VLAN tag`);
    if (maximum < minimum)
      throw segmentErrors.invalidVlanRange(said, 'End of VLAN range is less than start of VLAN range');
    return;
  }
  if (wrongNumber !== undefined) {
    throw segmentErrors.invalidTunnelRange(said, `${wrongNumber} is not a valid ${type.toUpperCase()} identifier`);
  }
  if (maximum < minimum) {
    throw segmentErrors.invalidTunnelRange(said, 'End of tunnel range is less than start of tunnel range');
  }
}

interface Numbers {
  readonly id: string | null;
  readonly network_type: string;
  readonly physical_network: string | null;
  readonly minimum: number;
  readonly maximum: number;
}

/** Says which ranges are in the way; the constraint has the word for those who come at once. */
async function checkOverlap(work: Work, numbers: Numbers): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select id from network_segment_ranges where not is_default and network_type = ${numbers.network_type}
      and physical_network is not distinct from ${numbers.physical_network} and id is distinct from ${numbers.id}
      and minimum <= ${numbers.maximum} and maximum >= ${numbers.minimum} order by minimum`.execute(work.trx);
  if (rows.length > 0) throw segmentErrors.rangesOverlap(rows.map((row) => row.id));
}

async function unlessOverlapping<Result>(write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    throw sqlState(error) === exclusionViolation ? segmentErrors.rangesOverlap([]) : error;
  }
}

/** Numbers that networks have stay inside; as in Neutron, an edge may not even be moved onto one. */
async function updateRange(work: Work, current: Row, changes: Values): Promise<void> {
  if (current['default'] === true) throw segmentErrors.rangeReadOnly(current.id);
  const minimum = integerOf(changes, 'minimum');
  const maximum = integerOf(changes, 'maximum');
  const { lowest, highest } = await edges(work, current.id);
  const impacted =
    (minimum !== undefined && lowest !== null && minimum >= lowest) ||
    (maximum !== undefined && highest !== null && maximum <= highest);
  if (impacted) throw segmentErrors.rangeReferenced(current.id);
  const next: Numbers = {
    id: current.id,
    network_type: requiredText(current, 'network_type'),
    physical_network: textOrNullOf(current, 'physical_network') ?? null,
    minimum: minimum ?? Number(current['minimum']),
    maximum: maximum ?? Number(current['maximum']),
  };
  if (isNumberedType(next.network_type)) checkRange(next.network_type, next.minimum, next.maximum);
  await checkOverlap(work, next);
  await unlessOverlapping(() =>
    work.trx
      .updateTable('network_segment_ranges')
      .set((eb) => ({
        name: textOf(changes, 'name'),
        description: textOf(changes, 'description'),
        minimum,
        maximum,
        revision_number: eb('revision_number', '+', 1),
        updated_at: sql<string>`now()`,
      }))
      .where('id', '=', current.id)
      .execute(),
  );
}

/** The lowest and the highest number of the range that networks have. */
async function edges(
  work: Work,
  rangeId: string,
): Promise<{ readonly lowest: number | null; readonly highest: number | null }> {
  const { rows } = await sql<{ lowest: number | null; highest: number | null }>`
    select min(s.segmentation_id) as lowest, max(s.segmentation_id) as highest
    from network_segment_ranges t left join network_segments s on ${within} where t.id = ${rangeId}`.execute(work.trx);
  return rows[0] ?? { lowest: null, highest: null };
}

async function removeRange(work: Work, current: Row): Promise<void> {
  if (current['default'] === true) throw segmentErrors.rangeReadOnly(current.id);
  const { lowest } = await edges(work, current.id);
  if (lowest !== null) throw segmentErrors.rangeReferenced(current.id);
  await work.trx.deleteFrom('network_segment_ranges').where('id', '=', current.id).execute();
}
