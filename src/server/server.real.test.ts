import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkConfig } from '../config/config.ts';
import { connectTestAgent } from '../feed/test-agent.ts';
import { startServer } from './server.ts';

test('startServer() serves from an empty directory, stops cleanly, and finds everything again', async () => {
  const stateDirectory = await mkdtemp(join(tmpdir(), 'tapline-server-'));
  try {
    const config = checkConfig({
      state_directory: stateDirectory,
      log_level: 'silent',
      api: { listen: '127.0.0.1:0' },
    });
    const password = () => readFile(join(stateDirectory, 'admin-password'), 'utf8');
    const logIn = async (url: string) =>
      fetch(`${url}/identity/v3/auth/tokens`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          auth: {
            identity: {
              methods: ['password'],
              password: { user: { name: 'admin', domain: { id: 'default' }, password: (await password()).trim() } },
            },
            scope: { project: { name: 'admin', domain: { id: 'default' } } },
          },
        }),
      });
    {
      const started = performance.now();
      await using server = await startServer(config);
      console.log(`first start ${Math.round(performance.now() - started)} ms`);
      expect((await stat(join(stateDirectory, 'postgres'))).mode & 0o777).toBe(0o700);
      const health = await fetch(`${server.url}/healthcheck`);
      expect([health.status, await health.text()]).toEqual([200, 'OK']);
      expect(health.headers.get('x-openstack-request-id')).toMatch(/^req-[0-9a-f-]{36}$/);
      const token = (await logIn(server.url)).headers.get('x-subject-token') ?? '';
      const agentToken = (await readFile(join(stateDirectory, 'agent-token'), 'utf8')).trim();
      using agent = await connectTestAgent(server.url, agentToken, { host: 'h1' });
      agent.socket.on('message', (data) => {
        const { type, requestId } = JSON.parse(String(data));
        if (type === 'observe')
          agent.socket.send(JSON.stringify({ type: 'observed', requestId, state: { bridges: {} } }));
      });
      const get = async (path: string, headers = {}) => fetch(`${server.url}${path}`, { headers });
      expect((await get('/tapline/v1/hosts/h1/state')).status).toBe(401);
      const state = await get('/tapline/v1/hosts/h1/state', { 'x-auth-token': token });
      expect(await state.json()).toEqual({ host: 'h1', state: { bridges: {} } });
      expect((await get('/tapline/v1/hosts/h2/state', { 'x-auth-token': token })).status).toBe(404);
      const check = await get('/tapline/v1/check', { 'x-auth-token': token });
      expect(await check.json()).toMatchObject({ hosts: [{ name: 'h1', alive: true, sent_generation: 0 }] });
      expect((await get('/tapline/v1/check')).status).toBe(401);
      await expect(startServer(config)).rejects.toThrow(`process id ${process.pid}`);
    }
    const before = await password();
    const started = performance.now();
    await using server = await startServer(config);
    console.log(`second start ${Math.round(performance.now() - started)} ms`);
    expect(await password()).toBe(before);
    expect((await logIn(server.url)).status).toBe(201);
  } finally {
    await rm(stateDirectory, { recursive: true, force: true });
  }
});
