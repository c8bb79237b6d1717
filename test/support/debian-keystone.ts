/** Debian's own Keystone with SQLite, on a free port, for as long as it is held. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { command } from '../../src/lab/command.ts';

export interface DebianKeystone extends AsyncDisposable {
  readonly authUrl: string;
  readonly adminPassword: string;
  /** Ends it; its tokens and users are gone with it. */
  stop(): Promise<void>;
}

const startMs = 30_000;

export async function startDebianKeystone(): Promise<DebianKeystone> {
  const directory = await mkdtemp(join(tmpdir(), 'tapline-keystone-'));
  const config = join(directory, 'keystone.conf');
  const adminPassword = 'a secret';
  const port = await freePort();
  const authUrl = `http://127.0.0.1:${port}/v3`;
  await writeFile(
    config,
    `[DEFAULT]
use_stderr = true
[database]
connection = sqlite:///${directory}/keystone.sqlite
[fernet_tokens]
key_repository = ${directory}/fernet
[credential]
key_repository = ${directory}/credential
`,
  );
  for (const keys of ['fernet', 'credential']) await mkdir(join(directory, keys), { mode: 0o700 });
  const manage = (...args: string[]) => command(['keystone-manage', '--config-file', config, ...args]);
  const asRoot = ['--keystone-user', 'root', '--keystone-group', 'root'];
  await manage('db_sync');
  await manage('fernet_setup', ...asRoot);
  await manage('credential_setup', ...asRoot);
  await manage('bootstrap', '--bootstrap-password', adminPassword, '--bootstrap-region-id', 'RegionOne');
  const server = spawn('keystone-wsgi-public', ['--host', '127.0.0.1', '--port', `${port}`], {
    env: { PATH: process.env['PATH'], OS_KEYSTONE_CONFIG_FILES: config },
    stdio: 'ignore',
  });
  const stop = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  };
  const dispose = async (): Promise<void> => {
    await stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await untilItAnswers(authUrl);
  } catch (error) {
    await dispose();
    throw error;
  }
  return { authUrl, adminPassword, stop, [Symbol.asyncDispose]: dispose };
}

async function untilItAnswers(url: string): Promise<void> {
  for (const end = Date.now() + startMs; Date.now() < end; await delay(100)) {
    const isUp = await fetch(url).then(
      (answer) => answer.ok,
      () => false,
    );
    if (isUp) return;
  }
  throw new Error(`Keystone is not up after ${startMs / 1_000} s`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
