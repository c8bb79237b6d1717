/** One operation of a path: parameters, body, answers. */
import type { JsonObject } from '../engine/json.ts';
import type { Resource } from '../engine/resource.ts';
import type { Operation, Route } from '../engine/routes.ts';
import type { Schema } from '../engine/validators.ts';
import { filterSchema } from './attribute-schema.ts';

/** Operations of a resource that it does not have are answered with 405, and not documented. */
export function isServed({ operation }: Route): boolean {
  if (operation === undefined || operation.kind === 'action') return true;
  const { resource } = operation;
  switch (operation.kind) {
    case 'create':
      return resource.create !== undefined;
    case 'update':
      return resource.update !== undefined;
    case 'delete':
      return resource.remove !== undefined;
    case 'list':
    case 'show':
      return true;
  }
}

/** The name by which components and tags know a resource; a sub-resource's is that of its policies. */
export function schemaName(resource: Resource): string {
  return resource.policyName ?? resource.name;
}

export function operationDocument(route: Route): JsonObject {
  const { operation } = route;
  const resource = operation?.resource;
  const parameters = [...pathParameters(route), ...(operation ? queryParameters(operation) : [])];
  const body = operation === undefined ? freeBody(route) : bodyOf(operation);
  return {
    operationId: operationId(route),
    summary: operation === undefined ? `${route.method} ${route.pattern}` : summary(operation),
    ...(resource === undefined ? {} : { tags: [schemaName(resource)] }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === null ? {} : { requestBody: { required: route.operation !== undefined, content: json(body) } }),
    responses: { ...success(route), ...failures(route) },
  };
}

function operationId({ method, pattern, operation }: Route): string {
  if (operation === undefined || operation.kind === 'action') {
    return `${method} ${pattern}`.toLowerCase().replace(/[^a-z0-9]+/g, '_');
  }
  return `${operation.kind}_${schemaName(operation.resource)}`;
}

function summary(operation: Operation): string {
  if (operation.kind === 'action') return operation.summary;
  const { name, collection } = operation.resource;
  const verbs = { list: 'List', show: 'Show', create: 'Create', update: 'Update', delete: 'Delete' } as const;
  return `${verbs[operation.kind]} ${(operation.kind === 'list' ? collection : name).replaceAll('_', ' ')}`;
}

export function parameterNames(pattern: string): readonly string[] {
  return pattern.split('/').flatMap((segment) => (segment.startsWith(':') ? [segment.slice(1)] : []));
}

function pathParameters({ pattern }: Route): readonly JsonObject[] {
  return parameterNames(pattern).map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
}

function queryParameters(operation: Operation): readonly JsonObject[] {
  if (operation.kind === 'action') return [];
  const { resource } = operation;
  const names = Object.entries(resource.attributes);
  const fields = query('fields', {
    type: 'array',
    items: { enum: names.flatMap(([name, { visible }]) => (visible ? [name] : [])) },
  });
  switch (operation.kind) {
    case 'show':
      return [fields];
    case 'update':
    case 'delete':
      return 'revision_number' in resource.attributes ? [{ $ref: '#/components/parameters/if_match' }] : [];
    case 'create':
      return [];
    case 'list': {
      const sortKeys = [...names.flatMap(([name, { sortKey }]) => (sortKey ? [name] : []))];
      return [
        ...names.flatMap(([name, { filter }]) => (filter ? [query(name, filterSchema)] : [])),
        ...(sortKeys.length === 0
          ? []
          : [
              query('sort_key', { type: 'array', items: { enum: sortKeys } }),
              query('sort_dir', { type: 'array', items: { enum: ['asc', 'desc'] } }),
            ]),
        ...['limit', 'marker', 'page_reverse'].map((name) => ({ $ref: `#/components/parameters/${name}` })),
        ...('updated_at' in resource.attributes ? [{ $ref: '#/components/parameters/changed_since' }] : []),
        fields,
      ];
    }
  }
}

function query(name: string, schema: Schema): JsonObject {
  return { name, in: 'query', style: 'form', explode: true, schema };
}

/** Null where none is taken. */
function bodyOf(operation: Operation): Schema | null {
  switch (operation.kind) {
    case 'action':
      return operation.body ?? null;
    case 'create': {
      const { resource } = operation;
      const item = ref(`${schemaName(resource)}_create`);
      return {
        oneOf: [rooted(resource.name, item), rooted(resource.collection, { type: 'array', items: item, minItems: 1 })],
      };
    }
    case 'update':
      return rooted(operation.resource.name, ref(`${schemaName(operation.resource)}_update`));
    case 'list':
    case 'show':
    case 'delete':
      return null;
  }
}

/** Of a path that nobody has described more. */
function freeBody({ method }: Route): Schema | null {
  return method === 'POST' || method === 'PUT' ? { type: 'object' } : null;
}

function success(route: Route): JsonObject {
  const { operation } = route;
  switch (operation?.kind) {
    case undefined: {
      const status = { GET: '200', PUT: '200', POST: '201', DELETE: '204' }[route.method];
      return { [status]: { description: 'Done.' } };
    }
    case 'action': {
      const { answer, status } = operation;
      return { [String(status ?? 200)]: { description: 'Done.', ...(answer ? { content: json(answer) } : {}) } };
    }
    case 'list':
      return { 200: { description: 'What the caller may see.', content: json(listSchema(operation.resource)) } };
    case 'create': {
      const { resource } = operation;
      const item = ref(schemaName(resource));
      const many = rooted(resource.collection, { type: 'array', items: item });
      return { 201: { description: 'Made.', content: json({ oneOf: [rooted(resource.name, item), many] }) } };
    }
    case 'show':
    case 'update': {
      const { resource } = operation;
      return { 200: { description: 'The object.', content: json(rooted(resource.name, ref(schemaName(resource)))) } };
    }
    case 'delete':
      return { 204: { description: 'Gone.' } };
  }
}

function listSchema(resource: Resource): Schema {
  return {
    type: 'object',
    properties: {
      [resource.collection]: { type: 'array', items: ref(schemaName(resource)) },
      [`${resource.collection}_links`]: { type: 'array', items: ref('page_link') },
    },
    required: [resource.collection],
    additionalProperties: false,
  };
}

function failures({ method, operation, pattern }: Route): JsonObject {
  const revised = operation?.resource && 'revision_number' in operation.resource.attributes;
  const statuses = [
    400,
    401,
    ...(method === 'GET' ? [] : [403]),
    ...(pattern.includes('/:') ? [404] : method === 'GET' ? [] : [404]),
    ...(method === 'GET' ? [] : [409]),
    ...(revised && (operation.kind === 'update' || operation.kind === 'delete') ? [412] : []),
  ];
  return Object.fromEntries(
    statuses.map((status) => [
      String(status),
      { $ref: `#/components/responses/${status === 401 ? 'unauthorized' : `error_${status}`}` },
    ]),
  );
}

function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

function rooted(name: string, schema: Schema): Schema {
  return { type: 'object', properties: { [name]: schema }, required: [name], additionalProperties: false };
}

function json(schema: Schema): JsonObject {
  return { 'application/json': { schema } };
}
