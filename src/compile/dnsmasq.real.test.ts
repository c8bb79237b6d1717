import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { arbitraryHost } from '../../test/support/arbitrary-share.ts';
import { wiringOf } from '../../test/support/arbitrary-wiring.ts';
import { ScratchNetns } from '../../test/support/scratch-netns.ts';
import type { Daemon } from '../host/host-state.ts';
import { compile } from './compile.ts';

const seed = Number(process.env['TAPLINE_SEED'] ?? 20);
const directory = mkdtempSync(join(tmpdir(), 'tapline-compile-dnsmasq-'));
chmodSync(directory, 0o755);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const daemons = fc
  .sample(arbitraryHost, { seed, numRuns: 12 })
  .flatMap((host) => Object.entries(compile(host.share, { ...wiringOf(host), stateDirectory: directory }).daemons));

/** Well below the test's own limit, so that the process is always ended here. */
const GIVE_UP_MS = 10_000;

test.each(daemons)('%s takes every line of its files', async (_, daemon) => {
  using netns = new ScratchNetns();
  // The server's DUID is made of a device's MAC address.
  netns.run('ip', ['-batch', '-'], 'link set lo up\nlink add tap0 type bridge\nlink set tap0 up\n');
  const said = await start(netns, daemon);
  expect(said).toMatch(lastFile(daemon));
  expect(
    said.split('\n').filter((line) => /bad |error|illegal|unknown|unsupported|duplicate|ignoring|cannot/i.test(line)),
  ).toEqual([]);
});

test('some network has a server', () => expect(daemons.length).toBeGreaterThan(5));

/** What it says last; a network of SLAAC alone gets DNS and no DHCP, and reads no options. */
function lastFile({ argv }: Daemon): RegExp {
  return argv.some((word) => word.startsWith('--dhcp-range=')) ? /read \S+\/opts/ : /read \S+\/addn_hosts/;
}

/** What dnsmasq says until it has read its files. */
async function start(netns: ScratchNetns, daemon: Daemon): Promise<string> {
  const { argv, files } = daemon;
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  const [program = '', ...args] = argv;
  const inner = [program, '--keep-in-foreground', '--log-facility=-', '--user=root', ...args];
  const child = spawn('ip', ['netns', 'exec', netns.name, ...inner], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8');
  const ended = once(child, 'exit');
  await new Promise<void>((resolve) => {
    child.stderr.on('data', (text: string) => {
      said += text;
      if (lastFile(daemon).test(said)) resolve();
    });
    child.once('exit', () => resolve());
    setTimeout(resolve, GIVE_UP_MS).unref();
  });
  child.kill();
  await ended;
  return said;
}
