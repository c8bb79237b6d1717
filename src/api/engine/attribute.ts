import type { RawBuilder } from 'kysely';
import type { Caller } from './caller.ts';
import type { Json } from './json.ts';
import type { Validator } from './validators.ts';

/** Default of an attribute that a request may leave out and whose absence differs from null. */
export const notGiven: unique symbol = Symbol('notGiven');

/** How an attribute is kept, which decides how a filter's text is compared. */
export type ColumnKind = 'text' | 'uuid' | 'boolean' | 'integer' | 'address' | 'cidr' | 'mac' | 'json' | 'time';

export interface Column {
  readonly kind: ColumnKind;
  /** SQL that reads it; the resource's table is `t`. A function where it depends on who asks, such as `shared`. */
  readonly sql: RawBuilder<unknown> | ((caller: Caller) => RawBuilder<unknown>);
  /** SQL to compare and sort by, when it is not `sql`. */
  readonly compared?: RawBuilder<unknown>;
  /** What SQL cannot say in its final form. */
  readonly read?: (value: Json) => Json;
  /** A filter that is more than equality. The values are those of one query key, of which one must match. */
  readonly matches?: (values: readonly string[]) => RawBuilder<unknown>;
}

/** What an attribute is: Neutron's attribute map, and where it is kept. */
export interface Attribute {
  readonly allowPost: boolean;
  readonly allowPut: boolean;
  /** Absent: a POST that may give it must give it. */
  readonly default?: Json | typeof notGiven;
  /** Runs before `validate`; throws an ApiError. */
  readonly convert?: (value: Json) => Json;
  readonly validate?: Validator;
  readonly visible: boolean;
  readonly filter: boolean;
  readonly sortKey: boolean;
  /** A request that gives it must also pass the policy `action_resource:attribute`. Who sees it is said by `get_resource:attribute`. */
  readonly enforcePolicy: boolean;
  readonly column: Column | null;
}

type Optional = Partial<Attribute>;

const base: Attribute = {
  allowPost: false,
  allowPut: false,
  visible: true,
  filter: false,
  sortKey: false,
  enforcePolicy: false,
  column: null,
};

/** An attribute that the server alone sets. */
export function readOnly(column: Column | null, more: Optional = {}): Attribute {
  return { ...base, column, ...more };
}

/** An attribute that is given when the object is made, and never after. */
export function onCreate(column: Column | null, more: Optional = {}): Attribute {
  return { ...base, allowPost: true, column, ...more };
}

/** An attribute that a client may give and change. */
export function writable(column: Column | null, more: Optional = {}): Attribute {
  return { ...base, allowPost: true, allowPut: true, column, ...more };
}

/** A filter that is no attribute of the answer, such as `not-tags`. */
export function filterOnly(column: Column): Attribute {
  return { ...base, visible: false, filter: true, column };
}

/** The SQL that compares and sorts by a column. */
export function comparedBy(column: Column, caller: Caller): RawBuilder<unknown> {
  return column.compared ?? readBy(column, caller);
}

/** The SQL that reads a column. */
export function readBy(column: Column, caller: Caller): RawBuilder<unknown> {
  return typeof column.sql === 'function' ? column.sql(caller) : column.sql;
}
