/** How objects are read: one statement for a list, whatever its length, with the caller's sight in its WHERE. */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Database } from '../../store/tables.ts';
import { type Attribute, type Column, comparedBy, readBy } from './attribute.ts';
import type { Caller } from './caller.ts';
import { matches } from './filter-sql.ts';
import type { ListQuery, SortKey } from './list-query.ts';
import { isForAdmins } from './policy.ts';
import { keyName, type Resource, type Row } from './resource.ts';
import { isUuid } from './validators.ts';

type Reader = Kysely<Database>;
type Sql = RawBuilder<unknown>;

/** The objects of one page, in the order asked for. Throws the resource's 404 for a marker that is not there. */
export async function readList(
  db: Reader,
  resource: Resource,
  caller: Caller,
  query: ListQuery,
  parentId?: string,
): Promise<readonly Row[]> {
  const fields = query.fields.length === 0 ? [] : [...query.fields, keyName(resource)];
  const page = await pageOf(db, resource, caller, query, parentId);
  const { rows } = await sql<Row>`select ${selection(resource, caller, fields)} ${page}`.execute(db);
  const shown = answered(resource, rows);
  return query.pageReverse ? shown.toReversed() : shown;
}

/** An object as JSON text, and the attribute that it is named by. */
export interface TextRow {
  readonly key: string;
  readonly text: string;
}

/** The same page with every attribute that the caller sees, as text. */
export async function readListText(
  db: Reader,
  resource: Resource,
  caller: Caller,
  query: ListQuery,
  parentId?: string,
): Promise<readonly TextRow[]> {
  const page = await pageOf(db, resource, caller, query, parentId);
  const { rows } = await sql<TextRow>`
    select ${sql.ref(`o.${keyName(resource)}`)}::text as key, row_to_json(o)::text as text
    from (select ${selection(resource, caller, [], asText)} ${page}) o`.execute(db);
  return query.pageReverse ? rows.toReversed() : rows;
}

async function pageOf(
  db: Reader,
  resource: Resource,
  caller: Caller,
  query: ListQuery,
  parentId: string | undefined,
): Promise<Sql> {
  const conditions = [sees(resource, caller), below(resource, parentId)];
  for (const [name, values] of query.filters) {
    const column = resource.attributes[name]?.column;
    if (column) conditions.push(matches(column, caller, values));
  }
  if (query.changedSince !== null) conditions.push(sql`t.updated_at >= ${query.changedSince}::timestamptz`);
  if (query.marker !== null) conditions.push(await afterMarker(db, resource, caller, query, query.marker));
  return sql`from ${resource.from} where ${sql.join(conditions, sql` and `)}
    order by ${order(resource, caller, query)} ${query.limit > 0 ? sql`limit ${query.limit}` : sql``}`;
}

/** One object that the caller may see. Throws the resource's 404. */
export async function readOne(
  db: Reader,
  resource: Resource,
  caller: Caller,
  id: string,
  options: {
    readonly fields?: readonly string[];
    readonly forUpdate?: boolean;
    readonly parentId?: string | undefined;
  } = {},
): Promise<Row> {
  const key = keyOf(resource);
  if (key.kind === 'uuid' && !isUuid(id)) throw resource.notFound(id, options.parentId);
  const { rows } = await sql<Row>`
    select ${selection(resource, caller, options.fields ?? [])} from ${resource.from}
    where ${matches(key, caller, [id])} and ${sees(resource, caller)} and ${below(resource, options.parentId)} ${options.forUpdate ? sql`for update of t` : sql``}`.execute(
    db,
  );
  const row = answered(resource, rows)[0];
  if (row === undefined) throw resource.notFound(id, options.parentId);
  return row;
}

/** The objects with these ids, in this order, as their maker sees them. */
export async function readThese(
  db: Reader,
  resource: Resource,
  caller: Caller,
  ids: readonly string[],
  parentId?: string,
): Promise<readonly Row[]> {
  const { rows } = await sql<Row>`
    select ${selection(resource, caller, [])} from ${resource.from}
    where ${matches(keyOf(resource), caller, ids)} and ${below(resource, parentId)}`.execute(db);
  const byId = new Map(answered(resource, rows).map((row) => [row[keyName(resource)], row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

function answered(resource: Resource, rows: readonly Row[]): readonly Row[] {
  return resource.answered === undefined ? rows : rows.map(resource.answered);
}

/** Attributes that the caller sees, of those asked for. */
export function visibleAttributes(
  resource: Resource,
  caller: Caller,
  fields: readonly string[],
): readonly [string, Attribute][] {
  return Object.entries(resource.attributes).filter(
    ([name, attribute]) =>
      attribute.visible &&
      (fields.length === 0 || fields.includes(name)) &&
      (caller.isAdmin || !isForAdmins(resource, name)),
  );
}

type Read = (column: Column, caller: Caller) => Sql;

/** As `columnTypes` has it for rows. */
const asText: Read = (column, caller) =>
  column.kind === 'time'
    ? sql`to_char(${readBy(column, caller)}, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`
    : readBy(column, caller);

function selection(resource: Resource, caller: Caller, fields: readonly string[], read: Read = readBy): Sql {
  const columns = visibleAttributes(resource, caller, fields).flatMap(([name, { column }]) =>
    column === null ? [] : [sql`${read(column, caller)} as ${sql.id(name)}`],
  );
  return columns.length === 0 ? sql`1` : sql.join(columns);
}

function sees(resource: Resource, caller: Caller): Sql {
  return caller.isAdmin ? sql`true` : resource.visible(caller);
}

/** Only what belongs to that parent. */
function below(resource: Resource, parentId: string | undefined): Sql {
  return parentId === undefined || resource.parent === undefined
    ? sql`true`
    : sql`${resource.parent.column} = ${parentId}`;
}

function keyOf(resource: Resource): Column {
  const column = resource.attributes[keyName(resource)]?.column;
  if (!column) throw new Error(`${resource.name} has no key`);
  return column;
}

/** What a key sorts by: never null, so that comparing with the marker's value is total. */
function sortedBy(resource: Resource, caller: Caller, key: SortKey): Sql {
  const column = resource.attributes[key.name]?.column;
  if (!column) throw new Error(`${resource.name} cannot be sorted by ${key.name}`);
  const compared = comparedBy(column, caller);
  // Never null, and plain so that a page is read along its index.
  if (key.name === keyName(resource)) return compared;
  switch (column.kind) {
    case 'text':
    case 'json':
      return sql`coalesce((${compared})::text, '')`;
    case 'integer':
      return sql`coalesce(${compared}, -1)`;
    case 'boolean':
      return sql`coalesce(${compared}, false)`;
    case 'address':
    case 'cidr':
      return sql`coalesce(${compared}, '0.0.0.0/0')::inet`;
    case 'uuid':
      return sql`coalesce(${compared}, '00000000-0000-0000-0000-000000000000')`;
    case 'mac':
    case 'time':
      return compared;
  }
}

function order(resource: Resource, caller: Caller, query: ListQuery): Sql {
  return sql.join(
    query.sort.map((key) =>
      key.descending === query.pageReverse
        ? sql`${sortedBy(resource, caller, key)} asc`
        : sql`${sortedBy(resource, caller, key)} desc`,
    ),
  );
}

/** Rows beyond the marker: equal in the keys before, beyond in one. */
async function afterMarker(
  db: Reader,
  resource: Resource,
  caller: Caller,
  query: ListQuery,
  marker: string,
): Promise<Sql> {
  const key = keyOf(resource);
  if (key.kind === 'uuid' && !isUuid(marker)) throw resource.notFound(marker);
  const { rows } = await sql<Record<string, unknown>>`
    select ${sql.join(query.sort.map((one, index) => sql`(${sortedBy(resource, caller, one)})::text as ${sql.id(`k${index}`)}`))}
    from ${resource.from} where ${matches(key, caller, [marker])} and ${sees(resource, caller)}`.execute(db);
  const found = rows[0];
  if (found === undefined && resource.markerMayBeUnseen) return sql`false`;
  if (found === undefined) throw resource.notFound(marker);
  const alternatives = query.sort.map((one, index) => {
    const equal = query.sort
      .slice(0, index)
      .map((before, at) => sql`${sortedBy(resource, caller, before)} = ${cast(resource, before, found[`k${at}`])}`);
    const beyond =
      one.descending === query.pageReverse
        ? sql`${sortedBy(resource, caller, one)} > ${cast(resource, one, found[`k${index}`])}`
        : sql`${sortedBy(resource, caller, one)} < ${cast(resource, one, found[`k${index}`])}`;
    return sql`(${sql.join([...equal, beyond], sql` and `)})`;
  });
  return sql`(${sql.join(alternatives, sql` or `)})`;
}

const sqlTypes = {
  text: sql`text`,
  json: sql`text`,
  integer: sql`bigint`,
  boolean: sql`boolean`,
  address: sql`inet`,
  cidr: sql`inet`,
  uuid: sql`uuid`,
  mac: sql`macaddr`,
  time: sql`timestamptz`,
} as const;

function cast(resource: Resource, key: SortKey, value: unknown): Sql {
  return sql`${value}::${sqlTypes[resource.attributes[key.name]?.column?.kind ?? 'text']}`;
}
