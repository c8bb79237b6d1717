/** `/v3/auth`: tokens, the catalogue, and the scopes that one may ask for. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AuthRequest } from './auth-request.ts';
import { catalog } from './catalog.ts';
import { domainBody, readDomains } from './domains.ts';
import type { Identity } from './identity.ts';
import { badRequest, forbidden, tokenNotFound } from './keystone-error.ts';
import { logIn } from './login.ts';
import { projectBody, readProjects } from './projects.ts';
import { baseUrl, listed, parse, tokenOf } from './request.ts';
import type { Token } from './tokens.ts';

/** Keystone prints times of tokens with microseconds. */
const precise = (time: string): string => time.replace('Z', '.000000Z');

export function registerAuthRoutes(app: FastifyInstance, identity: Identity): void {
  app.post('/v3/auth/tokens', async (request, reply) => {
    const secret = await logIn(identity, parse(AuthRequest, request.body));
    const token = await identity.tokens.find(secret);
    if (token === null) throw tokenNotFound();
    return reply
      .code(201)
      .headers({ 'x-subject-token': secret, vary: 'X-Auth-Token' })
      .send(tokenBody(identity, request, token));
  });

  app.get('/v3/auth/tokens', async (request, reply) => {
    const secret = subject(request);
    const token = await subjectToken(identity, request, secret);
    return reply.headers({ 'x-subject-token': secret, vary: 'X-Auth-Token' }).send(tokenBody(identity, request, token));
  });

  app.delete('/v3/auth/tokens', async (request, reply) => {
    const secret = subject(request);
    await subjectToken(identity, request, secret);
    await identity.tokens.revoke(secret);
    return reply.code(204).send();
  });

  app.get('/v3/auth/catalog', async (request) => {
    const { scope } = await tokenOf(request, identity);
    if (scope.kind === 'unscoped') throw forbidden('get_auth_catalog');
    return listed(request, identity, 'catalog', catalogFor(identity, request));
  });

  app.get('/v3/auth/projects', async (request) => {
    const { caller } = await tokenOf(request, identity);
    const base = baseUrl(request, identity);
    const projects = await readProjects(identity, { userId: caller.userId, enabled: true });
    const bodies = projects.map((project) => projectBody(project, base));
    return listed(request, identity, 'projects', bodies);
  });

  app.get('/v3/auth/domains', async (request) => {
    const { caller } = await tokenOf(request, identity);
    const base = baseUrl(request, identity);
    const domains = await readDomains(identity, { userId: caller.userId, enabled: true });
    const bodies = domains.map((domain) => domainBody(domain, base));
    return listed(request, identity, 'domains', bodies);
  });

  app.get('/v3/auth/system', async (request) => {
    const { caller } = await tokenOf(request, identity);
    const held = await identity.store.db
      .selectFrom('role_assignments')
      .select('role_id')
      .where('user_id', '=', caller.userId)
      .where('project_id', 'is', null)
      .where('domain_id', 'is', null)
      .executeTakeFirst();
    return listed(request, identity, 'system', held === undefined ? [] : [{ all: true }]);
  });
}

function subject(request: FastifyRequest): string {
  const secret = request.headers['x-subject-token'];
  if (typeof secret !== 'string' || secret === '') throw badRequest('X-Subject-Token is missing.');
  return secret;
}

/** Everybody may look at and revoke the own token, services and administrators that of anybody. */
async function subjectToken(identity: Identity, request: FastifyRequest, secret: string): Promise<Token> {
  const { caller } = await tokenOf(request, identity);
  const token = await identity.tokens.find(secret);
  if (token === null) throw tokenNotFound();
  const isOwn = token.caller.userId === caller.userId;
  if (!isOwn && !caller.isAdmin && !caller.roles.includes('service')) throw forbidden('validate_token');
  return token;
}

function catalogFor(identity: Identity, request: FastifyRequest) {
  return catalog(baseUrl(request, identity), identity.config.identity.region);
}

function tokenBody(identity: Identity, request: FastifyRequest, token: Token): unknown {
  const { caller, applicationCredential } = token;
  const always = {
    methods: token.methods,
    user: {
      id: caller.userId,
      name: caller.userName,
      domain: { id: caller.userDomainId, name: caller.userDomainName },
      password_expires_at: null,
    },
    audit_ids: token.auditIds,
    expires_at: precise(token.expiresAt),
    issued_at: precise(token.issuedAt),
  };
  if (token.scope.kind === 'unscoped') return { token: always };
  const nocatalog = Object.hasOwn(request.query as object, 'nocatalog');
  return {
    token: {
      ...always,
      ...scopeBody(token),
      roles: token.roles,
      ...(applicationCredential !== null && {
        application_credential: {
          id: applicationCredential.id,
          name: applicationCredential.name,
          restricted: !applicationCredential.unrestricted,
        },
      }),
      ...(!nocatalog && { catalog: catalogFor(identity, request) }),
    },
  };
}

function scopeBody({ scope, caller }: Token): Readonly<Record<string, unknown>> {
  const domain = { id: caller.domainId, name: caller.domainName };
  switch (scope.kind) {
    case 'unscoped':
      return {};
    case 'project':
      return { project: { id: caller.projectId, name: caller.projectName, domain }, is_domain: false };
    case 'domain':
      return { domain };
    case 'system':
      return { system: { all: true } };
  }
}
