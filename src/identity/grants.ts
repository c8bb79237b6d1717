/** Roles of a user on a project, on a domain and on the system: `/v3/{projects/…,domains/…,system}/users/…/roles`. */
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { Identity } from './identity.ts';
import { notFound } from './keystone-error.ts';
import { baseUrl, listed, parse, requireAdmin } from './request.ts';
import { roleBody } from './roles.ts';
import { type Scope, scopeColumns } from './scope.ts';
import { storing } from './storing.ts';

const OnTarget = Type.Object({ target: Type.Optional(Type.String()), user: Type.String() });
const Grant = Type.Intersect([OnTarget, Type.Object({ role: Type.String() })]);

interface Kind {
  readonly path: string;
  readonly action: string;
  readonly scope: (target: string) => Scope;
}

const kinds: readonly Kind[] = [
  { path: '/v3/projects/:target', action: 'grant', scope: (id) => ({ kind: 'project', id }) },
  { path: '/v3/domains/:target', action: 'grant', scope: (id) => ({ kind: 'domain', id }) },
  { path: '/v3/system', action: 'system_grant_for_user', scope: () => ({ kind: 'system' }) },
];

export function registerGrants(app: FastifyInstance, identity: Identity): void {
  for (const kind of kinds) registerKind(app, identity, kind);
}

function registerKind(app: FastifyInstance, identity: Identity, kind: Kind): void {
  const { db } = identity.store;
  const roles = `${kind.path}/users/:user/roles`;

  const holder = (params: unknown) => {
    const { target = '', user } = parse(OnTarget, params);
    return { user_id: user, ...scopeColumns(kind.scope(target)) };
  };
  const missing = (params: unknown) => () =>
    notFound('role assignment', Object.values(parse(Grant, params)).join(', '));

  const find = (params: unknown) => {
    const { user_id, project_id, domain_id } = holder(params);
    return db
      .selectFrom('role_assignments as a')
      .innerJoin('roles as r', 'r.id', 'a.role_id')
      .select(['r.id', 'r.name', 'r.description'])
      .where('a.user_id', '=', user_id)
      .where('a.project_id', 'is not distinct from', project_id)
      .where('a.domain_id', 'is not distinct from', domain_id)
      .orderBy('r.name');
  };

  app.get(roles, async (request) => {
    await requireAdmin(request, identity, `list_${kind.action}s`);
    const base = baseUrl(request, identity);
    const bodies = (await find(request.params).execute()).map((role) => roleBody(role, base));
    return listed(request, identity, 'roles', bodies);
  });

  app.get(`${roles}/:role`, async (request, reply) => {
    await requireAdmin(request, identity, `check_${kind.action}`);
    const { role } = parse(Grant, request.params);
    const held = await find(request.params).where('r.id', '=', role).executeTakeFirst();
    if (held === undefined) throw missing(request.params)();
    return reply.code(204).send();
  });

  app.put(`${roles}/:role`, async (request, reply) => {
    await requireAdmin(request, identity, `create_${kind.action}`);
    const { role } = parse(Grant, request.params);
    await storing(
      db
        .insertInto('role_assignments')
        .values({ ...holder(request.params), role_id: role })
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
      { duplicate: missing(request.params), missing: missing(request.params) },
    );
    identity.tokens.forget();
    return reply.code(204).send();
  });

  app.delete(`${roles}/:role`, async (request, reply) => {
    await requireAdmin(request, identity, `revoke_${kind.action}`);
    const { role } = parse(Grant, request.params);
    const { user_id, project_id, domain_id } = holder(request.params);
    const deleted = await db
      .deleteFrom('role_assignments')
      .where('user_id', '=', user_id)
      .where('project_id', 'is not distinct from', project_id)
      .where('domain_id', 'is not distinct from', domain_id)
      .where('role_id', '=', role)
      .executeTakeFirst();
    identity.tokens.forget();
    if (deleted.numDeletedRows === 0n) throw missing(request.params)();
    return reply.code(204).send();
  });
}
