import type { FastifyInstance, InjectOptions } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Store } from '../store/database.ts';
import type { Identity } from './identity.ts';
import { openTestIdentity, type TestIdentity } from './test-identity.ts';

let opened: TestIdentity;
let store: Store;
let identity: Identity;
let app: FastifyInstance;
let password: string;
let admin: string;

beforeAll(async () => {
  opened = await openTestIdentity();
  ({ store, identity, app, adminPassword: password } = opened);
  admin = await tokenFor('admin', password, project('admin'));
});
afterAll(() => opened[Symbol.asyncDispose]());

const project = (name: string, domain = 'default') => ({ project: { name, domain: { id: domain } } });

async function authenticate(credentials: object, scope?: unknown) {
  const payload = { auth: { identity: credentials, ...(scope !== undefined && { scope }) } };
  return app.inject({ method: 'POST', url: '/identity/v3/auth/tokens', payload });
}

const byPassword = (name: string, secret: string, domain = 'default') => ({
  methods: ['password'],
  password: { user: { name, password: secret, domain: { id: domain } } },
});
const byToken = (id: string) => ({ methods: ['token'], token: { id } });

async function tokenFor(name: string, secret: string, scope?: unknown, domain?: string): Promise<string> {
  const answer = await authenticate(byPassword(name, secret, domain), scope);
  expect(answer.statusCode).toBe(201);
  return String(answer.headers['x-subject-token']);
}

async function ask(method: InjectOptions['method'], path: string, token: string, payload?: object) {
  const answer = await app.inject({
    method,
    url: `/identity/v3${path}`,
    headers: { 'x-auth-token': token },
    ...(payload !== undefined && { payload }),
  });
  return { status: answer.statusCode, body: answer.body === '' ? undefined : answer.json() };
}

const roleId = async (name: string): Promise<string> =>
  (await ask('GET', `/roles?name=${name}`, admin)).body.roles[0].id;

let count = 0;

/** A user with a role on a project of its own, in a domain. */
async function member(role = 'member', domain = 'default') {
  count += 1;
  const name = `user${count}`;
  const made = await ask('POST', '/projects', admin, { project: { name, domain_id: domain } });
  const user = await ask('POST', '/users', admin, { user: { name, password: 'secret', domain_id: domain } });
  const ids = { name, projectId: made.body.project.id, userId: user.body.user.id };
  const grant = `/projects/${ids.projectId}/users/${ids.userId}/roles/${await roleId(role)}`;
  expect((await ask('PUT', grant, admin)).status).toBe(204);
  return { ...ids, grant, token: await tokenFor(name, 'secret', { project: { id: ids.projectId } }, domain) };
}

test('a fresh database has the roles that clients expect, and the admin holds the system', async () => {
  const { roles } = (await ask('GET', '/roles', admin)).body;
  expect(roles.map(({ name }: { name: string }) => name)).toEqual([
    ...[
      'admin',
      'load-balancer_admin',
      'load-balancer_global_observer',
      'load-balancer_member',
      'load-balancer_observer',
    ],
    ...['load-balancer_quota_admin', 'member', 'reader', 'service'],
  ]);
  const system = await authenticate(byPassword('admin', password), { system: { all: true } });
  expect(system.json().token).toMatchObject({ system: { all: true } });
  expect(system.json().token.catalog).toHaveLength(2);
  expect((await ask('GET', '/auth/system', admin)).body.system).toEqual([{ all: true }]);
  expect((await ask('GET', '/projects?name=service', admin)).body.projects).toHaveLength(1);
});

test('a domain holds users and projects, can be a scope, and goes with them once it is disabled', async () => {
  const { domain } = (await ask('POST', '/domains', admin, { domain: { name: 'dom', description: 'd' } })).body;
  expect((await ask('POST', '/domains', admin, { domain: { name: 'dom' } })).status).toBe(409);
  const one = await member('member', domain.id);
  const onDomain = `/domains/${domain.id}/users/${one.userId}/roles`;
  expect(
    (await authenticate(byPassword(one.name, 'secret', domain.id), { domain: { id: domain.id } })).statusCode,
  ).toBe(401);
  expect((await ask('PUT', `${onDomain}/${await roleId('reader')}`, admin)).status).toBe(204);
  expect((await ask('GET', onDomain, admin)).body.roles).toMatchObject([{ name: 'reader' }]);
  const scoped = await authenticate(byPassword(one.name, 'secret', domain.id), { domain: { name: 'dom' } });
  expect(scoped.json().token).toMatchObject({ domain: { id: domain.id, name: 'dom' }, roles: [{ name: 'reader' }] });
  expect(scoped.json().token).not.toHaveProperty('project');
  expect((await ask('GET', '/auth/domains', one.token)).body.domains).toMatchObject([{ id: domain.id }]);
  expect((await ask('GET', '/domains', one.token)).status).toBe(403);

  expect((await ask('DELETE', `/domains/${domain.id}`, admin)).status).toBe(403);
  expect((await ask('PATCH', `/domains/${domain.id}`, admin, { domain: { enabled: false } })).body.domain.enabled).toBe(
    false,
  );
  expect((await ask('GET', '/auth/projects', one.token)).status).toBe(401);
  expect((await ask('DELETE', `/domains/${domain.id}`, admin)).status).toBe(204);
  expect((await ask('GET', `/users/${one.userId}`, admin)).status).toBe(404);
  expect((await ask('GET', `/projects/${one.projectId}`, admin)).status).toBe(404);
});

test('roles are made, imply others, show in effective assignments, and count at once', async () => {
  const { role } = (await ask('POST', '/roles', admin, { role: { name: 'operator' } })).body;
  expect((await ask('POST', '/roles', admin, { role: { name: 'operator' } })).status).toBe(409);
  const one = await member('operator');
  const implies = `/roles/${role.id}/implies/${await roleId('member')}`;
  expect((await ask('HEAD', implies, admin)).status).toBe(404);
  const put = await ask('PUT', implies, admin);
  expect(put).toMatchObject({ status: 201, body: { role_inference: { implies: { name: 'member' } } } });
  expect((await ask('GET', '/auth/tokens', one.token)).status).toBe(400);
  expect((await identity.authenticate(one.token))?.roles).toEqual(['member', 'operator', 'reader']);
  const { role_inferences: inferences } = (await ask('GET', '/role_inferences', admin)).body;
  expect(inferences.map((rule: { prior_role: { name: string } }) => rule.prior_role.name)).toEqual([
    'admin',
    'member',
    'operator',
  ]);

  const assignments = async (query: string) =>
    (await ask('GET', `/role_assignments?user.id=${one.userId}${query}`, admin)).body.role_assignments;
  expect(await assignments('')).toEqual([
    {
      user: { id: one.userId },
      role: { id: role.id },
      scope: { project: { id: one.projectId } },
      links: { assignment: expect.stringContaining(one.grant) },
    },
  ]);
  expect(await assignments('&effective&include_names')).toMatchObject(
    ['member', 'operator', 'reader'].map((name) => ({ role: { name }, user: { name: one.name } })),
  );
  expect(await assignments('&scope.domain.id=default')).toEqual([]);
  expect(await assignments(`&scope.project.id=${one.projectId}&role.id=${role.id}`)).toHaveLength(1);

  expect((await ask('DELETE', implies, admin)).status).toBe(204);
  expect((await identity.authenticate(one.token))?.roles).toEqual(['operator']);
  expect((await ask('DELETE', `/roles/${role.id}`, admin)).status).toBe(204);
  expect(await identity.authenticate(one.token)).toBeNull();
});

test('an application credential is good for its project and its roles, and ends when it is deleted', async () => {
  const one = await member();
  const path = `/users/${one.userId}/application_credentials`;
  const create = (more: object, token = one.token) =>
    ask('POST', path, token, { application_credential: { name: 'robot', ...more } });
  const made = await create({ roles: [{ name: 'reader' }], description: 'for tests' });
  const { application_credential: credential } = made.body;
  expect(credential).toMatchObject({ name: 'robot', project_id: one.projectId, unrestricted: false, expires_at: null });
  expect((await create({})).status).toBe(409);
  expect((await create({ name: 'b', roles: [{ name: 'admin' }] })).status).toBe(400);
  expect((await create({ name: 'b', expires_at: '2020-01-01T00:00:00' })).status).toBe(400);
  expect((await create({ name: 'b', access_rules: [] })).status).toBe(400);
  expect((await create({ name: 'b' }, admin)).status).toBe(403);
  const [shown] = (await ask('GET', path, one.token)).body.application_credentials;
  expect(shown).not.toHaveProperty('secret');
  const { rows } = await store.db
    .selectFrom('application_credentials')
    .select('secret_hash')
    .execute()
    .then((all) => ({ rows: all }));
  expect(rows.some((row) => row.secret_hash.includes(credential.secret))).toBe(false);

  const robot = (reference: object, secret = credential.secret) => ({
    methods: ['application_credential'],
    application_credential: { ...reference, secret },
  });
  const logged = await authenticate(robot({ id: credential.id }));
  expect(logged.json().token).toMatchObject({
    project: { id: one.projectId },
    roles: [{ name: 'reader' }],
    methods: ['application_credential'],
    application_credential: { id: credential.id, restricted: true },
  });
  const owner = { name: 'robot', user: { name: one.name, domain: { id: 'default' } } };
  expect((await authenticate(robot(owner))).statusCode).toBe(201);
  expect((await authenticate(robot({ id: credential.id }, 'wrong'))).statusCode).toBe(401);
  expect((await authenticate(robot({ id: credential.id }), project('admin'))).statusCode).toBe(401);
  const token = String(logged.headers['x-subject-token']);
  expect((await authenticate(byToken(token), project(one.name))).statusCode).toBe(401);
  expect((await create({ name: 'c' }, token)).status).toBe(403);
  expect((await ask('DELETE', `${path}/${credential.id}`, token)).status).toBe(403);

  expect((await ask('DELETE', `${path}/${credential.id}`, one.token)).status).toBe(204);
  expect(await identity.authenticate(token)).toBeNull();
});

test('an application credential loses what its user loses', async () => {
  const one = await member();
  const path = `/users/${one.userId}/application_credentials`;
  const soon = new Date(Date.now() + 3_600_000).toISOString().replace('Z', '123');
  const { body } = await ask('POST', path, one.token, { application_credential: { name: 'robot', expires_at: soon } });
  expect(body.application_credential.expires_at).toBe(soon);
  const { id, secret } = body.application_credential;
  const logged = await authenticate({ methods: ['application_credential'], application_credential: { id, secret } });
  expect(Date.parse(logged.json().token.expires_at)).toBeLessThanOrEqual(Date.parse(`${soon}Z`));
  expect((await ask('DELETE', one.grant, admin)).status).toBe(204);
  expect(await identity.authenticate(String(logged.headers['x-subject-token']))).toBeNull();
});

test('disabling or changing what a token rests on ends it for good', async () => {
  const ends = async (work: (one: Awaited<ReturnType<typeof member>>) => Promise<unknown>) => {
    const one = await member();
    expect(await identity.authenticate(one.token)).not.toBeNull();
    await work(one);
    expect(await identity.authenticate(one.token)).toBeNull();
  };
  for (const enabled of [[false], [false, true]]) {
    for (const kind of ['user', 'project'] as const) {
      await ends(async (one) => {
        const id = kind === 'user' ? one.userId : one.projectId;
        for (const value of enabled) await ask('PATCH', `/${kind}s/${id}`, admin, { [kind]: { enabled: value } });
      });
    }
  }
  await ends((one) => ask('DELETE', `/users/${one.userId}`, admin));
  await ends((one) => ask('DELETE', `/projects/${one.projectId}`, admin));
  await ends((one) => ask('PATCH', `/users/${one.userId}`, admin, { user: { password: 'new' } }));
  await ends(async (one) => {
    const change = (original: string) => ({ user: { original_password: original, password: 'new' } });
    expect((await ask('POST', `/users/${one.userId}/password`, '', change('wrong'))).status).toBe(401);
    expect((await ask('POST', `/users/${one.userId}/password`, '', change('secret'))).status).toBe(204);
    expect((await authenticate(byPassword(one.name, 'secret'))).statusCode).toBe(401);
    expect((await authenticate(byPassword(one.name, 'new'))).statusCode).toBe(201);
  });
});

test('a token is shown to its owner, services and administrators, with or without the catalogue', async () => {
  const [one, other, service] = [await member(), await member(), await member('service')];
  const show = (token: string, subject: string, query = '') =>
    app.inject({
      url: `/identity/v3/auth/tokens${query}`,
      headers: { 'x-auth-token': token, 'x-subject-token': subject },
    });
  expect((await show(one.token, one.token)).json().token.catalog).toHaveLength(2);
  expect((await show(service.token, one.token, '?nocatalog')).json().token).not.toHaveProperty('catalog');
  expect((await show(other.token, one.token)).statusCode).toBe(403);
  expect((await show(one.token, 'unknown')).statusCode).toBe(404);
  expect((await show('unknown', one.token)).statusCode).toBe(401);
});

test('a rescoped token names the one that the chain began with, and reaches only where its user has a role', async () => {
  const [one, other] = [await member(), await member()];
  const first = await authenticate(byPassword(one.name, 'secret'), 'unscoped');
  const second = await authenticate(byToken(String(first.headers['x-subject-token'])), project(one.name));
  const third = await authenticate(byToken(String(second.headers['x-subject-token'])), project(one.name));
  const root = first.json().token.audit_ids[0];
  expect(second.json().token.audit_ids[1]).toBe(root);
  expect(third.json().token.audit_ids[1]).toBe(root);
  expect((await authenticate(byToken(one.token), { project: { id: other.projectId } })).statusCode).toBe(401);
});

test('members look at themselves and at nobody else', async () => {
  const [one, other] = [await member(), await member()];
  const statuses = async (paths: readonly string[]) =>
    Promise.all(paths.map(async (path) => (await ask('GET', path, one.token)).status));
  expect(
    await statuses([
      ...[`/users/${one.userId}`, `/users/${one.userId}/projects`, `/users/${one.userId}/application_credentials`],
      ...[
        `/projects/${one.projectId}`,
        '/domains/default',
        '/auth/projects',
        '/auth/catalog',
        '/auth/domains',
        '/regions',
      ],
    ]),
  ).toEqual(Array(9).fill(200));
  expect(
    await statuses([
      ...['/users', '/projects', '/domains', '/roles', '/role_assignments', '/services', '/endpoints', '/groups'],
      ...[
        `/users/${other.userId}`,
        `/users/${other.userId}/projects`,
        `/users/${other.userId}/application_credentials`,
      ],
      ...[`/projects/${other.projectId}`, '/projects/nothing'],
    ]),
  ).toEqual(Array(13).fill(403));
  const writes = [
    ...[ask('POST', '/users', one.token, { user: { name: 'x', password: 'y' } }), ask('PUT', one.grant, one.token)],
    ask('PATCH', `/users/${one.userId}`, one.token, { user: { name: 'x' } }),
    ask('DELETE', `/projects/${one.projectId}`, one.token),
    ask('POST', '/roles', one.token, { role: { name: 'x' } }),
    ask('PUT', `/system/users/${one.userId}/roles/${await roleId('admin')}`, one.token),
  ];
  expect((await Promise.all(writes)).map(({ status }) => status)).toEqual(Array(6).fill(403));
});

test('services, endpoints and regions can be looked up as clients do', async () => {
  const { services } = (await ask('GET', '/services?type=network', admin)).body;
  expect(services).toMatchObject([{ name: 'neutron', type: 'network' }]);
  const { endpoints } = (await ask('GET', `/endpoints?service_id=${services[0].id}&interface=public`, admin)).body;
  expect(endpoints).toMatchObject([{ url: 'http://localhost:80', region_id: 'RegionOne' }]);
  expect((await ask('GET', `/endpoints/${endpoints[0].id}`, admin)).body.endpoint).toEqual(endpoints[0]);
  expect((await ask('GET', '/regions/RegionOne', admin)).status).toBe(200);
  expect((await ask('GET', '/services/none', admin)).status).toBe(404);
});
