import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { arbitraryHost, HERE } from '../../test/support/arbitrary-share.ts';
import { wiringOf } from '../../test/support/arbitrary-wiring.ts';
import { LinuxHost } from '../driver/linux-host.ts';
import { run } from '../driver/run.ts';
import { startHost } from '../lab/start-host.ts';
import { emptyShare } from '../model/share.ts';
import { allocate } from './allocate.ts';
import { attachedPorts } from './attached-ports.ts';
import { compile } from './compile.ts';

/** Set where this file runs inside the host that the outer test made for it. */
const inside = process.env['TAPLINE_TEST_INSIDE'];
const here = 'src/compile/real-host.real.test.ts';
const seed = Number(process.env['TAPLINE_SEED'] ?? 20);

if (inside === undefined) {
  test('what compile() says can be brought about on a real host', { timeout: 180_000 }, async () => {
    await using single = await startHost({ name: `cmp${process.pid % 10_000}`, external: true });
    const [program = '', ...prefix] = single.host.prefix();
    const vitest = [process.execPath, 'node_modules/vitest/vitest.mjs', 'run', '--project', 'real', here];
    const inner = ['env', '-C', process.cwd(), `TAPLINE_TEST_INSIDE=${single.host.directory}`, ...vitest];
    const ended = spawnSync(program, [...prefix, ...inner], { encoding: 'utf8' });
    expect(ended.status, `${ended.stdout}\n${ended.stderr}`).toBe(0);
  });
} else {
  const hosts = fc.sample(arbitraryHost, { seed, numRuns: 4 });
  const directory = mkdtempSync(join(tmpdir(), 'tapline-compile-'));
  chmodSync(directory, 0o755);
  const open = () => new LinuxHost({ ovsRunDirectory: '/run/openvswitch', stateDirectory: directory });
  let driver = open();

  beforeAll(async () => {
    const workloads = hosts.flatMap((host) => Object.keys(compile(host.share, wiringOf(host)).namespaces));
    for (const name of workloads.filter((one) => one.startsWith('vm-'))) await run('ip', ['netns', 'add', name]);
    await driver.read();
  });
  afterAll(async () => {
    await driver.set({ namespaces: {}, bridges: {}, daemons: {} });
    await driver[Symbol.asyncDispose]();
    rmSync(directory, { recursive: true, force: true });
  });

  describe.each(hosts.map((host, index) => [index, host] as const))(`share %i of seed ${seed}`, (_, host) => {
    // What os-vif would attach has no device here.
    const wiring = { ...wiringOf(host), attached: {}, stateDirectory: directory };
    const state = compile(host.share, wiring);

    test('is brought about, and then there is nothing to do', async () => {
      expect((await driver.set(state)).problems).toEqual([]);
      expect(await driver.set(state)).toEqual({ writes: 0, problems: [] });
    });

    test('is known again by an agent that restarts, with all its numbers', async () => {
      await driver[Symbol.asyncDispose]();
      driver = open();
      const observed = await driver.read();
      const numbers = allocate(host.share, observed, undefined, HERE);
      const attached = attachedPorts(observed);
      expect(attached).toEqual({});
      expect(await driver.set(compile(host.share, { ...wiring, ...numbers, attached }))).toEqual({
        writes: 0,
        problems: [],
      });
    });
  });

  test('all of it goes when the host has nothing left', async () => {
    const nothing = {
      ...compile(emptyShare, { ...wiringOf({ share: emptyShare, plugs: {} }), stateDirectory: directory }),
    };
    expect((await driver.set(nothing)).problems).toEqual([]);
    const { namespaces, daemons } = await driver.read();
    expect(Object.keys(namespaces).filter((name) => /^q(dhcp|router)-/.test(name))).toEqual([]);
    expect(Object.keys(namespaces['']?.links ?? {}).filter((name) => /^(tap|q)/.test(name))).toEqual([]);
    expect(daemons).toEqual({});
  });
}
