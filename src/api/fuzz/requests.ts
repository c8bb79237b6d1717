/** Requests over everything that the document of the API knows: most of them right, many of them wrong in one place. */
import fc from 'fast-check';
import { object, oddText, oddValue, type Schemas, validValue } from './schema-values.ts';

type Json = Readonly<Record<string, unknown>>;
export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** A request before its ids are known. */
export interface Draft {
  readonly as: string;
  readonly method: Method;
  /** `/networks/{id}` */
  readonly pattern: string;
  readonly parameters: readonly unknown[];
  readonly query: readonly (readonly [string, unknown])[];
  /** A text is sent as it is. */
  readonly body: unknown;
  readonly ifMatch: string | undefined;
}

export const callers = ['admin', 'member', 'other'] as const;

interface Operation {
  readonly method: Method;
  readonly pattern: string;
  readonly document: Json;
}

const methods: readonly Method[] = ['GET', 'POST', 'PUT', 'DELETE'];
/** Objects have to be there before they can be shown, changed and removed. */
const weights: Readonly<Record<Method, number>> = { GET: 2, POST: 4, PUT: 3, DELETE: 1 };

export function operationsOf(document: Json): readonly Operation[] {
  return Object.entries(object(document['paths'])).flatMap(([pattern, path]) =>
    methods.flatMap((method) => {
      const found = object(path)[method.toLowerCase()];
      return found === undefined ? [] : [{ method, pattern, document: object(found) }];
    }),
  );
}

export function requests(document: Json): fc.Arbitrary<Draft> {
  const resolve = (reference: string): Json =>
    reference
      .slice(2)
      .split('/')
      .reduce((at, name) => object(at[name]), document);
  return fc.oneof(
    ...operationsOf(document).map((operation) => ({
      weight: weights[operation.method],
      arbitrary: request(operation, resolve),
    })),
  );
}

function request({ method, pattern, document }: Operation, resolve: Schemas): fc.Arbitrary<Draft> {
  const parameters = [...pattern.matchAll(/\{(\w+)\}/g)].map((_, index) => parameter(pattern, index));
  const schema = object(object(object(object(document['requestBody'])['content'])['application/json'])['schema']);
  const takesBody = document['requestBody'] !== undefined;
  return fc.record({
    as: fc.constantFrom(...callers),
    method: fc.constant(method),
    pattern: fc.constant(pattern),
    parameters: fc.tuple(...parameters),
    query: often(queryOf(document, resolve), fc.constant([]), 1),
    body: takesBody ? bodies(validValue(schema, resolve)) : fc.constant(undefined),
    ifMatch: often(
      fc.constant(undefined),
      fc.constantFrom(
        'revision_number=1',
        'revision_number=0',
        'revision_number=x',
        '',
        '*',
        '"revision_number=999999"',
      ),
      12,
    ),
  });
}

/** The id of what the segment before it names, or of anything else. */
function parameter(pattern: string, index: number): fc.Arbitrary<unknown> {
  const segments = pattern.split('/');
  const at = segments.flatMap((segment, position) => (segment.startsWith('{') ? [position] : []))[index] ?? 0;
  const kind = (segments[at - 1] ?? '').replaceAll('-', '_').replace(/ies$/, 'y').replace(/s$/, '');
  return often(
    fc.nat(1000).map((pick): unknown => (kind === 'tag' ? `tag-${pick % 2}` : { $id: kind, pick })),
    fc.oneof(
      oddText.filter((one) => one.length < 300 && isWellFormed(one) && !['', '.', '..'].includes(one)),
      fc.nat(1000).map((pick) => ({ $id: '', pick })),
    ),
    9,
  );
}

function queryOf(document: Json, resolve: Schemas): fc.Arbitrary<readonly (readonly [string, unknown])[]> {
  const given = Array.isArray(document['parameters']) ? document['parameters'].map(object) : [];
  const known = given
    .map((one) => (typeof one['$ref'] === 'string' ? resolve(one['$ref']) : one))
    .filter((one) => one['in'] === 'query');
  const wellFormed = oddText.filter((one) => one.length < 300 && isWellFormed(one));
  const odd = fc.tuple(fc.oneof(fc.constantFrom('x', 'limit', 'fields', 'sort_key', 'marker'), wellFormed), wellFormed);
  if (known.length === 0) return fc.array(odd, { maxLength: 1 });
  const one = fc.constantFrom(...known).chain((found) => {
    const schema = object(found['schema']);
    const item = schema['type'] === 'array' ? object(schema['items']) : schema;
    const name = String(found['name']);
    return fc.tuple(fc.constant(name), often(validValue(item, resolve, name === 'id' ? '_id' : name), wellFormed, 3));
  });
  return fc.array(often(one, odd, 20), { maxLength: 4 });
}

function bodies(valid: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 12, arbitrary: valid },
    {
      weight: 6,
      arbitrary: fc.tuple(valid, fc.nat(), oddValue).map(([body, place, value]) => broken(body, place, value)),
    },
    { weight: 1, arbitrary: oddValue },
    { weight: 1, arbitrary: fc.constantFrom('', '{', 'null', '[]', '"x"', '1e999', '{"a":1}{', '['.repeat(2000)) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
}

/** Whether it can be part of a URL: no half of a pair. */
function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/** The body with one place of it replaced. */
function broken(body: unknown, place: number, value: unknown): unknown {
  if (Array.isArray(body)) {
    if (body.length === 0) return value;
    const at = place % body.length;
    return body.map((item, index) => (index === at ? broken(item, Math.floor(place / body.length), value) : item));
  }
  if (typeof body !== 'object' || body === null || '$id' in body) return value;
  const entries = Object.entries(body);
  const at = place % (entries.length + 1);
  const [name, inner] = entries[at] ?? [];
  if (name === undefined) return { ...body, unheard_of: value };
  return { ...body, [name]: broken(inner, Math.floor(place / (entries.length + 1)), value) };
}

function often<A, B>(usual: fc.Arbitrary<A>, rare: fc.Arbitrary<B>, weight: number): fc.Arbitrary<A | B> {
  return fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: rare });
}
