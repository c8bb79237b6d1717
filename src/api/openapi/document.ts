/** The Networking API as an OpenAPI 3.1 document, made of the descriptions that the engine serves it by. */
import { version } from '../../config/version.ts';
import { allResources } from '../all-resources.ts';
import { allRoutes } from '../all-routes.ts';
import type { JsonObject } from '../engine/json.ts';
import type { Resource } from '../engine/resource.ts';
import type { Route } from '../engine/routes.ts';
import type { Schema } from '../engine/validators.ts';
import { answerSchema, bodySchema } from './attribute-schema.ts';
import { isServed, operationDocument, schemaName } from './operation-document.ts';

export function openApiDocument(): JsonObject {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Tapline: OpenStack Networking API v2.0',
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/v2.0' }],
    security: [{ token: [] }],
    tags: allResources.map(tag),
    paths: pathsOf(allRoutes.filter(isServed)),
    components: {
      schemas: Object.assign({}, shared, ...allResources.map(schemasOf)),
      parameters,
      responses: { unauthorized: answer('No valid token.', unauthorized), ...errors },
      securitySchemes: { token: { type: 'apiKey', in: 'header', name: 'X-Auth-Token' } },
    },
  };
}

function tag(resource: Resource): JsonObject {
  const kept = resource.notEnforced === undefined ? '' : ` Kept, but not yet brought about: ${resource.notEnforced}.`;
  return { name: schemaName(resource), description: `Extensions: ${resource.extensions.join(', ')}.${kept}` };
}

function pathsOf(routes: readonly Route[]): JsonObject {
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const route of routes) {
    const path = route.pattern.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationDocument(route) };
  }
  return paths;
}

function schemasOf(resource: Resource): JsonObject {
  const name = schemaName(resource);
  return {
    [name]: answerSchema(resource),
    ...(resource.create ? { [`${name}_create`]: bodySchema(resource, 'post') } : {}),
    ...(resource.update ? { [`${name}_update`]: bodySchema(resource, 'put') } : {}),
  };
}

const texts = (names: readonly string[]): Schema => ({
  type: 'object',
  properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
  required: names,
});

const shared: JsonObject = {
  error: {
    type: 'object',
    properties: { NeutronError: texts(['type', 'message', 'detail']) },
    required: ['NeutronError'],
    additionalProperties: false,
  },
  page_link: texts(['rel', 'href']),
};

const unauthorized: Schema = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: { code: { type: 'integer' }, title: { type: 'string' }, message: { type: 'string' } },
    },
  },
  required: ['error'],
};

function answer(description: string, schema: Schema): JsonObject {
  return { description, content: { 'application/json': { schema } } };
}

const reasons: Readonly<Record<number, string>> = {
  400: 'The request is not one of this API.',
  403: 'A policy does not let the caller do it.',
  404: 'Nothing of that name that the caller may see.',
  409: 'It conflicts with something that is there, or with a quota.',
  412: 'The object has another revision than `If-Match` says.',
};
const errors: JsonObject = Object.fromEntries(
  Object.entries(reasons).map(([status, reason]) => [
    `error_${status}`,
    answer(reason, { $ref: '#/components/schemas/error' }),
  ]),
);

const parameters: JsonObject = {
  limit: { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 0 } },
  marker: { name: 'marker', in: 'query', schema: { type: 'string' } },
  page_reverse: { name: 'page_reverse', in: 'query', schema: { type: 'boolean' } },
  changed_since: { name: 'changed_since', in: 'query', schema: { type: 'string', format: 'date-time' } },
  if_match: {
    name: 'If-Match',
    in: 'header',
    description: 'Only if the object has this revision: `revision_number=7`.',
    schema: { type: 'string' },
  },
};
