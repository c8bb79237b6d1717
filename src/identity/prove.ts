/** The methods by which somebody proves who it is: `password`, `token`, `application_credential`. */
import type { AuthRequest } from './auth-request.ts';
import type { Identity } from './identity.ts';
import { badRequest, unauthorized } from './keystone-error.ts';
import { findUser } from './references.ts';

type Credentials = AuthRequest['auth']['identity'];

export interface Proven {
  readonly userId: string;
  readonly defaultProjectId: string | null;
  readonly methods: readonly string[];
  readonly expiresAt: Date;
  readonly parentAuditId: string | null;
  readonly applicationCredentialId: string | null;
  /** The only project that an application credential is good for. */
  readonly projectOfCredential: string | null;
}

type Method = (identity: Identity, credentials: Credentials) => Promise<Proven>;

const methods: Readonly<Record<string, Method>> = {
  password: byPassword,
  token: byToken,
  application_credential: byApplicationCredential,
};

/** Of several methods each must hold, and for the same user. */
export async function prove(identity: Identity, { auth }: AuthRequest): Promise<Proven> {
  const proofs: Proven[] = [];
  for (const name of new Set(auth.identity.methods)) {
    const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
    if (method === undefined) throw unauthorized();
    proofs.push(await method(identity, auth.identity));
  }
  const [first, ...others] = proofs;
  if (first === undefined || others.some(({ userId }) => userId !== first.userId)) throw unauthorized();
  return others.reduce(together, first);
}

/** What two methods prove: nothing is good for longer, or for more, than either says. */
function together(one: Proven, other: Proven): Proven {
  return {
    ...one,
    methods: [...new Set([...one.methods, ...other.methods])],
    expiresAt: earlier(one.expiresAt, other.expiresAt),
    parentAuditId: one.parentAuditId ?? other.parentAuditId,
    applicationCredentialId: one.applicationCredentialId ?? other.applicationCredentialId,
    projectOfCredential: one.projectOfCredential ?? other.projectOfCredential,
  };
}

const earlier = (one: Date, other: Date): Date => new Date(Math.min(one.getTime(), other.getTime()));

const nothingElse = { parentAuditId: null, applicationCredentialId: null, projectOfCredential: null };

function freshExpiry(identity: Identity): Date {
  return new Date(Date.now() + identity.config.identity.token_expiration_seconds * 1_000);
}

async function byPassword(identity: Identity, { password }: Credentials): Promise<Proven> {
  if (password === undefined) throw badRequest('Expecting to find password in identity.');
  const found = await findUser(identity, password.user);
  const isRight = await identity.passwords.verify(password.user.password, found?.password_hash);
  if (!isRight || found === undefined) throw unauthorized();
  const known = { userId: found.id, defaultProjectId: found.default_project_id };
  return { ...nothingElse, ...known, methods: ['password'], expiresAt: freshExpiry(identity) };
}

async function byToken(identity: Identity, credentials: Credentials): Promise<Proven> {
  if (credentials.token === undefined) throw badRequest('Expecting to find token in identity.');
  const token = await identity.tokens.find(credentials.token.id);
  // What an application credential was lent for cannot be widened.
  if (token === null || token.applicationCredential !== null) throw unauthorized();
  return {
    ...nothingElse,
    userId: token.caller.userId,
    defaultProjectId: null,
    methods: [...new Set([...token.methods, 'token'])],
    // A token made from a token lives no longer than that one.
    expiresAt: new Date(token.expiresAt),
    parentAuditId: token.auditIds.at(-1) ?? null,
  };
}

async function byApplicationCredential(identity: Identity, credentials: Credentials): Promise<Proven> {
  const given = credentials.application_credential;
  if (given === undefined) throw badRequest('Expecting to find application_credential in identity.');
  const found = await findCredential(identity, given);
  const isRight = await identity.passwords.verify(given.secret, found?.secret_hash);
  if (!isRight || found === undefined) throw unauthorized();
  const end = freshExpiry(identity);
  const ownEnd = found.expires_at === null ? end : new Date(found.expires_at);
  if (ownEnd.getTime() <= Date.now()) throw unauthorized();
  return {
    ...nothingElse,
    userId: found.user_id,
    defaultProjectId: null,
    methods: ['application_credential'],
    expiresAt: earlier(ownEnd, end),
    applicationCredentialId: found.id,
    projectOfCredential: found.project_id,
  };
}

async function findCredential(identity: Identity, given: NonNullable<Credentials['application_credential']>) {
  const query = identity.store.db.selectFrom('application_credentials').selectAll();
  if (given.id !== undefined) return query.where('id', '=', given.id).executeTakeFirst();
  if (given.name === undefined || given.user === undefined) {
    throw badRequest('Expecting to find id, or name and user, in application_credential.');
  }
  const user = await findUser(identity, given.user);
  if (user === undefined) return undefined;
  return query.where('name', '=', given.name).where('user_id', '=', user.id).executeTakeFirst();
}
