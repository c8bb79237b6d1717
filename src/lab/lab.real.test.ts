import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CommandFailed } from './command.ts';
import { endLab } from './end-lab.ts';
import { type Lab, openLab, startLab } from './lab.ts';
import { readLabState } from './lab-state.ts';
import { isAlive, processIdentity } from './process-identity.ts';

const name = `labtest${process.pid}`;
const directory = join(mkdtempSync(join(tmpdir(), `${name}-`)), 'lab');
const namespaces = () => readdirSync('/run/netns').filter((one) => one.startsWith(`${name}-`));

describe('a lab', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startLab({ name, directory, hosts: [{ name: 'compute1' }, { name: 'network1', external: true }] });
  });
  afterAll(async () => {
    await endLab(directory);
  });

  test('gives each host an Open vSwitch of its own', async () => {
    await lab.member('compute1').exec(['ovs-vsctl', 'add-br', 'br-only-here']);
    const bridges = async (host: string) => (await lab.member(host).exec(['ovs-vsctl', 'list-br'])).stdout.split('\n');
    expect(await bridges('compute1')).toContain('br-only-here');
    expect(await bridges('network1')).not.toContain('br-only-here');
    expect(await bridges('network1')).toContain('br-ex');
    expect(existsSync(join(lab.member('compute1').ovsDirectory, 'db.sock'))).toBe(true);
  });

  test('gives each host network namespaces of its own', async () => {
    await lab.member('compute1').exec(['ip', 'netns', 'add', 'vm-one']);
    const seen = async (host: string) => (await lab.member(host).exec(['ip', 'netns'])).stdout;
    expect(await seen('compute1')).toContain('vm-one');
    expect(await seen('network1')).toBe('');
    expect(existsSync('/run/netns/vm-one')).toBe(false);
  });

  test('joins hosts and controller by the management network and hosts by the tunnel network', async () => {
    await lab.controller.exec(['ping', '-c1', '-W2', '10.99.0.21']);
    await lab.member('compute1').exec(['ping', '-c1', '-W2', '10.99.0.11']);
    await lab.member('compute1').exec(['ping', '-c1', '-W2', '10.98.0.11']);
    const other = await lab.controller.tryExec(['ping', '-c1', '-W1', '10.98.0.11']);
    expect(other.exitCode).not.toBe(0);
  });

  test('has an outside world behind the NIC in br-ex', async () => {
    const host = lab.member('network1');
    await host.exec(['ip', 'address', 'add', '203.0.113.9/24', 'dev', 'br-ex']);
    await host.exec(['ip', 'link', 'set', 'br-ex', 'up']);
    await host.exec(['ping', '-c1', '-W2', '203.0.113.1']);
    await host.exec(['ip', 'route', 'add', 'default', 'via', '203.0.113.1']);
    await host.exec(['ping', '-c1', '-W2', '8.8.8.8']);
    await host.exec(['ip', 'address', 'flush', 'dev', 'br-ex']);
  });

  test('filters what Linux bridges of a host forward, and makes no IPv6 noise', async () => {
    const read = async (key: string) => (await lab.member('compute1').exec(['sysctl', '-n', key])).stdout.trim();
    expect(await read('net.bridge.bridge-nf-call-iptables')).toBe('1');
    expect(await read('net.ipv6.conf.default.disable_ipv6')).toBe('1');
    expect((await lab.member('compute1').exec(['hostname'])).stdout.trim()).toBe('compute1');
  });

  test('exec() tells the exit code and what the program said', async () => {
    const failure = lab.member('compute1').exec(['ls', '/nowhere']);
    await expect(failure).rejects.toThrow(CommandFailed);
    await expect(failure).rejects.toThrow(/\/nowhere/);
    expect((await lab.member('compute1').exec(['cat'], { input: 'abc' })).stdout).toBe('abc');
    expect((await lab.member('compute1').tryExec(['no-such-program'])).exitCode).toBe(127);
  });

  test('can be opened by another process while it runs', async () => {
    const again = openLab(directory);
    expect((await again?.member('network1').exec(['hostname']))?.stdout.trim()).toBe('network1');
    await expect(startLab({ name, directory, hosts: [] })).rejects.toThrow(/already there/);
  });

  test('leaves nothing when it is ended, and touches no stranger', async () => {
    const inside = lab.member('compute1').spawn(['sleep', '1000'], { namespace: 'vm-one', stdio: 'ignore' });
    const stubborn = lab.controller.spawn(['sh', '-c', 'trap "" TERM; while :; do sleep 0.1; done'], {
      stdio: 'ignore',
    });
    const holders = readLabState(directory)?.members.flatMap((member) => member.holder ?? []) ?? [];
    const identities = [inside.pid, stubborn.pid].flatMap((pid) => processIdentity(pid ?? 0) ?? []);
    expect(identities).toHaveLength(2);
    expect(holders).toHaveLength(5);

    const stranger = await startLab({ name: `${name}x`, directory: `${directory}x`, hosts: [{ name: 'compute1' }] });
    expect(await endLab(directory)).toBe(true);
    expect([...identities, ...holders].filter(isAlive)).toEqual([]);
    expect(namespaces()).toEqual([]);
    expect(existsSync(directory)).toBe(false);
    expect(await endLab(directory)).toBe(false);

    expect((await stranger.member('compute1').exec(['ovs-vsctl', 'list-br'])).exitCode).toBe(0);
    await stranger[Symbol.asyncDispose]();
    expect(existsSync(`${directory}x`)).toBe(false);
  });
});
