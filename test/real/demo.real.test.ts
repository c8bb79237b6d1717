import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { command, tryCommand } from '../../src/lab/command.ts';
import { labDirectory } from '../../src/lab/demo/demo-directory.ts';
import { endLab } from '../../src/lab/end-lab.ts';
import { labProcesses } from '../../src/lab/lab-processes.ts';
import { readLabState } from '../../src/lab/lab-state.ts';
import { isAlive } from '../../src/lab/process-identity.ts';
import type { Line } from '../../src/trace/line.ts';

const name = `demotest${process.pid}`;
const directory = labDirectory(name);
const tapline = join(import.meta.dirname, '../../dist/tapline.mjs');

interface Demo {
  readonly child: ChildProcess;
  readonly output: () => string;
}

function startDemo(): Demo {
  const child = spawn(process.execPath, [tapline, 'demo', '--name', name], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return { child, output: () => output };
}

async function until({ child, output }: Demo, text: string): Promise<void> {
  while (!output().includes(text)) {
    if (child.exitCode !== null) throw new Error(`the demo ended with ${child.exitCode}:\n${output()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const namespaces = () => readdirSync('/run/netns').filter((one) => one.startsWith(`${name}-`));

beforeAll(async () => {
  await command([process.execPath, 'setup/build.mjs']);
});
afterAll(async () => {
  await endLab(directory);
});

describe('the demo', { timeout: 180_000 }, () => {
  let demo: Demo;

  test('brings the whole picture up, and all of its proofs hold', async () => {
    demo = startDemo();
    await until(demo, 'It stays up until Ctrl-C');
    expect(demo.output()).toMatch(/^\d+ proofs hold, 0 fail/m);
    expect(demo.output()).not.toContain('✗  ');
    for (const letter of 'ABCDEFGHIJMNOPQ') expect(demo.output()).toMatch(new RegExp(`^ ${letter}  \\w+1  `, 'm'));
  });

  test('serves its clients while it is up', async () => {
    const config = join(directory, 'tapline.toml');
    const env = { TAPLINE_CONFIG: config };
    const { stdout } = await command([process.execPath, tapline, 'openrc'], { env });
    expect(stdout).toMatch(/^export OS_AUTH_URL='http:\/\/127\.0\.0\.1:\d+\/identity\/v3'$/m);
    expect(statSync(join(directory, 'clouds.yaml')).mode & 0o077).toBe(0);

    const trace = await command([process.execPath, tapline, 'trace', 'web2', '8.8.8.8', '--json'], { env });
    const line = JSON.parse(trace.stdout) as Line;
    expect(line).toMatchObject({ verdict: 'arrives', agreement: { agrees: true } });
    expect(line.hops.at(-1)).toMatchObject({ letter: 'Q', host: 'network1', device: 'eth2' });

    const meant = await command([process.execPath, tapline, 'trace', 'web2', '8.8.8.8', '--intended'], { env });
    expect(meant.stdout).toContain('arrives, as ');

    const unknown = await tryCommand([process.execPath, tapline, 'trace', 'nobody', '8.8.8.8'], { env });
    expect(unknown).toMatchObject({ exitCode: 1, stdout: '' });
    expect(unknown.stderr).toContain('nobody');
    expect(unknown.stderr).not.toMatch(/\n\s+at /);
  });

  test('can be walked from files, without its server', async () => {
    const env = { TAPLINE_CONFIG: join(directory, 'tapline.toml') };
    const dumps = mkdtempSync(join(tmpdir(), 'tapline-dumps-'));
    try {
      const ours = (...args: string[]) => command([process.execPath, tapline, ...args], { env });
      for (const host of ['compute1', 'compute2', 'network1']) {
        const collect = ['collect', '--output', join(dumps, `${host}.host.json`)];
        const { stderr } = await ours('lab', 'exec', '--name', name, host, process.execPath, tapline, ...collect);
        expect(stderr).toBe('');
      }
      await ours('collect', '--api', '--output', join(dumps, 'api.json'));
      expect(statSync(join(dumps, 'api.json')).mode & 0o077).toBe(0);
      for (const ends of [
        ['web2', '8.8.8.8'],
        ['203.0.113.1', 'web1'],
        ['web1', 'web2'],
      ]) {
        const live: Line = JSON.parse((await ours('trace', ...ends, '--json')).stdout);
        const dumped: Line = JSON.parse((await ours('trace', ...ends, '--json', '--dumps', dumps)).stdout);
        const hops = ({ hops }: Line) => hops.map(({ letter, host, device }) => `${letter} ${host} ${device}`);
        expect(dumped.verdict).toBe('arrives');
        expect(hops(dumped)).toEqual(hops(live));
      }
    } finally {
      rmSync(dumps, { recursive: true });
    }
  });

  test('refuses to run twice in one place', async () => {
    const second = startDemo();
    await once(second.child, 'close');
    expect(second.child.exitCode).toBe(1);
    expect(second.output()).toMatch(/a demo is running/);
  });

  test('leaves nothing behind after Ctrl-C', async () => {
    const state = readLabState(directory);
    const processes = state === undefined ? [] : labProcesses(state);
    expect(processes.length).toBeGreaterThan(15);
    demo.child.kill('SIGINT');
    await once(demo.child, 'close');
    expect(demo.child.exitCode).toBe(0);
    expect(processes.filter(isAlive)).toEqual([]);
    expect(namespaces()).toEqual([]);
    expect(existsSync(directory)).toBe(false);
  });

  test('that was killed with -9 can be removed', async () => {
    const killed = startDemo();
    await until(killed, 'server with its private PostgreSQL');
    const state = readLabState(directory);
    const processes = state === undefined ? [] : labProcesses(state);
    killed.child.kill('SIGKILL');
    await once(killed.child, 'close');
    expect(processes.filter(isAlive).length).toBeGreaterThan(10);
    await command([process.execPath, tapline, 'lab', 'down', '--name', name]);
    expect(processes.filter(isAlive)).toEqual([]);
    expect(namespaces()).toEqual([]);
    expect(existsSync(directory)).toBe(false);
  });
});
