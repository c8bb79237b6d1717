import { type RawBuilder, sql } from 'kysely';

/** The port of a forwarding of one port, null for one of a range; over `f`. */
export function singlePort(side: 'internal' | 'external', table = 'f'): RawBuilder<unknown> {
  const { first, last } = ends(side, table);
  return sql`case when ${first} = ${last} then ${first} end`;
}

/** `80:89`, or `80:80` for one port. */
export function portRange(side: 'internal' | 'external', table = 'f'): RawBuilder<unknown> {
  const { first, last } = ends(side, table);
  return sql`(${first} || ':' || ${last})`;
}

function ends(side: string, table: string) {
  return { first: sql.ref(`${table}.${side}_first`), last: sql.ref(`${table}.${side}_last`) };
}
