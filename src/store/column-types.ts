/** How PostgreSQL's types become JavaScript's on our connections, and on ours alone. */
import pg from 'pg';

/** bigint as number (ours stay below 2^53), timestamptz as the text that the API prints; inet, cidr, macaddr stay text. */
export const columnTypes = new pg.TypeOverrides();
columnTypes.setTypeParser(pg.types.builtins.INT8, Number);
columnTypes.setTypeParser(pg.types.builtins.TIMESTAMPTZ, timestamp);

/** `2026-11-23 03:33:51.123456+00` to `2026-11-23T03:33:51Z`: Neutron prints no fraction. */
export function timestamp(text: string): string {
  if (text.endsWith('+00')) return `${text.slice(0, 10)}T${text.slice(11, 19)}Z`;
  return `${new Date(text).toISOString().slice(0, 19)}Z`;
}
