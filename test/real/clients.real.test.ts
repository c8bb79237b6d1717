import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkConfig } from '../../src/config/config.ts';
import { type RunningServer, startServer } from '../../src/server/server.ts';

let directory: string;
let server: RunningServer;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tapline-clients-'));
  await chmod(directory, 0o755);
  server = await startServer(
    checkConfig({ state_directory: directory, log_level: 'error', api: { listen: '127.0.0.1:0' } }),
  );
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

test("OpenStack's own clients, the openstack command and openstacksdk, find everything as they expect", {
  timeout: 180_000,
}, async () => {
  const walk = spawn('/usr/bin/python3', ['conformance/clients.py'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      OS_AUTH_URL: `${server.url}/identity/v3`,
      OS_USERNAME: 'admin',
      OS_PASSWORD: (await readFile(join(directory, 'admin-password'), 'utf8')).trim(),
      OS_PROJECT_NAME: 'admin',
      OS_USER_DOMAIN_NAME: 'Default',
      OS_PROJECT_DOMAIN_NAME: 'Default',
      OS_REGION_NAME: 'RegionOne',
      OS_IDENTITY_API_VERSION: '3',
    },
  });
  let output = '';
  walk.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const [status] = await once(walk, 'close');
  expect(output.split('\n').filter((line) => line.startsWith('FAIL'))).toEqual([]);
  expect(output).toMatch(/^[1-9][0-9]* passed, 0 failed$/m);
  expect(status).toBe(0);
});
