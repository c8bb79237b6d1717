/** `/v3/roles`. */
import type { FastifyInstance } from 'fastify';
import type { Selectable } from 'kysely';
import { Type } from 'typebox';
import type { RolesTable } from '../store/tables/identity.ts';
import { newId } from './bootstrap.ts';
import type { Identity } from './identity.ts';
import { duplicateName, notFound } from './keystone-error.ts';
import { ById, baseUrl, listed, parse, requireAdmin } from './request.ts';
import { stated } from './stated.ts';
import { storing } from './storing.ts';

type Role = Selectable<RolesTable>;

const Description = Type.Optional(Type.Union([Type.String(), Type.Null()]));
const NewRole = Type.Object({
  role: Type.Object({
    name: Type.String({ minLength: 1, maxLength: 255 }),
    description: Description,
    /** Roles of a single domain are not offered. */
    domain_id: Type.Optional(Type.Null()),
  }),
});
const RoleUpdate = Type.Object({
  role: Type.Object({ name: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })), description: Description }),
});
const RoleQuery = Type.Object({ name: Type.Optional(Type.String()), domain_id: Type.Optional(Type.String()) });

export function roleBody(role: Role, base: string): Record<string, unknown> {
  const links = { self: `${base}/identity/v3/roles/${role.id}` };
  return { id: role.id, name: role.name, domain_id: null, description: role.description || null, options: {}, links };
}

export function registerRoles(app: FastifyInstance, identity: Identity): void {
  const { db } = identity.store;

  app.get('/v3/roles', async (request) => {
    await requireAdmin(request, identity, 'list_roles');
    const { name, domain_id } = parse(RoleQuery, request.query);
    let query = db.selectFrom('roles').selectAll().orderBy('name');
    if (name !== undefined) query = query.where('name', '=', name);
    const roles = domain_id === undefined ? await query.execute() : [];
    const base = baseUrl(request, identity);
    const bodies = roles.map((role) => roleBody(role, base));
    return listed(request, identity, 'roles', bodies);
  });

  app.get('/v3/roles/:id', async (request) => {
    await requireAdmin(request, identity, 'get_role');
    const { id } = parse(ById, request.params);
    const role = await db.selectFrom('roles').selectAll().where('id', '=', id).executeTakeFirst();
    if (role === undefined) throw notFound('role', id);
    return { role: roleBody(role, baseUrl(request, identity)) };
  });

  app.post('/v3/roles', async (request, reply) => {
    await requireAdmin(request, identity, 'create_role');
    const { role: given } = parse(NewRole, request.body);
    const values = { id: newId(), name: given.name, description: given.description ?? '' };
    const role = await storing(db.insertInto('roles').values(values).returningAll().executeTakeFirstOrThrow(), {
      duplicate: () => duplicateName('role', given.name),
      missing: () => notFound('role', given.name),
    });
    return reply.code(201).send({ role: roleBody(role, baseUrl(request, identity)) });
  });

  app.patch('/v3/roles/:id', async (request) => {
    await requireAdmin(request, identity, 'update_role');
    const { id } = parse(ById, request.params);
    const { role: given } = parse(RoleUpdate, request.body);
    const role = await storing(
      db
        .updateTable('roles')
        .set({ id, ...stated(given) })
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst(),
      { duplicate: () => duplicateName('role', given.name ?? ''), missing: () => notFound('role', id) },
    );
    identity.tokens.forget();
    if (role === undefined) throw notFound('role', id);
    return { role: roleBody(role, baseUrl(request, identity)) };
  });

  app.delete('/v3/roles/:id', async (request, reply) => {
    await requireAdmin(request, identity, 'delete_role');
    const { id } = parse(ById, request.params);
    const deleted = await db.deleteFrom('roles').where('id', '=', id).executeTakeFirst();
    identity.tokens.forget();
    if (deleted.numDeletedRows === 0n) throw notFound('role', id);
    return reply.code(204).send();
  });
}
