/** Filters as SQL. A key's values are alternatives; keys are all to be met. */
import { type RawBuilder, sql } from 'kysely';
import { parseAddress } from '../../model/addresses.ts';
import { type Column, comparedBy } from './attribute.ts';
import type { Caller } from './caller.ts';
import { readBoolean } from './conversions.ts';
import { isUuid } from './validators.ts';

/** True where the column equals one of the texts. A text that the column cannot hold matches nothing. */
export function matches(column: Column, caller: Caller, values: readonly string[]): RawBuilder<unknown> {
  if (column.matches !== undefined) return column.matches(values);
  const compared = comparedBy(column, caller);
  switch (column.kind) {
    case 'uuid':
      return withNone(compared, values, isOneOf(compared, values.filter(isUuid), sql`uuid`));
    case 'boolean': {
      const read = values.map(readBoolean).filter((one) => one !== null);
      return sql`${compared} = any(${read}::boolean[])`;
    }
    case 'integer': {
      const read = values.filter((one) => /^-?\d{1,15}$/.test(one)).map(Number);
      return withNone(compared, values, sql`${compared} = any(${read}::bigint[])`);
    }
    case 'address':
      return withNone(
        compared,
        values,
        sql`${compared} = any(${values.filter((one) => parseAddress(one) !== null)}::inet[])`,
      );
    case 'mac': {
      const read = values
        .map((one) => one.toLowerCase())
        .filter((one) => /^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/.test(one));
      return sql`${compared} = any(${read}::macaddr[])`;
    }
    case 'text':
    case 'cidr':
    case 'json':
    case 'time':
      return withNone(
        compared,
        values,
        sql`(${compared})::text = any(${values.map((one) => one.replaceAll('\0', ''))}::text[])`,
      );
  }
}

/** One value is compared as such: for lists PostgreSQL makes a plan each time, which takes longer than to find one object. */
function isOneOf(
  compared: RawBuilder<unknown>,
  values: readonly string[],
  type: RawBuilder<unknown>,
): RawBuilder<unknown> {
  return values.length === 1 ? sql`${compared} = ${values[0]}::${type}` : sql`${compared} = any(${values}::${type}[])`;
}

/** The text `None` or an empty text asks for null as well. */
function withNone(
  compared: RawBuilder<unknown>,
  values: readonly string[],
  equal: RawBuilder<unknown>,
): RawBuilder<unknown> {
  return values.some((one) => one === 'None' || one === 'null' || one === '')
    ? sql`(${equal} or ${compared} is null)`
    : equal;
}
