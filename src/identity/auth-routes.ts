/** `/v3/auth`: tokens, the catalogue, and the projects that one may use. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { catalog } from './catalog.ts';
import type { Identity } from './identity.ts';
import { badRequest, forbidden, tokenNotFound } from './keystone-error.ts';
import { AuthRequest, logIn } from './login.ts';
import { projectBody, readProjects } from './projects.ts';
import { baseUrl, parse, tokenOf } from './request.ts';
import { readRoles } from './role-assignments.ts';
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
      .send(await tokenBody(identity, request, token));
  });

  app.get('/v3/auth/tokens', async (request, reply) => {
    const secret = subject(request);
    const token = await subjectToken(identity, request, secret);
    return reply
      .headers({ 'x-subject-token': secret, vary: 'X-Auth-Token' })
      .send(await tokenBody(identity, request, token));
  });

  app.delete('/v3/auth/tokens', async (request, reply) => {
    const secret = subject(request);
    await subjectToken(identity, request, secret);
    await identity.tokens.revoke(secret);
    return reply.code(204).send();
  });

  app.get('/v3/auth/catalog', async (request) => {
    await tokenOf(request, identity);
    const base = baseUrl(request, identity);
    return {
      catalog: catalog(base, identity.config.identity.region),
      links: { next: null, previous: null, self: `${base}/identity/v3/auth/catalog` },
    };
  });

  app.get('/v3/auth/projects', async (request) => {
    const { caller } = await tokenOf(request, identity);
    const base = baseUrl(request, identity);
    const projects = await readProjects(identity, { userId: caller.userId, enabled: true });
    return {
      projects: projects.map((project) => projectBody(project, base)),
      links: { next: null, previous: null, self: `${base}/identity/v3/auth/projects` },
    };
  });

  app.get('/v3/auth/domains', async (request) => {
    await tokenOf(request, identity);
    const self = `${baseUrl(request, identity)}/identity/v3/auth/domains`;
    return { domains: [], links: { next: null, previous: null, self } };
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
  if (caller.isAdmin || caller.roles.includes('service')) {
    if (token === null) throw tokenNotFound();
    return token;
  }
  if (token?.caller.userId !== caller.userId) throw forbidden('validate_token');
  return token;
}

async function tokenBody(identity: Identity, request: FastifyRequest, token: Token): Promise<unknown> {
  const { caller } = token;
  const always = {
    methods: token.methods,
    user: {
      id: caller.userId,
      name: caller.userName,
      domain: { id: caller.userDomainId, name: caller.userDomainName },
      password_expires_at: null,
    },
    audit_ids: [token.auditId],
    expires_at: precise(token.expiresAt),
    issued_at: precise(token.issuedAt),
  };
  if (caller.projectId === '') return { token: always };
  const roles = (await readRoles(identity)).filter((role) => caller.roles.includes(role.name));
  const nocatalog = Object.hasOwn(request.query as object, 'nocatalog');
  return {
    token: {
      ...always,
      project: {
        id: caller.projectId,
        name: caller.projectName,
        domain: { id: caller.domainId, name: caller.domainName },
      },
      is_domain: false,
      roles: roles.map(({ id, name }) => ({ id, name })),
      ...(!nocatalog && { catalog: catalog(baseUrl(request, identity), identity.config.identity.region) }),
    },
  };
}
