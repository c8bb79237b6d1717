/** `/v3/roles`, `/v3/projects/…/users/…/roles` and `/v3/role_assignments`. */
import type { FastifyInstance } from 'fastify';
import type { Selectable } from 'kysely';
import { Type } from 'typebox';
import type { RolesTable } from '../store/tables/identity.ts';
import type { Identity } from './identity.ts';
import { notFound } from './keystone-error.ts';
import { baseUrl, parse, requireAdmin } from './request.ts';
import { storing } from './storing.ts';

type Role = Selectable<RolesTable>;

const ById = Type.Object({ id: Type.String() });
const RoleQuery = Type.Object({ name: Type.Optional(Type.String()) });
const OnProject = Type.Object({ project: Type.String(), user: Type.String() });
const Assignment = Type.Object({ project: Type.String(), user: Type.String(), role: Type.String() });
const AssignmentQuery = Type.Object({
  'user.id': Type.Optional(Type.String()),
  'role.id': Type.Optional(Type.String()),
  'scope.project.id': Type.Optional(Type.String()),
});

export async function readRoles(identity: Identity): Promise<readonly Role[]> {
  return identity.store.db.selectFrom('roles').selectAll().orderBy('name').execute();
}

function roleBody(role: Role, base: string): Record<string, unknown> {
  const links = { self: `${base}/identity/v3/roles/${role.id}` };
  return { id: role.id, name: role.name, domain_id: null, description: null, options: {}, links };
}

export function registerRoles(app: FastifyInstance, identity: Identity): void {
  const { db } = identity.store;

  app.get('/v3/roles', async (request) => {
    await requireAdmin(request, identity, 'list_roles');
    const { name } = parse(RoleQuery, request.query);
    const roles = (await readRoles(identity)).filter((role) => name === undefined || role.name === name);
    const base = baseUrl(request, identity);
    return {
      roles: roles.map((role) => roleBody(role, base)),
      links: { next: null, previous: null, self: `${base}/identity/v3/roles` },
    };
  });

  app.get('/v3/roles/:id', async (request) => {
    await requireAdmin(request, identity, 'get_role');
    const { id } = parse(ById, request.params);
    const role = (await readRoles(identity)).find((candidate) => candidate.id === id);
    if (role === undefined) throw notFound('role', id);
    return { role: roleBody(role, baseUrl(request, identity)) };
  });

  app.get('/v3/projects/:project/users/:user/roles', async (request) => {
    await requireAdmin(request, identity, 'list_grants');
    const { project, user } = parse(OnProject, request.params);
    const roles = await db
      .selectFrom('role_assignments')
      .innerJoin('roles', 'roles.id', 'role_assignments.role_id')
      .select(['roles.id', 'roles.name'])
      .where('project_id', '=', project)
      .where('user_id', '=', user)
      .execute();
    const base = baseUrl(request, identity);
    return {
      roles: roles.map((role) => roleBody(role, base)),
      links: { next: null, previous: null, self: `${base}/identity/v3/projects/${project}/users/${user}/roles` },
    };
  });

  app.put('/v3/projects/:project/users/:user/roles/:role', async (request, reply) => {
    await requireAdmin(request, identity, 'create_grant');
    const { project, user, role } = parse(Assignment, request.params);
    const missing = () => notFound('project, user or role', `${project}, ${user}, ${role}`);
    await storing(
      db
        .insertInto('role_assignments')
        .values({ project_id: project, user_id: user, role_id: role })
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
      { duplicate: missing, missing },
    );
    identity.tokens.forget();
    return reply.code(204).send();
  });

  const assigned = async (given: { project: string; user: string; role: string }): Promise<boolean> => {
    const row = await db
      .selectFrom('role_assignments')
      .select('role_id')
      .where('project_id', '=', given.project)
      .where('user_id', '=', given.user)
      .where('role_id', '=', given.role)
      .executeTakeFirst();
    return row !== undefined;
  };

  app.get('/v3/projects/:project/users/:user/roles/:role', async (request, reply) => {
    await requireAdmin(request, identity, 'check_grant');
    const given = parse(Assignment, request.params);
    if (!(await assigned(given))) throw notFound('role assignment', given.role);
    return reply.code(204).send();
  });

  app.delete('/v3/projects/:project/users/:user/roles/:role', async (request, reply) => {
    await requireAdmin(request, identity, 'revoke_grant');
    const given = parse(Assignment, request.params);
    const deleted = await db
      .deleteFrom('role_assignments')
      .where('project_id', '=', given.project)
      .where('user_id', '=', given.user)
      .where('role_id', '=', given.role)
      .executeTakeFirst();
    identity.tokens.forget();
    if (deleted.numDeletedRows === 0n) throw notFound('role assignment', given.role);
    return reply.code(204).send();
  });

  app.get('/v3/role_assignments', async (request) => {
    await requireAdmin(request, identity, 'list_role_assignments');
    const query = parse(AssignmentQuery, request.query);
    let select = db
      .selectFrom('role_assignments as a')
      .innerJoin('users as u', 'u.id', 'a.user_id')
      .innerJoin('projects as p', 'p.id', 'a.project_id')
      .innerJoin('roles as r', 'r.id', 'a.role_id')
      .innerJoin('domains as ud', 'ud.id', 'u.domain_id')
      .innerJoin('domains as pd', 'pd.id', 'p.domain_id')
      .select([
        ...([
          'a.user_id',
          'a.project_id',
          'a.role_id',
          'u.name as user',
          'p.name as project',
          'r.name as role',
        ] as const),
        ...(['ud.id as ud_id', 'ud.name as ud_name', 'pd.id as pd_id', 'pd.name as pd_name'] as const),
      ]);
    if (query['user.id'] !== undefined) select = select.where('a.user_id', '=', query['user.id']);
    if (query['role.id'] !== undefined) select = select.where('a.role_id', '=', query['role.id']);
    if (query['scope.project.id'] !== undefined) select = select.where('a.project_id', '=', query['scope.project.id']);
    const base = baseUrl(request, identity);
    return {
      role_assignments: (await select.execute()).map((row) => ({
        user: { id: row.user_id, name: row.user, domain: { id: row.ud_id, name: row.ud_name } },
        role: { id: row.role_id, name: row.role },
        scope: { project: { id: row.project_id, name: row.project, domain: { id: row.pd_id, name: row.pd_name } } },
        links: {
          assignment: `${base}/identity/v3/projects/${row.project_id}/users/${row.user_id}/roles/${row.role_id}`,
        },
      })),
      links: { next: null, previous: null, self: `${base}/identity/v3/role_assignments` },
    };
  });
}
