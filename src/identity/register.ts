/** The built-in part of Keystone v3, under `/identity`. */
import type { FastifyInstance } from 'fastify';
import { registerApplicationCredentials } from './application-credentials.ts';
import { registerAuthRoutes } from './auth-routes.ts';
import { registerDomains } from './domains.ts';
import { registerGrants } from './grants.ts';
import { registerGroups } from './groups.ts';
import type { Identity } from './identity.ts';
import { registerImpliedRoles } from './implied-roles.ts';
import { badRequest, KeystoneError, keystoneErrorBody } from './keystone-error.ts';
import { registerProjects } from './projects.ts';
import { baseUrl } from './request.ts';
import { registerRoleAssignments } from './role-assignments.ts';
import { registerRoles } from './roles.ts';
import { registerServices } from './services.ts';
import { registerUsers } from './users.ts';

const routes = [
  registerAuthRoutes,
  registerProjects,
  registerUsers,
  registerGroups,
  registerApplicationCredentials,
  registerRoles,
  registerImpliedRoles,
  registerGrants,
  registerRoleAssignments,
  registerDomains,
  registerServices,
];

/** Adds the routes, with an error form and a 404 of their own. */
export async function registerIdentity(app: FastifyInstance, identity: Identity): Promise<void> {
  await app.register(
    async (scope) => {
      // Clients send `Content-Type: application/json` with PUT and DELETE that have no body.
      scope.removeContentTypeParser('application/json');
      scope.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
        try {
          done(null, body === '' ? undefined : JSON.parse(String(body)));
        } catch {
          done(badRequest('Invalid input: the body is not JSON.'));
        }
      });
      scope.setErrorHandler(async (error: Error & { statusCode?: number }, request, reply) => {
        const status = error instanceof KeystoneError ? error.status : (error.statusCode ?? 500);
        if (status >= 500) request.log.error({ err: error }, 'identity request failed');
        const message =
          status >= 500 ? 'An unexpected error prevented the server from fulfilling your request.' : error.message;
        if (status === 401) reply.header('www-authenticate', `Keystone uri="${baseUrl(request, identity)}/identity"`);
        return reply.code(status).send(keystoneErrorBody(status, message));
      });
      scope.setNotFoundHandler(async (_request, reply) =>
        reply.code(404).send(keystoneErrorBody(404, 'The resource could not be found.')),
      );
      const version = (base: string) => ({
        id: 'v3.14',
        status: 'stable',
        updated: '2020-04-07T00:00:00Z',
        links: [{ rel: 'self', href: `${base}/identity/v3/` }],
        'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.identity-v3+json' }],
      });
      scope.get('/', async (request, reply) =>
        reply.code(300).send({ versions: { values: [version(baseUrl(request, identity))] } }),
      );
      for (const path of ['/v3', '/v3/']) {
        scope.get(path, async (request) => ({ version: version(baseUrl(request, identity)) }));
      }
      for (const register of routes) register(scope, identity);
    },
    { prefix: '/identity' },
  );
}
