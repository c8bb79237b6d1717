import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HostState } from '../host/host-state.ts';
import { startHost } from '../lab/start-host.ts';
import { type ContractMachine, hostDriverContract } from './host-driver.contract.ts';
import type { HostDriver } from './host-driver.ts';
import { LinuxHost } from './linux-host.ts';
import { probeDatapath } from './probe.ts';
import { run } from './run.ts';
import { samplePort, sampleRouter, sampleState } from './sample-state.ts';

/** Set where this file runs inside the host that the outer test made for it. */
const inside = process.env['TAPLINE_TEST_INSIDE'];
const here = 'src/driver/linux-host.real.test.ts';

if (inside === undefined) {
  test('LinuxHost keeps the contract of HostDriver in a host of its own', async () => {
    await using single = await startHost({ name: `drv${process.pid % 10_000}`, external: true });
    const [program = '', ...prefix] = single.host.prefix();
    const vitest = [process.execPath, 'node_modules/vitest/vitest.mjs', 'run', '--project', 'real', here];
    const inner = ['env', '-C', process.cwd(), `TAPLINE_TEST_INSIDE=${single.host.directory}`, ...vitest];
    const ended = spawnSync(program, [...prefix, ...inner], { encoding: 'utf8' });
    expect(ended.status, `${ended.stdout}\n${ended.stderr}`).toBe(0);
  });
} else {
  hostDriverContract('LinuxHost', makeMachine);
  theRealThing();
}

/** What only a real host can show. */
function theRealThing(): void {
  describe('LinuxHost on a real host', () => {
    const [a, b] = [samplePort(1, 'vm-a'), samplePort(2, 'vm-b')];
    let machine: ContractMachine;
    let driver: HostDriver;
    const state = () =>
      sampleState([a, b], { datapathType: 'netdev', services: { stateDirectory: machine.stateDirectory } });
    const ping = (namespace: string, address: string) =>
      run('ping', ['-c', '1', '-W', '2', address], { namespace }).then(
        () => true,
        () => false,
      );

    beforeAll(async () => {
      machine = await makeMachine();
      driver = machine.open();
      await driver.read();
    });
    afterAll(async () => {
      await driver.set({ namespaces: {}, bridges: {}, daemons: {} });
      await driver[Symbol.asyncDispose]();
      await machine[Symbol.asyncDispose]();
    });

    test('a packet passes the hybrid chains and the router answers', async () => {
      expect((await driver.set(state())).problems).toEqual([]);
      for (const { vm = '', ipAddress } of [a, b]) {
        await run('ip', ['-n', vm, 'address', 'add', `${ipAddress}/16`, 'dev', 'eth0']);
      }
      expect(await ping('vm-a', b.ipAddress)).toBe(true);
      expect(await ping('vm-b', '10.0.0.1')).toBe(true);
      expect(await driver.set(state())).toEqual({ writes: 0, problems: [] });
    });

    test('after a restart of ovs-vswitchd everything is put back and answers again', async () => {
      const told: string[] = [];
      using _ = driver.onChange(({ kind }) => told.push(kind));
      await restartSwitch();
      await expect.poll(() => told, { timeout: 5000, interval: 20 }).toContain('vswitchd-restarted');
      await expect.poll(async () => (await driver.set(state())).problems, { timeout: 10_000 }).toEqual([]);
      expect(await ping('vm-a', b.ipAddress)).toBe(true);
      expect(await ping('vm-b', '10.0.0.1')).toBe(true);
      expect(await driver.set(state())).toEqual({ writes: 0, problems: [] });
    });

    test('a port whose device is missing is told, and heals when it is there', async () => {
      const id = '00000009-0000-4000-8000-000000000000';
      const wanted = state();
      const bridge = wanted.bridges['br-int'];
      if (bridge === undefined) throw new Error('the sample has no br-int');
      const port = { type: '' as const, options: {}, externalIds: { 'iface-id': id }, otherConfig: {} };
      const withPort: HostState = {
        ...wanted,
        bridges: { ...wanted.bridges, 'br-int': { ...bridge, ports: { ...bridge.ports, tapnone: port } } },
      };
      const { problems } = await driver.set(withPort);
      expect(problems.map(({ object }) => object)).toEqual(['port tapnone of br-int']);
      expect(problems[0]?.message).toContain('No such device');
      await run('ip', ['tuntap', 'add', 'tapnone', 'mode', 'tap']);
      await expect.poll(async () => (await driver.set(withPort)).problems, { timeout: 5000 }).toEqual([]);
      expect((await driver.set(wanted)).problems).toEqual([]);
      await run('ip', ['link', 'delete', 'tapnone']);
    });

    test('probeDatapath() finds a datapath and leaves nothing behind', async () => {
      expect(['system', 'netdev']).toContain(await probeDatapath('/run/openvswitch'));
      expect(await run('ovs-vsctl', ['list-br'])).not.toContain('probe');
    });

    test('read() of a host without Open vSwitch says what is missing', async () => {
      await using lost = new LinuxHost({ ovsRunDirectory: '/nowhere', stateDirectory: machine.stateDirectory });
      await expect(lost.read()).rejects.toThrow(/openvswitch-switch/);
    });
  });
}

/** Ends ovs-vswitchd and starts it again with the command line that it had. */
async function restartSwitch(): Promise<void> {
  const pid = Number(readFileSync('/run/openvswitch/ovs-vswitchd.pid', 'utf8'));
  const [program = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  process.kill(pid, 'SIGTERM');
  await expect.poll(() => existsSync(`/proc/${pid}`), { timeout: 5000, interval: 20 }).toBe(false);
  await run(program, args);
}

async function makeMachine(): Promise<ContractMachine> {
  const directory = mkdtempSync(join(tmpdir(), 'drv-state-'));
  const stateDirectory = join(directory, 'state');
  mkdirSync(stateDirectory, { mode: 0o755 });
  await run('chmod', ['755', directory]);
  for (const vm of ['vm-a', 'vm-b']) await run('ip', ['netns', 'add', vm]);
  await run('ip', ['-batch', '-'], {
    input: 'link add docker0 type bridge\naddress add 172.17.0.1/16 dev docker0\nlink set docker0 up\n',
  });
  await run('iptables-restore', ['--noflush'], {
    input: '*filter\n:DOCKER-USER - [0:0]\n-A FORWARD -j DOCKER-USER\n-A DOCKER-USER -j RETURN\nCOMMIT\n',
  });
  await run('ipset', ['create', 'blocked', 'hash:net']);
  const runDirectory = '/run/openvswitch';
  const port = samplePort(0x5afb);
  const disturb = (
    kind: 'links' | 'flows' | 'rules' | 'daemons' | 'ports',
    program: string,
    args: readonly string[],
  ) => ({
    kind,
    act: async () => void (await run(program, args)),
  });
  return {
    stateDirectory,
    open: () => new LinuxHost({ ovsRunDirectory: runDirectory, stateDirectory }),
    disturbances: {
      'a veth pair is deleted': disturb('links', 'ip', ['link', 'delete', `qvb${port.short}`]),
      'a bridge is deleted': disturb('links', 'ip', ['link', 'delete', `qbr${port.short}`]),
      'an address in a namespace is deleted': disturb('links', 'ip', [
        ...['-n', sampleRouter, 'address', 'delete', '10.0.0.1/16', 'dev', 'qr-243b9d3a-c4'],
      ]),
      'a limit is taken away': disturb('links', 'tc', ['qdisc', 'delete', 'dev', `tap${port.short}`, 'root']),
      'a limit is widened': disturb('links', 'tc', [
        ...['qdisc', 'change', 'dev', `qvb${port.short}`, 'handle', '7461:', 'root'],
        ...['tbf', 'rate', '1gbit', 'burst', '1mb', 'latency', '50ms'],
      ]),
      'a flow is deleted': disturb('flows', 'ovs-ofctl', ['del-flows', 'br-int', 'table=25']),
      'a rule is deleted': disturb('rules', 'iptables', ['-D', 'neutron-openvswi-sg-chain', '1']),
      'an OVS port is deleted': disturb('ports', 'ovs-vsctl', ['del-port', `qvo${port.short}`]),
      'a daemon is killed': {
        kind: 'daemons',
        act: async () => {
          const id = '4432eab7-ab0a-4d7a-93f3-885da4b015ab';
          process.kill(Number(readFileSync(join(stateDirectory, 'dhcp', id, 'pid'), 'utf8')), 'SIGKILL');
        },
      },
    },
    foreign: async () => {
      const shown = await Promise.all([
        run('ip', ['-br', 'address', 'show', 'dev', 'docker0']),
        run('iptables-save', []),
        run('ipset', ['list', '-name']),
        run('ip', ['netns']),
        run('ovs-vsctl', ['list-ports', 'br-ex']),
      ]);
      return shown
        .join('\n')
        .replace(/^#.*$|\[\d+:\d+\]|\(id: \d+\)/gm, '')
        .replace(/^\*raw[\s\S]*?COMMIT$/m, '')
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '')
        .join('\n');
    },
    [Symbol.asyncDispose]: async () => {
      rmSync(directory, { recursive: true, force: true });
      for (const vm of ['vm-a', 'vm-b']) await run('ip', ['netns', 'delete', vm]);
      await run('ip', ['link', 'delete', 'docker0']);
      await run('iptables-restore', [], { input: '*filter\nCOMMIT\n' });
      await run('ipset', ['destroy', 'blocked']);
    },
  };
}
