/** How a network shows its segments: the only one in provider attributes, several in `segments`. */
import { sql } from 'kysely';
import type { Column } from '../engine/attribute.ts';
import type { Row } from '../engine/resource.ts';
import { expression } from '../engine/standard-attributes.ts';

/** Neutron answers either the provider attributes or `segments`, and says of external networks alone whether they are the default. */
export function shownAttributes(row: Row): Row {
  const several = Array.isArray(row['segments']);
  const shown = Object.entries(row).filter(([name]) => {
    if (name === 'segments') return several;
    if (name === 'is_default') return row['router:external'] !== false;
    return !several || !name.startsWith('provider:');
  });
  return { ...Object.fromEntries(shown), id: row.id };
}

/** An attribute of the only segment; a network of several shows them in `segments`. A filter looks at each of them. */
export function ofOnlySegment(kind: 'text' | 'integer', name: string): Column {
  const kept = sql.ref(`s.${name}`);
  return expression(kind, sql`case when t.segment_count = 1 then ${sql.ref(`t.${name}`)} end`, {
    matches: (values) => {
      const equal =
        kind === 'integer'
          ? sql`${kept} = any(${values.filter((value) => /^\d{1,15}$/.test(value))}::bigint[])`
          : sql`${kept} = any(${values}::text[])`;
      const orNone = values.some((value) => value === 'None' || value === '') ? sql`or ${kept} is null` : sql``;
      return sql`t.id in (select s.network_id from network_segments s where ${equal} ${orNone})`;
    },
  });
}

export const severalSegments: Column = expression(
  'json',
  sql`case when t.segment_count > 1 then (select json_agg(json_build_object('provider:network_type', s.network_type,
            'provider:physical_network', s.physical_network, 'provider:segmentation_id', s.segmentation_id) order by s.segment_index)
          from network_segments s where s.network_id = t.id) end`,
);
