import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Store } from '../store/database.ts';
import { agentToken } from './agent-token.ts';
import { type Identity, openIdentity } from './identity.ts';
import { openTestIdentity, type TestIdentity } from './test-identity.ts';

let opened: TestIdentity;
let directory: string;
let store: Store;
let identity: Identity;
let app: FastifyInstance;
let password: string;

beforeAll(async () => {
  opened = await openTestIdentity();
  ({ directory, store, identity, app, adminPassword: password } = opened);
});
afterAll(() => opened[Symbol.asyncDispose]());

async function logIn(name: string, secret: string, scope?: unknown) {
  return app.inject({
    method: 'POST',
    url: '/identity/v3/auth/tokens',
    payload: {
      auth: {
        identity: {
          methods: ['password'],
          password: { user: { name, password: secret, domain: { id: 'default' } } },
        },
        ...(scope !== undefined && { scope }),
      },
    },
  });
}

const adminProject = { project: { name: 'admin', domain: { name: 'Default' } } };
const as = (response: { headers: Record<string, unknown> }) => ({
  'x-auth-token': String(response.headers['x-subject-token']),
});

test('bootstrap() writes secrets that nobody else can read, once', async () => {
  expect((await stat(join(directory, 'admin-password'))).mode & 0o777).toBe(0o600);
  const agents = await agentToken(directory);
  expect((await stat(join(directory, 'agent-token'))).mode & 0o777).toBe(0o600);
  expect(await agentToken(directory)).toBe(agents);
  using _again = await openIdentity(store, identity.config);
  expect((await readFile(join(directory, 'admin-password'), 'utf8')).trim()).toBe(password);
  expect(await store.db.selectFrom('users').select('name').execute()).toEqual([{ name: 'admin' }]);
});

test('POST /v3/auth/tokens gives a token with project, implied roles and the catalogue', async () => {
  const response = await logIn('admin', password, adminProject);
  expect(response.statusCode).toBe(201);
  const { token } = response.json();
  expect(token.project).toMatchObject({ name: 'admin', domain: { id: 'default', name: 'Default' } });
  expect(token.roles.map((role: { name: string }) => role.name)).toEqual(['admin', 'member', 'reader']);
  expect(token.expires_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000000Z$/);
  const network = token.catalog.find((service: { type: string }) => service.type === 'network');
  expect(network.endpoints.map((e: { interface: string; url: string }) => [e.interface, e.url])).toEqual([
    ['public', 'http://localhost:80'],
    ['internal', 'http://localhost:80'],
    ['admin', 'http://localhost:80'],
  ]);
  const caller = await identity.authenticate(as(response)['x-auth-token']);
  expect(caller).toMatchObject({ userName: 'admin', projectName: 'admin', isAdmin: true });
});

test('POST /v3/auth/tokens refuses a wrong password, an unknown user and a foreign project alike', async () => {
  const wrong = await logIn('admin', 'wrong', adminProject);
  expect(wrong.statusCode).toBe(401);
  expect(wrong.json()).toEqual({
    error: { code: 401, title: 'Unauthorized', message: 'The request you have made requires authentication.' },
  });
  expect((await logIn('nobody', password)).json()).toEqual(wrong.json());
  expect((await logIn('admin', password, { project: { id: 'none' } })).json()).toEqual(wrong.json());
  expect(
    (await app.inject({ method: 'POST', url: '/identity/v3/auth/tokens', payload: { auth: {} } })).statusCode,
  ).toBe(400);
});

test('a token can be rescoped, validated and revoked, and revocation counts at once', async () => {
  const unscoped = await logIn('admin', password, 'unscoped');
  expect(unscoped.json().token).not.toHaveProperty('project');
  const scoped = await app.inject({
    method: 'POST',
    url: '/identity/v3/auth/tokens',
    payload: {
      auth: { identity: { methods: ['token'], token: { id: as(unscoped)['x-auth-token'] } }, scope: adminProject },
    },
  });
  expect(scoped.statusCode).toBe(201);
  expect(scoped.json().token.methods).toEqual(['password', 'token']);
  expect(scoped.json().token.expires_at).toBe(unscoped.json().token.expires_at);
  const headers = { ...as(scoped), 'x-subject-token': as(scoped)['x-auth-token'] };
  const valid = await app.inject({ url: '/identity/v3/auth/tokens', headers });
  expect(valid.statusCode).toBe(200);
  expect(valid.json()).toEqual(scoped.json());
  expect((await app.inject({ method: 'DELETE', url: '/identity/v3/auth/tokens', headers })).statusCode).toBe(204);
  expect(await identity.authenticate(as(scoped)['x-auth-token'])).toBeNull();
  expect((await app.inject({ url: '/identity/v3/auth/projects', headers })).statusCode).toBe(401);
});

test('an administrator makes a project and a member, who may use it and nothing more', async () => {
  const headers = as(await logIn('admin', password, adminProject));
  const post = (url: string, payload: object) => app.inject({ method: 'POST', url, headers, payload });
  const project = (await post('/identity/v3/projects', { project: { name: 'blue', domain_id: 'default' } })).json()
    .project;
  const user = (
    await post('/identity/v3/users', { user: { name: 'bo', password: 'secret', domain_id: 'default' } })
  ).json().user;
  expect((await post('/identity/v3/projects', { project: { name: 'blue' } })).statusCode).toBe(409);
  const [role] = (await app.inject({ url: '/identity/v3/roles?name=member', headers })).json().roles;
  const grant = `/identity/v3/projects/${project.id}/users/${user.id}/roles/${role.id}`;
  expect((await logIn('bo', 'secret', { project: { id: project.id } })).statusCode).toBe(401);
  expect((await app.inject({ method: 'PUT', url: grant, headers })).statusCode).toBe(204);
  expect((await app.inject({ method: 'HEAD', url: grant, headers })).statusCode).toBe(204);
  const bo = await logIn('bo', 'secret', { project: { id: project.id } });
  expect(await identity.authenticate(as(bo)['x-auth-token'])).toMatchObject({
    projectId: project.id,
    roles: ['member', 'reader'],
    isAdmin: false,
  });
  expect((await app.inject({ url: '/identity/v3/projects', headers: as(bo) })).statusCode).toBe(403);
  expect((await app.inject({ url: '/identity/v3/auth/projects', headers: as(bo) })).json().projects).toHaveLength(1);
  expect((await app.inject({ method: 'DELETE', url: grant, headers })).statusCode).toBe(204);
  expect(await identity.authenticate(as(bo)['x-auth-token'])).toBeNull();
});

test('/identity says its versions', async () => {
  expect((await app.inject('/identity')).statusCode).toBe(300);
  expect((await app.inject('/identity/v3')).json().version.links[0].href).toBe('http://localhost:80/identity/v3/');
});
