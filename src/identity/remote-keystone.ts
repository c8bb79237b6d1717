/**
 * A Keystone elsewhere says who is calling: each token is validated there by a user of ours, and taken for a while without asking
 * again, as other services do. A token that is revoked there meanwhile is good here until that while is over.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Config } from '../config/config.ts';
import type { Authenticator } from './authenticator.ts';
import type { Caller } from './caller.ts';
import { keystoneUnavailable } from './keystone-error.ts';

/** A token that is not valid does not become so; this only keeps a client that repeats itself from being a burden. */
const refusedMs = 10_000;
const maximumRemembered = 10_000;
const answerMs = 15_000;

const Domain = Type.Object({ id: Type.String(), name: Type.String() });
const Named = Type.Object({ id: Type.String(), name: Type.String(), domain: Domain });
const Validated = Type.Object({
  token: Type.Object({
    expires_at: Type.String(),
    user: Named,
    project: Type.Optional(Named),
    domain: Type.Optional(Domain),
    roles: Type.Optional(Type.Array(Type.Object({ name: Type.String() }))),
  }),
});
type Validated = Static<typeof Validated>;

interface Known {
  readonly caller: Promise<Caller | null>;
  untilMs: number;
}

type IdentityConfig = Config['identity'];

/** Asks nothing until the first token comes, so that the server starts also while Keystone is away. */
export function openRemoteKeystone(config: IdentityConfig, now: () => number = Date.now): Authenticator {
  const url = versioned(config.url);
  const known = new Map<string, Known>();
  let session: Promise<string> | undefined;

  /** Our own token; one that failed to come is asked for anew the next time. */
  const ownToken = (): Promise<string> => {
    session ??= logIn(url, config).catch((error: unknown) => {
      session = undefined;
      throw error;
    });
    return session;
  };

  const validate = async (token: string): Promise<Validated | null> => {
    for (const isLast of [false, true]) {
      const own = await ownToken();
      const answer = await ask(`${url}/auth/tokens?nocatalog`, {
        headers: { 'x-auth-token': own, 'x-subject-token': token },
      });
      if (answer.status === 200) return parseAnswer(await answer.json());
      if (answer.status === 404) return null;
      // Ours has expired.
      if (answer.status === 401 && !isLast) session = undefined;
      else throw keystoneUnavailable(`it answers ${answer.status} to the validation of a token by ${config.username}`);
    }
    return null;
  };

  const learn = (name: string, token: string): Known => {
    const entry: Known = {
      untilMs: Number.POSITIVE_INFINITY,
      caller: validate(token).then(
        (validated) => {
          const end = validated === null ? Number.POSITIVE_INFINITY : Date.parse(validated.token.expires_at);
          const span =
            validated === null ? Math.min(refusedMs, config.token_cache_time * 1_000) : config.token_cache_time * 1_000;
          entry.untilMs = Math.min(now() + span, end);
          return validated === null || end <= now() ? null : callerOf(validated);
        },
        (error: unknown) => {
          known.delete(name);
          throw error;
        },
      ),
    };
    return entry;
  };

  return {
    keystoneUri: config.www_authenticate_uri || config.url,
    authenticate: (token) => {
      // A header holds no other characters, and nothing longer is a token.
      if (!/^[\x21-\x7e]{1,8000}$/.test(token)) return Promise.resolve(null);
      const name = createHash('sha256').update(token).digest('base64url');
      const found = known.get(name);
      if (found !== undefined && found.untilMs > now()) return found.caller;
      if (known.size >= maximumRemembered) known.clear();
      const entry = learn(name, token);
      known.set(name, entry);
      return entry.caller;
    },
    [Symbol.dispose]: () => known.clear(),
  };
}

async function logIn(url: string, config: IdentityConfig): Promise<string> {
  const user = {
    name: config.username,
    password: await passwordOf(config),
    domain: { name: config.user_domain_name },
  };
  const scope = { project: { name: config.project_name, domain: { name: config.project_domain_name } } };
  const answer = await ask(`${url}/auth/tokens?nocatalog`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ auth: { identity: { methods: ['password'], password: { user } }, scope } }),
  });
  const token = answer.headers.get('x-subject-token');
  await answer.body?.cancel();
  if (answer.status === 201 && token !== null) return token;
  throw keystoneUnavailable(
    `it answers ${answer.status} to the login of ${config.username} (see identity in the configuration)`,
  );
}

async function passwordOf(config: IdentityConfig): Promise<string> {
  if (config.password_file === '') return config.password;
  return (await readFile(config.password_file, 'utf8')).split('\n')[0]?.trim() ?? '';
}

async function ask(url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...request, signal: AbortSignal.timeout(answerMs) });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw keystoneUnavailable(cause instanceof Error ? cause.message : String(cause));
  }
}

function parseAnswer(body: unknown): Validated {
  if (Value.Check(Validated, body)) return body;
  throw keystoneUnavailable('its answer is not a validated token');
}

function callerOf({ token }: Validated): Caller {
  const roles = (token.roles ?? []).map(({ name }) => name);
  const domain = token.project?.domain ?? token.domain;
  return {
    userId: token.user.id,
    userName: token.user.name,
    userDomainId: token.user.domain.id,
    userDomainName: token.user.domain.name,
    projectId: token.project?.id ?? '',
    projectName: token.project?.name ?? '',
    domainId: domain?.id ?? '',
    domainName: domain?.name ?? '',
    roles,
    isAdmin: roles.some((role) => role.toLowerCase() === 'admin'),
  };
}

/** Operators write it with or without the version. */
function versioned(url: string): string {
  const bare = url.replace(/\/+$/, '');
  return bare.endsWith('/v3') ? bare : `${bare}/v3`;
}
