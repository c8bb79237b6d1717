import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkConfig } from '../../src/config/config.ts';
import { openRemoteKeystone } from '../../src/identity/remote-keystone.ts';
import { type RunningServer, startServer } from '../../src/server/server.ts';
import { startDebianKeystone } from '../support/debian-keystone.ts';

/** What says who is calling. */
interface Keystone extends AsyncDisposable {
  readonly authUrl: string;
  readonly adminPassword: string;
  stop(): Promise<void>;
}

/** A server of ours whose built-in identity is the Keystone of another. */
async function startOurs(): Promise<Keystone> {
  const { server, directory } = await startIn({});
  let running: RunningServer | undefined = server;
  const stop = async (): Promise<void> => {
    const ending = running;
    running = undefined;
    await ending?.[Symbol.asyncDispose]();
  };
  return {
    authUrl: `${server.url}/identity/v3`,
    adminPassword: (await readFile(join(directory, 'admin-password'), 'utf8')).trim(),
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
      await rm(directory, { recursive: true });
    },
  };
}

async function startIn(identity: Record<string, unknown>) {
  const directory = await mkdtemp(join(tmpdir(), 'tapline-keystone-'));
  await chmod(directory, 0o755);
  const config = { state_directory: directory, log_level: 'fatal', api: { listen: '127.0.0.1:0' }, identity };
  return { directory, server: await startServer(checkConfig(config)) };
}

async function ask(url: string, options: { method?: string; token?: string; body?: unknown; subject?: string } = {}) {
  const answer = await fetch(url, {
    method: options.method ?? 'GET',
    headers: {
      'content-type': 'application/json',
      ...(options.token !== undefined && { 'x-auth-token': options.token }),
      ...(options.subject !== undefined && { 'x-subject-token': options.subject }),
    },
    ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text.startsWith('{') ? JSON.parse(text) : text };
}

describe.each([
  ["Debian's Keystone", startDebianKeystone],
  ['the built-in identity of another server', startOurs],
])('a server that asks %s', (_name, startKeystone) => {
  let keystone: Keystone;
  let server: RunningServer;
  let directory: string;
  let admin: string;
  let projects: readonly string[];

  const logIn = async (name: string, password: string, project: string) => {
    const user = { name, password, domain: { id: 'default' } };
    const scope = { project: { name: project, domain: { id: 'default' } } };
    const identity = { methods: ['password'], password: { user } };
    const answer = await ask(`${keystone.authUrl}/auth/tokens`, {
      method: 'POST',
      body: { auth: { identity, scope } },
    });
    expect(answer.status).toBe(201);
    return answer.headers.get('x-subject-token') ?? '';
  };

  /** A user with a role on a project, both named alike unless told. Returns the project's id. */
  const makeUser = async (name: string, password: string, role: string, project = name): Promise<string> => {
    const at = async (method: string, path: string, body?: unknown) =>
      (await ask(`${keystone.authUrl}${path}`, { method, token: admin, body })).body;
    const found = (await at('GET', `/projects?name=${project}`)).projects[0];
    const made = found ?? (await at('POST', '/projects', { project: { name: project, domain_id: 'default' } })).project;
    const { user } = await at('POST', '/users', { user: { name, password, domain_id: 'default' } });
    const [{ id }] = (await at('GET', `/roles?name=${role}`)).roles;
    await at('PUT', `/projects/${made.id}/users/${user.id}/roles/${id}`);
    return made.id;
  };

  const identity = (more: Record<string, unknown> = {}) => ({
    url: keystone.authUrl,
    username: 'neutron',
    password: 'between us',
    ...more,
  });

  beforeAll(async () => {
    keystone = await startKeystone();
    admin = await logIn('admin', keystone.adminPassword, 'admin');
    await makeUser('neutron', 'between us', 'admin', 'service');
    projects = [await makeUser('blue', 'b', 'member'), await makeUser('red', 'r', 'member')];
    ({ server, directory } = await startIn(identity()));
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await keystone[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });

  test('takes its tokens, with their projects and roles', async () => {
    const [blue, red] = [await logIn('blue', 'b', 'blue'), await logIn('red', 'r', 'red')];
    const networks = `${server.url}/v2.0/networks`;
    const made = await ask(networks, { method: 'POST', token: blue, body: { network: { name: 'n' } } });
    expect(made).toMatchObject({ status: 201, body: { network: { project_id: projects[0] } } });
    expect((await ask(networks, { token: red })).body).toEqual({ networks: [] });
    expect((await ask(`${networks}/${made.body.network.id}`, { token: red })).status).toBe(404);
    expect((await ask(networks, { token: admin })).body.networks).toHaveLength(1);
    expect((await ask(`${server.url}/tapline/v1/hosts`, { token: blue })).status).toBe(403);
    expect((await ask(`${server.url}/tapline/v1/hosts`, { token: admin })).status).toBe(200);
  });

  test('refuses every other token, says where to get one, and offers none itself', async () => {
    for (const token of ['', 'unknown', 'gAAAAABnotatoken', 'with space']) {
      const answer = await ask(`${server.url}/v2.0/networks`, { token });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe(`Keystone uri="${keystone.authUrl}"`);
    }
    expect((await ask(`${server.url}/identity/v3`)).status).toBe(404);
  });

  test('openRemoteKeystone() asks once for many, and again when its time is over', async () => {
    let now = Date.now();
    const config = checkConfig({ identity: identity({ token_cache_time: 60 }) });
    using remote = openRemoteKeystone(config.identity, () => now);
    const token = await logIn('blue', 'b', 'blue');
    const callers = await Promise.all(Array.from({ length: 8 }, () => remote.authenticate(token)));
    expect(new Set(callers).size).toBe(1);
    expect(callers[0]).toMatchObject({ userName: 'blue', projectName: 'blue', domainId: 'default', isAdmin: false });
    expect(callers[0]?.roles).toEqual(expect.arrayContaining(['member', 'reader']));

    const revoke = { method: 'DELETE', token: admin, subject: token };
    expect((await ask(`${keystone.authUrl}/auth/tokens`, revoke)).status).toBe(204);
    expect(await remote.authenticate(token)).toBe(callers[0]);
    now += 61_000;
    expect(await remote.authenticate(token)).toBeNull();
  });

  test('openRemoteKeystone() says that it cannot ask when its own user is refused', async () => {
    const config = checkConfig({ identity: identity({ password: 'wrong' }) });
    using remote = openRemoteKeystone(config.identity);
    await expect(remote.authenticate('some-token')).rejects.toThrow(/401 to the login of neutron/);
  });

  test('goes on with the tokens that it knows while that is away, and answers 503 to others', async () => {
    const known = await logIn('blue', 'b', 'blue');
    const unknown = await logIn('red', 'r', 'red');
    expect((await ask(`${server.url}/v2.0/ports`, { token: known })).status).toBe(200);
    await keystone.stop();
    expect((await ask(`${server.url}/v2.0/ports`, { token: known })).status).toBe(200);
    expect((await ask(`${server.url}/v2.0/ports`, { token: unknown })).status).toBe(503);
    expect((await ask(`${server.url}/tapline/v1/hosts`, { token: unknown })).status).toBe(503);
  });
});
