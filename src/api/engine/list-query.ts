/** The query of a list: filters, order, page and fields. */
import { requestErrors } from '../errors/request-errors.ts';
import { keyName, type Resource } from './resource.ts';

export interface SortKey {
  readonly name: string;
  readonly descending: boolean;
}

export interface ListQuery {
  readonly filters: ReadonlyMap<string, readonly string[]>;
  /** `changed_since`: only objects updated at or after it. */
  readonly changedSince: string | null;
  readonly sort: readonly SortKey[];
  /** 0: everything. */
  readonly limit: number;
  readonly marker: string | null;
  readonly pageReverse: boolean;
  /** Empty: all. */
  readonly fields: readonly string[];
}

const control = new Set(['fields', 'sort_key', 'sort_dir', 'limit', 'marker', 'page_reverse', 'changed_since']);

/** Reads the query. `maximumLimit` 0 is none. Throws ApiError for what Neutron refuses. */
export function readListQuery(resource: Resource, query: URLSearchParams, maximumLimit: number): ListQuery {
  const filters = new Map<string, readonly string[]>();
  for (const name of new Set(query.keys())) {
    if (!control.has(name) || isNoTime(resource, name)) filters.set(name, query.getAll(name));
  }
  const unknown = [...filters.keys()].filter((name) => resource.attributes[name]?.filter !== true).sort();
  if (unknown.length > 0) throw requestErrors.invalidFilter(unknown);
  return {
    filters,
    changedSince: readChangedSince(query.get('changed_since')),
    sort: readSort(resource, query),
    limit: readLimit(query.get('limit'), maximumLimit),
    marker: query.get('marker') || null,
    pageReverse: ['true', '1'].includes((query.get('page_reverse') ?? '').toLowerCase()),
    fields: readFields(query),
  };
}

/** `changed_since` asks for a time that this resource does not keep. */
function isNoTime(resource: Resource, name: string): boolean {
  return name === 'changed_since' && resource.attributes['updated_at'] === undefined;
}

export function readFields(query: URLSearchParams): readonly string[] {
  return query.getAll('fields').filter((name) => name !== '');
}

function readChangedSince(text: string | null): string | null {
  if (text === null) return null;
  const time = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}/.test(text)
    ? Date.parse(text.replace(/ (\d{4}|\d{2}:\d{2})$/, '+$1'))
    : Number.NaN;
  if (Number.isNaN(time)) throw requestErrors.badChangedSince(text);
  return new Date(time).toISOString();
}

function readLimit(text: string | null, maximumLimit: number): number {
  if (text !== null && !/^\d{1,9}$/.test(text)) throw requestErrors.badLimit(text);
  const limit = Number(text ?? 0);
  if (maximumLimit === 0) return limit;
  return limit === 0 ? maximumLimit : Math.min(limit, maximumLimit);
}

function readSort(resource: Resource, query: URLSearchParams): readonly SortKey[] {
  const names = query.getAll('sort_key');
  const directions = query.getAll('sort_dir');
  if (directions.length > 0 && directions.length !== names.length) throw requestErrors.sortLengthsDiffer();
  if (directions.some((direction) => direction !== 'asc' && direction !== 'desc')) {
    throw requestErrors.invalidSortDirection();
  }
  const unknown = names.filter((name) => resource.attributes[name]?.sortKey !== true);
  if (unknown.length > 0) throw requestErrors.invalidSortKey(unknown);
  const sort = names.map((name, index) => ({ name, descending: directions[index] === 'desc' }));
  // The key makes every order total, so that a page starts where the last one ended.
  const key = keyName(resource);
  return names.includes(key) ? sort : [...sort, { name: key, descending: false }];
}
