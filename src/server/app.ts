/** The Fastify instance with what every route shares. */
import { randomUUID } from 'node:crypto';
import cors from '@fastify/cors';
import Fastify, { type FastifyInstance, LogController } from 'fastify';
import type { Config } from '../config/config.ts';

/** A body larger than this is no request of these APIs. */
const bodyLimitBytes = 4_194_304;

/** No coercion and no removal of unknown attributes: Neutron answers 400. Headers, which hold tokens, are never logged. */
export function makeApp(config: Config): FastifyInstance {
  const app = Fastify({
    logger: {
      level: config.log_level,
      serializers: {
        req: (request) => ({ method: request.method, url: request.url, remoteAddress: request.ip }),
      },
    },
    logController: new LogController({ disableRequestLogging: !['debug', 'trace'].includes(config.log_level) }),
    bodyLimit: bodyLimitBytes,
    genReqId: () => `req-${randomUUID()}`,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: true,
    routerOptions: { ignoreTrailingSlash: false, maxParamLength: 255 },
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false, allErrors: false } },
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-openstack-request-id', request.id);
  });
  allowOrigins(app, config.api.cors_allowed_origins);
  return app;
}

/** Browsers may ask from these origins, and read what the APIs say in headers. */
function allowOrigins(app: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  app.register(cors, {
    origin: origins.includes('*') ? '*' : [...origins],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ['Content-Type', 'Accept', 'If-Match', 'X-Auth-Token', 'X-Subject-Token', 'X-OpenStack-Request-ID'],
    exposedHeaders: ['X-Subject-Token', 'X-OpenStack-Request-ID', 'WWW-Authenticate', 'Retry-After'],
    maxAge: 3_600,
  });
}
