import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectTestAgent } from '../feed/test-agent.ts';
import { runningPostmaster, stopPostmaster } from '../store/postmaster.ts';

const sources = fileURLToPath(new URL('..', import.meta.url));
const stateOf = (directory: string): string => join(directory, 'state');
let directory: string;
let program: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tapline-kill-'));
  await writeFile(join(directory, 'package.json'), '{"type":"module"}');
  program = join(directory, 'server.mjs');
  await build({
    stdin: {
      contents: `import { startServer } from './server/server.ts';
import { checkConfig } from './config/config.ts';
const server = await startServer(checkConfig(JSON.parse(process.argv[2])));
console.log(server.url);
process.on('SIGTERM', async () => { await server[Symbol.asyncDispose](); process.exit(0); });`,
      resolveDir: sources,
    },
    outfile: program,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    external: ['pg-native'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  await cp(join(sources, 'store/migrations'), join(directory, 'migrations'), { recursive: true });
  await mkdir(stateOf(directory), { mode: 0o711 });
  await chmod(directory, 0o755);
});
afterAll(async () => {
  const left = await runningPostmaster(join(stateOf(directory), 'postgres', 'data')).catch(() => null);
  if (left !== null) await stopPostmaster(left.pid);
  await rm(directory, { recursive: true, force: true });
});

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  readonly token: string;
}

async function start(): Promise<Running> {
  const config = { state_directory: stateOf(directory), log_level: 'error', api: { listen: '127.0.0.1:0' } };
  const child = spawn(process.execPath, [program, JSON.stringify(config)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await Promise.race([once(child.stdout ?? child, 'data'), once(child, 'exit')]);
  const url = String(line).trim();
  const password = (await readFile(join(stateOf(directory), 'admin-password'), 'utf8')).trim();
  const user = { name: 'admin', domain: { id: 'default' }, password };
  const response = await fetch(`${url}/identity/v3/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      auth: {
        identity: { methods: ['password'], password: { user } },
        scope: { project: { name: 'admin', domain: { id: 'default' } } },
      },
    }),
  });
  return { child, url, token: response.headers.get('x-subject-token') ?? '' };
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

async function call(server: Running, method: string, path: string, body?: unknown) {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { 'x-auth-token': server.token, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === '' ? {} : JSON.parse(text);
}

/** What the server acknowledged. An object under deletion when the server died may be there or not. */
interface Ledger {
  readonly present: Set<string>;
  readonly absent: Set<string>;
}

/** Makes and deletes ports until the server is gone. */
async function hammer(server: Running, networkId: string, ledger: Ledger): Promise<void> {
  for (let index = 0; ; index += 1) {
    try {
      const { port } = await call(server, 'POST', '/v2.0/ports', {
        port: { network_id: networkId, name: `p${index}` },
      });
      ledger.present.add(port.id);
      if (index % 3 !== 2) continue;
      ledger.present.delete(port.id);
      await call(server, 'DELETE', `/v2.0/ports/${port.id}`);
      ledger.absent.add(port.id);
    } catch (error) {
      // fetch failed: the server is dead. Anything that it answered is a failure of the test.
      if (error instanceof TypeError) return;
      throw error;
    }
  }
}

test('killing the server in the middle of writes loses nothing acknowledged and leaves nothing half done', async () => {
  const ledger: Ledger = { present: new Set(), absent: new Set() };
  let server = await start();
  const { network } = await call(server, 'POST', '/v2.0/networks', { network: { name: 'n' } });
  await call(server, 'POST', '/v2.0/subnets', {
    subnet: { network_id: network.id, ip_version: 4, cidr: '10.0.0.0/16', enable_dhcp: false },
  });
  await call(server, 'PUT', `/v2.0/quotas/${network.project_id}`, { quota: { port: -1 } }).catch(() => undefined);
  for (const alsoItsDatabase of [false, true, false]) {
    const hammering = Promise.all(Array.from({ length: 4 }, () => hammer(server, network.id, ledger)));
    await delay(700);
    const postmaster = await runningPostmaster(join(stateOf(directory), 'postgres', 'data'));
    // The server first: one that outlives its database by a moment answers 500 to what it was asked, which is no loss.
    const killed = kill(server.child);
    if (alsoItsDatabase && postmaster !== null) process.kill(postmaster.pid, 'SIGKILL');
    await killed;
    await hammering;
    server = await start();

    const { ports } = await call(server, 'GET', '/v2.0/ports');
    const found = new Map<string, { fixed_ips: { ip_address: string }[]; security_groups: string[] }>(
      ports.map((port: { id: string }) => [port.id, port]),
    );
    expect([...ledger.present].filter((id) => !found.has(id))).toEqual([]);
    expect([...ledger.absent].filter((id) => found.has(id))).toEqual([]);
    // At most one port of each writer is there without having been acknowledged, and whatever is there is whole.
    const addresses = [...found.values()].map((port) => {
      expect(port.fixed_ips).toHaveLength(1);
      expect(port.security_groups).toHaveLength(1);
      return port.fixed_ips[0]?.ip_address;
    });
    expect(new Set(addresses).size).toBe(addresses.length);
    expect(found.size - ledger.present.size).toBeLessThanOrEqual(4);
    for (const id of found.keys()) ledger.present.add(id);
  }
  expect(ledger.present.size).toBeGreaterThan(20);
  console.log(`${ledger.present.size} ports kept, ${ledger.absent.size} gone`);
  const gone = once(server.child, 'exit');
  server.child.kill('SIGTERM');
  expect(await gone).toEqual([0, null]);
  expect(await runningPostmaster(join(stateOf(directory), 'postgres', 'data'))).toBeNull();
});

test('the server serves a socket that it inherits beside its own, with upgrades', async () => {
  const listener = createServer().listen({ host: '127.0.0.1', port: 0, exclusive: true });
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const { fd } = (listener as unknown as { readonly _handle: { readonly fd: number } })._handle;
  const config = { state_directory: stateOf(directory), log_level: 'error', api: { listen: '127.0.0.1:0' } };
  const child = spawn(process.execPath, [program, JSON.stringify(config)], {
    stdio: ['ignore', 'pipe', 'inherit', fd],
    env: { ...process.env, LISTEN_FDS: '1' },
  });
  listener.close();
  try {
    await Promise.race([once(child.stdout ?? child, 'data'), once(child, 'exit')]);
    expect((await fetch(`http://127.0.0.1:${port}/healthcheck`)).status).toBe(200);
    const agentToken = (await readFile(join(stateOf(directory), 'agent-token'), 'utf8')).trim();
    using agent = await connectTestAgent(`http://127.0.0.1:${port}`, agentToken, { host: 'h1' });
    expect(agent.syncs[0]?.full).toBe(true);
  } finally {
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await gone).toEqual([0, null]);
  }
});
