/** `/v3/users`. */
import type { FastifyInstance } from 'fastify';
import type { Selectable } from 'kysely';
import { Type } from 'typebox';
import type { UsersTable } from '../store/tables/identity.ts';
import { newId } from './bootstrap.ts';
import type { Identity } from './identity.ts';
import { duplicateName, notFound, unauthorized } from './keystone-error.ts';
import { projectBody, readProjects } from './projects.ts';
import { ById, baseUrl, isYes, listed, parse, requireAdmin, requireAdminOr } from './request.ts';
import { stated } from './stated.ts';
import { storing } from './storing.ts';

type User = Selectable<UsersTable>;

const Text = Type.Optional(Type.Union([Type.String(), Type.Null()]));
const NewUser = Type.Object({
  user: Type.Object({
    name: Type.String({ minLength: 1, maxLength: 255 }),
    domain_id: Type.Optional(Type.String()),
    password: Text,
    description: Text,
    email: Text,
    enabled: Type.Optional(Type.Boolean()),
    default_project_id: Text,
  }),
});
const UserUpdate = Type.Object({
  user: Type.Object({
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    password: Text,
    description: Text,
    email: Text,
    enabled: Type.Optional(Type.Boolean()),
    default_project_id: Text,
  }),
});
const PasswordChange = Type.Object({
  user: Type.Object({ original_password: Type.String(), password: Type.String({ minLength: 1 }) }),
});
const UserQuery = Type.Object({
  name: Type.Optional(Type.String()),
  domain_id: Type.Optional(Type.String()),
  enabled: Type.Optional(Type.String()),
});

function userBody(user: User, base: string): Record<string, unknown> {
  return {
    id: user.id,
    name: user.name,
    domain_id: user.domain_id,
    enabled: user.enabled,
    ...(user.description !== '' && { description: user.description }),
    ...(user.email !== null && { email: user.email }),
    ...(user.default_project_id !== null && { default_project_id: user.default_project_id }),
    password_expires_at: null,
    options: {},
    links: { self: `${base}/identity/v3/users/${user.id}` },
  };
}

export function registerUsers(app: FastifyInstance, identity: Identity): void {
  const { db } = identity.store;
  const hashOf = async (password: string | null) => (password === null ? null : identity.passwords.hash(password));

  app.get('/v3/users', async (request) => {
    await requireAdmin(request, identity, 'list_users');
    const { name, domain_id, enabled } = parse(UserQuery, request.query);
    let query = db.selectFrom('users').selectAll().orderBy('name');
    if (name !== undefined) query = query.where('name', '=', name);
    if (domain_id !== undefined) query = query.where('domain_id', '=', domain_id);
    if (enabled !== undefined) query = query.where('enabled', '=', isYes(enabled));
    const base = baseUrl(request, identity);
    const bodies = (await query.execute()).map((user) => userBody(user, base));
    return listed(request, identity, 'users', bodies);
  });

  app.get('/v3/users/:id', async (request) => {
    const { id } = parse(ById, request.params);
    await requireAdminOr(id, request, identity, 'get_user');
    const user = await db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();
    if (user === undefined) throw notFound('user', id);
    return { user: userBody(user, baseUrl(request, identity)) };
  });

  app.get('/v3/users/:id/projects', async (request) => {
    const { id } = parse(ById, request.params);
    await requireAdminOr(id, request, identity, 'list_user_projects');
    const base = baseUrl(request, identity);
    const bodies = (await readProjects(identity, { userId: id })).map((project) => projectBody(project, base));
    return listed(request, identity, 'projects', bodies);
  });

  app.post('/v3/users', async (request, reply) => {
    const { caller } = await requireAdmin(request, identity, 'create_user');
    const { user: given } = parse(NewUser, request.body);
    const domainId = given.domain_id ?? (caller.domainId || 'default');
    const user = await storing(
      db
        .insertInto('users')
        .values({
          id: newId(),
          domain_id: domainId,
          name: given.name,
          password_hash: await hashOf(given.password ?? null),
          description: given.description ?? '',
          email: given.email ?? null,
          enabled: given.enabled ?? true,
          default_project_id: given.default_project_id ?? null,
        })
        .returningAll()
        .executeTakeFirstOrThrow(),
      {
        duplicate: () => duplicateName('user', given.name),
        missing: () => notFound('domain or project', given.default_project_id ?? domainId),
      },
    );
    return reply.code(201).send({ user: userBody(user, baseUrl(request, identity)) });
  });

  app.patch('/v3/users/:id', async (request) => {
    await requireAdmin(request, identity, 'update_user');
    const { id } = parse(ById, request.params);
    const { user: given } = parse(UserUpdate, request.body);
    const passwordHash = given.password === undefined ? undefined : await hashOf(given.password);
    const endsTokens = passwordHash !== undefined || given.enabled === false;
    const user = await storing(
      identity.store.transaction(async (trx) => {
        if (endsTokens) await trx.deleteFrom('tokens').where('user_id', '=', id).execute();
        return trx
          .updateTable('users')
          .set({
            id,
            ...stated(given),
            ...(given.email !== undefined && { email: given.email }),

            ...(given.default_project_id !== undefined && { default_project_id: given.default_project_id }),
            ...(passwordHash !== undefined && { password_hash: passwordHash }),
          })
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirst();
      }),
      {
        duplicate: () => duplicateName('user', given.name ?? ''),
        missing: () => notFound('project', given.default_project_id ?? ''),
      },
    );
    identity.tokens.forget();
    if (user === undefined) throw notFound('user', id);
    return { user: userBody(user, baseUrl(request, identity)) };
  });

  app.post('/v3/users/:id/password', async (request, reply) => {
    const { id } = parse(ById, request.params);
    const { user: given } = parse(PasswordChange, request.body);
    const user = await db.selectFrom('users').select('password_hash').where('id', '=', id).executeTakeFirst();
    if (!(await identity.passwords.verify(given.original_password, user?.password_hash))) throw unauthorized();
    const passwordHash = await identity.passwords.hash(given.password);
    await identity.store.transaction(async (trx) => {
      await trx.updateTable('users').set({ password_hash: passwordHash }).where('id', '=', id).execute();
      await trx.deleteFrom('tokens').where('user_id', '=', id).execute();
    });
    identity.tokens.forget();
    return reply.code(204).send();
  });

  app.delete('/v3/users/:id', async (request, reply) => {
    await requireAdmin(request, identity, 'delete_user');
    const { id } = parse(ById, request.params);
    const deleted = await db.deleteFrom('users').where('id', '=', id).executeTakeFirst();
    identity.tokens.forget();
    if (deleted.numDeletedRows === 0n) throw notFound('user', id);
    return reply.code(204).send();
  });
}
