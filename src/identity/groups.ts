/** Groups of users are not offered; clients that ask for them are told that there are none. */
import type { FastifyInstance } from 'fastify';
import type { Identity } from './identity.ts';
import { ById, listed, parse, requireAdmin, requireAdminOr } from './request.ts';

export function registerGroups(app: FastifyInstance, identity: Identity): void {
  app.get('/v3/groups', async (request) => {
    await requireAdmin(request, identity, 'list_groups');
    return listed(request, identity, 'groups', []);
  });

  app.get('/v3/users/:id/groups', async (request) => {
    const { id } = parse(ById, request.params);
    await requireAdminOr(id, request, identity, 'list_groups_for_user');
    return listed(request, identity, 'groups', []);
  });
}
