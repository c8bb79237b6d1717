/** The Networking API v2.0 on a Fastify application. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config/config.ts';
import { KeystoneError } from '../identity/keystone-error.ts';
import type { Store } from '../store/database.ts';
import { sqlState } from '../store/transaction.ts';
import { allRoutes } from './all-routes.ts';
import type { Caller } from './engine/caller.ts';
import { type Json, jsonText } from './engine/json.ts';
import type { Answer, Call } from './engine/operations.ts';
import { RouteTable } from './engine/routes.ts';
import { ApiError } from './errors/api-error.ts';
import { requestErrors } from './errors/request-errors.ts';
import { openApiDocument } from './openapi/document.ts';
import { apiResources, apiVersions } from './versions.ts';
import { keepDefaultRanges } from './work/default-ranges.ts';

export interface ApiContext {
  readonly store: Store;
  readonly config: Config;
  /** Who holds the token; null when nobody does. */
  readonly authenticate: (token: string) => Promise<Caller | null>;
  /** Where a client gets a token, when that is not this server. */
  readonly keystoneUri?: string;
}

const prefix = '/v2.0';
/** A bulk of some thousand ports. */
const maximumBodyBytes = 8 * 1024 * 1024;

/** Registers `/`, everything below `/v2.0`, and the document of both at `/tapline/v1/openapi.json`, which needs no token. */
export function registerApi(app: FastifyInstance, context: ApiContext): void {
  const routes = new RouteTable(allRoutes);
  app.addHook('onReady', async () => await keepDefaultRanges(context.store, context.config));
  // A version that nobody serves: what Neutron's own entry says.
  app.setNotFoundHandler(
    async (_request, reply) => await reply.status(404).send({ code: 404, title: 'Not Found', description: null }),
  );
  app.register(async (scope) => {
    // Bodies are read by the engine: what is wrong with them is said in Neutron's words, and PUT may come without one.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string', bodyLimit: maximumBodyBytes }, (_request, body, done) =>
      done(null, body),
    );
    scope.setErrorHandler((error, request, reply) => sendError(error, request, reply));
    scope.addHook('onRequest', async (_request, reply) => {
      if (!reply.hasHeader('x-openstack-request-id')) reply.header('x-openstack-request-id', `req-${randomUUID()}`);
    });
    let document: string | undefined;
    scope.get('/tapline/v1/openapi.json', async (_request, reply) => {
      document ??= JSON.stringify(openApiDocument());
      return reply.type('application/json').send(document);
    });
    scope.get('/', async (request) => apiVersions(baseUrl(request, context.config)));
    scope.get(`${prefix}/`, async (request) => apiResources(baseUrl(request, context.config)));
    scope.route({
      method: ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'],
      url: `${prefix}/*`,
      handler: async (request, reply) => await serve(context, routes, request, reply),
    });
    scope.get(prefix, async () => {
      throw requestErrors.notFound();
    });
  });
}

async function serve(
  context: ApiContext,
  routes: RouteTable,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const url = new URL(request.url, baseUrl(request, context.config));
  const token = request.headers['x-auth-token'];
  const caller = typeof token === 'string' && token !== '' ? await context.authenticate(token) : null;
  if (caller === null) return sendUnauthorized(context, request, reply);
  const answer = routes.find(request.method, pathOf(url));
  const ifMatch = request.headers['if-match'];
  const call: Call = {
    store: context.store,
    config: context.config,
    caller,
    url,
    body: bodyOf(request),
    ifMatch: typeof ifMatch === 'string' ? ifMatch : undefined,
  };
  return send(reply, await answer(call));
}

/** Segments below the prefix. A `.json` at the end is a form that old clients ask for. */
function pathOf(url: URL): readonly string[] {
  const path = url.pathname
    .slice(prefix.length + 1)
    .replace(/\.json$/, '')
    .replace(/\/$/, '');
  try {
    return path.split('/').map(decodeURIComponent);
  } catch {
    throw requestErrors.notFound();
  }
}

function bodyOf(request: FastifyRequest): Json | undefined {
  const text = request.body;
  if (typeof text !== 'string' || text === '' || request.method === 'GET') return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw requestErrors.malformedBody();
  }
}

function send(reply: FastifyReply, answer: Answer): FastifyReply {
  reply.status(answer.status);
  const text = answer.text ?? (answer.body === undefined ? undefined : jsonText(answer.body));
  return text === undefined ? reply.send() : reply.header('content-type', 'application/json').send(text);
}

/** What keystonemiddleware answers. */
function sendUnauthorized(context: ApiContext, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply
    .status(401)
    .header(
      'www-authenticate',
      `Keystone uri="${context.keystoneUri || `${baseUrl(request, context.config)}/identity`}"`,
    )
    .send({
      error: { code: 401, title: 'Unauthorized', message: 'The request you have made requires authentication.' },
    });
}

/** The one place where an error becomes an answer. */
function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const said = toApiError(error);
  if (!(error instanceof ApiError) && said.status >= 500) request.log.error({ err: error }, 'the API failed');
  return reply
    .status(said.status)
    .header('content-type', 'application/json')
    .send(JSON.stringify({ NeutronError: { type: said.type, message: said.message, detail: '' } }));
}

function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof KeystoneError) return new ApiError(error.status, 'ServiceUnavailable', error.message);
  const state = sqlState(error);
  if (state !== undefined) return ofDatabase(state);
  if (
    error instanceof Error &&
    'statusCode' in error &&
    typeof error.statusCode === 'number' &&
    error.statusCode < 500
  ) {
    return new ApiError(error.statusCode, 'HTTPBadRequest', error.message);
  }
  return requestErrors.unexpected();
}

/** What the database refused: it is the last to look, also at what two requests did at once. */
function ofDatabase(state: string): ApiError {
  switch (state) {
    case '40001':
    case '40P01':
      return requestErrors.busy();
    case '23503':
      return requestErrors.inUse();
    case '23505':
    case '23P01':
      return requestErrors.duplicate();
    default:
      // Class 22 is data that no column takes, such as a NUL inside a JSON text.
      return state.startsWith('22') ? requestErrors.cannotBeKept() : requestErrors.unexpected();
  }
}

/** `http://host:port`, as the client sees it. */
function baseUrl(request: FastifyRequest, config: Config): string {
  return config.api.public_url === ''
    ? `${request.protocol}://${request.host}`
    : config.api.public_url.replace(/\/$/, '');
}
