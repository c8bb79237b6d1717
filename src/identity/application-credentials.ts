/** `/v3/users/…/application_credentials`: secrets that a user makes for its programs, good for one project and some of its roles. */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Selectable, sql } from 'kysely';
import { Type } from 'typebox';
import type { ApplicationCredentialsTable } from '../store/tables/identity.ts';
import { newId } from './bootstrap.ts';
import type { Identity } from './identity.ts';
import { badRequest, duplicateName, forbidden, notFound } from './keystone-error.ts';
import { baseUrl, listed, parse, requireAdminOr, tokenOf } from './request.ts';
import { storing } from './storing.ts';
import type { RoleName, Token } from './tokens.ts';

const OfUser = Type.Object({ user: Type.String() });
const One = Type.Object({ user: Type.String(), id: Type.String() });
const NameQuery = Type.Object({ name: Type.Optional(Type.String()) });
const NewCredential = Type.Object({
  application_credential: Type.Object(
    {
      name: Type.String({ minLength: 1, maxLength: 255 }),
      description: Type.Optional(Type.Union([Type.String(), Type.Null()])),
      secret: Type.Optional(Type.Union([Type.String({ minLength: 1 }), Type.Null()])),
      expires_at: Type.Optional(Type.Union([Type.String(), Type.Null()])),
      roles: Type.Optional(
        Type.Array(Type.Object({ id: Type.Optional(Type.String()), name: Type.Optional(Type.String()) })),
      ),
      unrestricted: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
    },
    // What we cannot hold, such as access rules, must not seem to be held.
    { additionalProperties: false },
  ),
});

type Credential = Selectable<ApplicationCredentialsTable> & { readonly roles: readonly RoleName[] };

export function registerApplicationCredentials(app: FastifyInstance, identity: Identity): void {
  const { db } = identity.store;
  const collection = '/v3/users/:user/application_credentials';

  app.get(collection, async (request) => {
    const { user } = parse(OfUser, request.params);
    await requireAdminOr(user, request, identity, 'list_application_credentials');
    const { name } = parse(NameQuery, request.query);
    const found = (await read(identity, user)).filter((one) => name === undefined || one.name === name);
    const base = baseUrl(request, identity);
    return listed(
      request,
      identity,
      'application_credentials',
      found.map((one) => credentialBody(one, base)),
    );
  });

  app.get(`${collection}/:id`, async (request) => {
    const { user, id } = parse(One, request.params);
    await requireAdminOr(user, request, identity, 'get_application_credential');
    const [found] = await read(identity, user, id);
    if (found === undefined) throw notFound('Application Credential', id);
    return { application_credential: credentialBody(found, baseUrl(request, identity)) };
  });

  app.post(collection, async (request, reply) => {
    const { user } = parse(OfUser, request.params);
    const token = await makerOf(request, identity, user, 'create_application_credential');
    const { application_credential: given } = parse(NewCredential, request.body);
    if (token.scope.kind !== 'project') throw badRequest('An application credential needs a token of a project.');
    const secret = given.secret ?? randomBytes(64).toString('base64url');
    const roles = given.roles === undefined || given.roles.length === 0 ? token.roles : askedRoles(given.roles, token);
    const values = {
      id: newId(),
      user_id: user,
      project_id: token.scope.id,
      name: given.name,
      description: given.description ?? null,
      secret_hash: await identity.passwords.hash(secret),
      unrestricted: given.unrestricted ?? false,
      expires_at: expiryOf(given.expires_at ?? null),
    };
    await storing(
      identity.store.transaction(async (trx) => {
        await trx.insertInto('application_credentials').values(values).execute();
        await trx
          .insertInto('application_credential_roles')
          .values(roles.map((role) => ({ application_credential_id: values.id, role_id: role.id })))
          .execute();
      }),
      {
        duplicate: () => duplicateName('application_credential', given.name),
        missing: () => notFound('user', user),
      },
    );
    const [made] = await read(identity, user, values.id);
    if (made === undefined) throw notFound('Application Credential', values.id);
    // The only time that the secret is said.
    const body = { ...credentialBody(made, baseUrl(request, identity)), secret };
    return reply.code(201).send({ application_credential: body });
  });

  app.delete(`${collection}/:id`, async (request, reply) => {
    const { user, id } = parse(One, request.params);
    await makerOf(request, identity, user, 'delete_application_credential');
    const deleted = await db
      .deleteFrom('application_credentials')
      .where('user_id', '=', user)
      .where('id', '=', id)
      .executeTakeFirst();
    identity.tokens.forget();
    if (deleted.numDeletedRows === 0n) throw notFound('Application Credential', id);
    return reply.code(204).send();
  });
}

/** Whoever makes or deletes them is the user itself (an administrator may delete), and not by a restricted one of them. */
async function makerOf(request: FastifyRequest, identity: Identity, user: string, action: string): Promise<Token> {
  const token = await tokenOf(request, identity);
  const mayBeAdmin = action.startsWith('delete') && token.caller.isAdmin;
  if (token.caller.userId !== user && !mayBeAdmin) throw forbidden(action);
  if (token.applicationCredential?.unrestricted === false) throw forbidden(action);
  return token;
}

function askedRoles(
  asked: readonly { readonly id?: string; readonly name?: string }[],
  token: Token,
): readonly RoleName[] {
  return asked.map(({ id, name }) => {
    const held = token.roles.find((role) => (id === undefined ? role.name === name : role.id === id));
    if (held !== undefined) return held;
    throw badRequest(`Invalid application credential: Could not find role assignment with role: ${id ?? name}.`);
  });
}

/** Kept to the microsecond, as clients write it. Keystone takes times without a zone for UTC. */
function expiryOf(text: string | null): string | null {
  if (text === null) return null;
  const zoned = /(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`;
  const time = new Date(zoned);
  if (Number.isNaN(time.getTime())) throw badRequest(`Invalid input for field 'expires_at': ${text} is not a time.`);
  if (time.getTime() <= Date.now()) throw badRequest('Invalid application credential: it expires in the past.');
  return zoned;
}

async function read(identity: Identity, userId: string, id?: string): Promise<readonly Credential[]> {
  const { rows } = await sql<Credential>`
    SELECT c.*, to_char(c.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') AS expires_at, (SELECT coalesce(json_agg(json_build_object('id', r.id, 'name', r.name) ORDER BY r.name), '[]')
      FROM application_credential_roles a JOIN roles r ON r.id = a.role_id WHERE a.application_credential_id = c.id) AS roles
    FROM application_credentials c
    WHERE c.user_id = ${userId} ${id === undefined ? sql`` : sql`AND c.id = ${id}`} ORDER BY c.name`.execute(
    identity.store.db,
  );
  return rows;
}

function credentialBody(credential: Credential, base: string): Record<string, unknown> {
  return {
    id: credential.id,
    name: credential.name,
    description: credential.description,
    user_id: credential.user_id,
    project_id: credential.project_id,
    system: null,
    roles: credential.roles.map(({ id, name }) => ({ id, name, domain_id: null })),
    unrestricted: credential.unrestricted,
    expires_at: credential.expires_at,
    links: { self: `${base}/identity/v3/users/${credential.user_id}/application_credentials/${credential.id}` },
  };
}
