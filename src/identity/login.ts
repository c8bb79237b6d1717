/** From what a client presents to a token: methods `password` and `token`, scope project or none. */
import { type Static, Type } from 'typebox';
import type { Identity } from './identity.ts';
import { badRequest, unauthorized } from './keystone-error.ts';
import { verifyPassword } from './password.ts';

const Reference = Type.Object({ id: Type.Optional(Type.String()), name: Type.Optional(Type.String()) });
const Named = Type.Object({
  id: Type.Optional(Type.String()),
  name: Type.Optional(Type.String()),
  domain: Type.Optional(Reference),
});
type Named = Static<typeof Named>;

/** Body of `POST /v3/auth/tokens`. */
export const AuthRequest = Type.Object({
  auth: Type.Object({
    identity: Type.Object({
      methods: Type.Array(Type.String(), { minItems: 1 }),
      password: Type.Optional(Type.Object({ user: Type.Intersect([Named, Type.Object({ password: Type.String() })]) })),
      token: Type.Optional(Type.Object({ id: Type.String() })),
    }),
    scope: Type.Optional(
      Type.Union([
        Type.Literal('unscoped'),
        Type.Object({
          project: Type.Optional(Named),
          domain: Type.Optional(Reference),
          system: Type.Optional(Type.Unknown()),
          unscoped: Type.Optional(Type.Unknown()),
        }),
      ]),
    ),
  }),
});
export type AuthRequest = Static<typeof AuthRequest>;

interface Proven {
  readonly userId: string;
  readonly methods: readonly string[];
  readonly expiresAt: Date;
}

/** The secret of a new token. Throws 401 for whatever is wrong with the credentials or the scope, without saying which. */
export async function logIn(identity: Identity, request: AuthRequest): Promise<string> {
  const proven = await prove(identity, request);
  const projectId = await scopeOf(identity, request, proven.userId);
  return identity.tokens.issue({ ...proven, projectId });
}

async function prove(identity: Identity, { auth }: AuthRequest): Promise<Proven> {
  const [method, ...others] = auth.identity.methods;
  if (others.length > 0) throw unauthorized();
  if (method === 'password') {
    if (auth.identity.password === undefined) throw badRequest('Expecting to find password in identity.');
    const { user } = auth.identity.password;
    const found = await findUser(identity, user);
    if (!(await verifyPassword(user.password, found?.password_hash)) || found === undefined) throw unauthorized();
    const expiresAt = new Date(Date.now() + identity.config.identity.token_expiration_seconds * 1_000);
    return { userId: found.id, methods: ['password'], expiresAt };
  }
  if (method === 'token') {
    if (auth.identity.token === undefined) throw badRequest('Expecting to find token in identity.');
    const token = await identity.tokens.find(auth.identity.token.id);
    if (token === null) throw unauthorized();
    // A token made from a token lives no longer than that one.
    const methods = [...new Set([...token.methods, 'token'])];
    return { userId: token.caller.userId, methods, expiresAt: new Date(token.expiresAt) };
  }
  throw unauthorized();
}

async function findUser(identity: Identity, user: Named) {
  const query = identity.store.db
    .selectFrom('users')
    .innerJoin('domains', 'domains.id', 'users.domain_id')
    .select(['users.id', 'users.password_hash'])
    .where('users.enabled', '=', true)
    .where('domains.enabled', '=', true);
  if (user.id !== undefined) return query.where('users.id', '=', user.id).executeTakeFirst();
  if (user.name === undefined) throw badRequest('Expecting to find id or name in user.');
  const named = query.where('users.name', '=', user.name);
  if (user.domain?.id !== undefined) return named.where('domains.id', '=', user.domain.id).executeTakeFirst();
  if (user.domain?.name !== undefined) return named.where('domains.name', '=', user.domain.name).executeTakeFirst();
  throw badRequest('Expecting to find domain in user.');
}

async function scopeOf(identity: Identity, { auth }: AuthRequest, userId: string): Promise<string | null> {
  const { scope } = auth;
  if (scope === 'unscoped') return null;
  if (scope === undefined) return defaultProject(identity, userId);
  if (scope.project !== undefined) {
    const projectId = await findProject(identity, scope.project);
    if (projectId === null || !(await hasRole(identity, userId, projectId))) throw unauthorized();
    return projectId;
  }
  if (scope.unscoped !== undefined) return null;
  // Roles are given on projects alone, so nobody has one on a domain or on the system.
  throw unauthorized();
}

async function findProject(identity: Identity, project: Named): Promise<string | null> {
  const query = identity.store.db
    .selectFrom('projects')
    .innerJoin('domains', 'domains.id', 'projects.domain_id')
    .select('projects.id')
    .where('projects.enabled', '=', true)
    .where('domains.enabled', '=', true);
  if (project.id !== undefined) {
    return (await query.where('projects.id', '=', project.id).executeTakeFirst())?.id ?? null;
  }
  if (project.name === undefined) throw badRequest('Expecting to find id or name in project.');
  const named = query.where('projects.name', '=', project.name);
  if (project.domain?.id !== undefined) {
    return (await named.where('domains.id', '=', project.domain.id).executeTakeFirst())?.id ?? null;
  }
  if (project.domain?.name !== undefined) {
    return (await named.where('domains.name', '=', project.domain.name).executeTakeFirst())?.id ?? null;
  }
  throw badRequest('Expecting to find domain in project.');
}

/** Without a scope a user gets the default project when there is one that it still may use. */
async function defaultProject(identity: Identity, userId: string): Promise<string | null> {
  const row = await identity.store.db
    .selectFrom('users')
    .innerJoin('projects', 'projects.id', 'users.default_project_id')
    .select('projects.id')
    .where('users.id', '=', userId)
    .where('projects.enabled', '=', true)
    .executeTakeFirst();
  return row !== undefined && (await hasRole(identity, userId, row.id)) ? row.id : null;
}

async function hasRole(identity: Identity, userId: string, projectId: string): Promise<boolean> {
  const row = await identity.store.db
    .selectFrom('role_assignments')
    .select('role_id')
    .where('user_id', '=', userId)
    .where('project_id', '=', projectId)
    .executeTakeFirst();
  return row !== undefined;
}
