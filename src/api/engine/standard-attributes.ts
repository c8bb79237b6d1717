/** Attributes that most resources have in common, and columns to say them with. */
import { type RawBuilder, sql } from 'kysely';
import { type Attribute, type Column, type ColumnKind, filterOnly, onCreate, readOnly, writable } from './attribute.ts';
import { toBoolean } from './conversions.ts';
import { text, uniqueTexts, uuid } from './validators.ts';

/** A column of the resource's table `t`. Addresses are read as text without a length. */
export function column(name: string, kind: ColumnKind = 'text'): Column {
  const ref = sql.ref(`t.${name}`);
  switch (kind) {
    case 'address':
      return { kind, sql: sql`host(${ref})`, compared: ref };
    case 'mac':
    case 'cidr':
      return { kind, sql: sql`${ref}::text`, compared: ref };
    case 'text':
    case 'uuid':
    case 'boolean':
    case 'integer':
    case 'json':
    case 'time':
      return { kind, sql: ref };
  }
}

/** An expression over `t`. */
export function expression(kind: ColumnKind, sqlText: Column['sql'], more: Partial<Column> = {}): Column {
  return { kind, sql: sqlText, ...more };
}

export const id: Attribute = readOnly(column('id', 'uuid'), { filter: true, sortKey: true, validate: uuid });

export const name: Attribute = writable(column('name'), {
  default: '',
  validate: text(255),
  filter: true,
  sortKey: true,
});

export const description: Attribute = writable(column('description'), {
  default: '',
  validate: text(255),
  filter: true,
});

export const adminStateUp: Attribute = writable(column('admin_state_up', 'boolean'), {
  default: true,
  convert: toBoolean,
  filter: true,
  sortKey: true,
});

/** `project_id` and its old name. */
export const project = {
  project_id: onCreate(column('project_id'), { validate: text(255), filter: true, sortKey: true }),
  tenant_id: onCreate(column('project_id'), { validate: text(255), filter: true, sortKey: true }),
} as const;

/** Of at most 255 characters, as newer Neutron has it; 60 before. */
export const tagList = uniqueTexts(255);

const splitTags = (values: readonly string[]): readonly string[] => values.flatMap((value) => value.split(','));

function tagFilter(condition: (tags: readonly string[]) => RawBuilder<unknown>): Column {
  return { kind: 'json', sql: sql`to_jsonb(t.tags)`, matches: (values) => condition(splitTags(values)) };
}

/** Tags, which the engine keeps, and the four ways to filter by them. */
export const tags = {
  tags: onCreate(
    tagFilter((given) => sql`t.tags @> ${given}::text[]`),
    { default: [], validate: tagList, filter: true },
  ),
  'tags-any': filterOnly(tagFilter((given) => sql`t.tags && ${given}::text[]`)),
  'not-tags': filterOnly(tagFilter((given) => sql`not t.tags @> ${given}::text[]`)),
  'not-tags-any': filterOnly(tagFilter((given) => sql`not t.tags && ${given}::text[]`)),
} as const;

/** What the server keeps of every change. */
export const history = {
  created_at: readOnly(column('created_at', 'time')),
  updated_at: readOnly(column('updated_at', 'time')),
  revision_number: readOnly(column('revision_number', 'integer'), { filter: true }),
} as const;
