import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type AgentLab, startAgentLab, startPing } from '../../test/agent-lab.ts';
import { type TestPort, testPortAddress, testPortId } from '../../test/agent-share.ts';

let net: AgentLab;
const ports: TestPort[] = [
  { number: 1, host: 'h1' },
  { number: 2, host: 'h2' },
  ...Array.from({ length: 50 }, (_, n) => ({ number: 100 + n, host: 'h1' })),
];
const device = (prefix: string, number: number) => `${prefix}${testPortId(number).slice(0, 11)}`;
/** Generous, for machines that do many things at a time; how fast it is, `npm run bench` says. */
const soon = { timeout: 15_000, interval: 20 };

beforeAll(async () => {
  net = await startAgentLab(`agt${process.pid % 10_000}`, ['h1', 'h2']);
  net.share(ports);
}, 120_000);
afterAll(async () => {
  await net?.[Symbol.asyncDispose]();
}, 60_000);

const ping = (from: string, namespace: string, address: string) =>
  net.host(from).member.tryExec(['ping', '-n', '-c', '1', '-W', '1', address], { namespace });

test('two plugged namespaces on two hosts get their leases by DHCP and ping each other across the tunnel', async () => {
  for (const [host, number] of [
    ['h1', 1],
    ['h2', 2],
  ] as const) {
    expect(await net.host(host).plugNamespace(number)).toMatchObject({ ok: true, status: { status: 'ACTIVE' } });
  }
  const script = join(net.lab.directory, 'lease.sh');
  writeFileSync(script, '#!/bin/sh\n[ "$1" = bound ] && ip address add "$ip/$mask" dev "$interface"\nexit 0\n', {
    mode: 0o755,
  });
  for (const [host, number] of [
    ['h1', 1],
    ['h2', 2],
  ] as const) {
    const { member } = net.host(host);
    const client = ['busybox', 'udhcpc', '-i', 'eth0', '-f', '-q', '-n', '-t', '10', '-T', '1', '-s', script];
    await member.exec(client, { namespace: `vm${number}`, timeoutMs: 20_000 });
    const { stdout } = await member.exec(['ip', '-4', '-o', 'address', 'show', 'eth0'], { namespace: `vm${number}` });
    expect(stdout).toContain(`${testPortAddress(number)}/16`);
  }
  await vi.waitFor(async () => expect((await ping('h1', 'vm1', testPortAddress(2))).exitCode).toBe(0), soon);
  const statuses = net.host('h1').feed.reports.flatMap((report) => report.ports);
  expect(statuses.findLast((one) => one.id === testPortId(1))?.status).toBe('ACTIVE');
});

test('an agent that is killed loses no packet, and writes nothing when it starts again', async () => {
  const h1 = net.host('h1');
  const pings = startPing(h1.member, 'vm1', testPortAddress(2), 100);
  await delay(500);
  await h1.stop('SIGKILL');
  await delay(500);
  await h1.start();
  await vi.waitFor(async () => expect((await h1.status()).rounds).toBeGreaterThan(0), soon);
  await delay(500);
  const { sent, received } = await pings.end();
  expect(sent).toBeGreaterThan(100);
  expect(sent - received).toBe(0);
  expect(await h1.status()).toMatchObject({ writes: 0, problems: [], share: 'server' });
});

test('a host is as compiled when the agent says so', async () => {
  for (const host of net.hosts) {
    const status = await host.status();
    expect(status.problems).toEqual([]);
  }
});

test.each([
  ['a flow', ['ovs-ofctl', 'del-flows', 'br-int', `table=60`]],
  ['the flows of br-tun', ['ovs-ofctl', 'del-flows', 'br-tun']],
  ['the rules of a port', ['iptables', '-F', `neutron-openvswi-i${testPortId(1).slice(0, 10)}`]],
  ['the jumps', ['iptables', '-F', 'FORWARD']],
  ['a link', ['ip', 'link', 'del', device('qvb', 1)]],
  ['a bridge', ['ip', 'link', 'del', device('qbr', 1)]],
  ['a port of br-int', ['ovs-vsctl', 'del-port', 'br-int', device('qvo', 1)]],
  ['a tag', ['ovs-vsctl', 'set', 'port', device('qvo', 1), 'tag=99']],
])('%s taken away by hand is back soon, and counted', async (_what, argv) => {
  const h1 = net.host('h1');
  const before = await h1.status();
  await h1.member.exec(argv);
  const at = performance.now();
  await vi.waitFor(async () => expect((await h1.status()).drift).toBeGreaterThan(before.drift), soon);
  const ms = performance.now() - at;
  await vi.waitFor(async () => expect((await ping('h1', 'vm1', testPortAddress(2))).exitCode).toBe(0), soon);
  expect((await h1.status()).problems).toEqual([]);
  console.log(`${_what}: back after ${Math.round(ms)} ms`);
});

test('a killed ovs-vswitchd that comes back forwards again, DHCP included', async () => {
  const { member } = net.host('h1');
  const before = (await net.host('h1').status()).vswitchdRestarts;
  const pid = (await member.exec(['cat', '/run/openvswitch/ovs-vswitchd.pid'])).stdout.trim();
  const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  await member.exec(['kill', '-9', pid]);
  await member.exec(argv);
  const at = performance.now();
  await vi.waitFor(async () => expect((await net.host('h1').status()).vswitchdRestarts).toBeGreaterThan(before), soon);
  await vi.waitFor(async () => expect((await ping('h1', 'vm1', testPortAddress(2))).exitCode).toBe(0), soon);
  console.log(`vswitchd: forwards again ${Math.round(performance.now() - at)} ms after it was started`);
  const client = ['busybox', 'udhcpc', '-i', 'eth0', '-f', '-q', '-n', '-t', '10', '-T', '1', '-s', '/bin/true'];
  const asked = await member.tryExec(client, { namespace: 'vm1', timeoutMs: 20_000 });
  expect(asked.exitCode).toBe(0);
  await vi.waitFor(async () => expect((await net.host('h1').status()).problems).toEqual([]), soon);
});

test('fifty ports plugged at once are wired in a few rounds', async () => {
  const h1 = net.host('h1');
  const numbers = Array.from({ length: 50 }, (_, n) => 100 + n);
  await h1.member.exec(['ip', '-batch', '-'], { input: numbers.map((n) => `netns add vm${n}\n`).join('') });
  const { plug } = await import('./control.ts');
  const before = (await h1.status()).rounds;
  const at = performance.now();
  const answers = await Promise.all(
    numbers.map((number) =>
      plug(h1.config, {
        portId: testPortId(number),
        plug: { kind: 'netns', namespace: `vm${number}`, device: 'eth0' },
      }),
    ),
  );
  console.log(`50 ports in ${Math.round(performance.now() - at)} ms, ${(await h1.status()).rounds - before} rounds`);
  expect(answers.filter((answer) => !answer.ok)).toEqual([]);
  expect((await h1.status()).rounds - before).toBeLessThanOrEqual(4);
  await h1.address(149);
  await vi.waitFor(async () => expect((await ping('h2', 'vm2', testPortAddress(149))).exitCode).toBe(0), soon);
});

test('a chain that os-vif made is recognised by its iface-id', async () => {
  const h2 = net.host('h2');
  const number = 200;
  net.share([...ports, { number, host: 'h2' }]);
  const [tap, qbr, qvb, qvo] = ['tap', 'qbr', 'qvb', 'qvo'].map((prefix) => device(prefix, number));
  await h2.member.exec(['ip', 'netns', 'add', `vm${number}`]);
  const { testPortMac } = await import('../../test/agent-share.ts');
  await h2.member.exec(['ip', '-batch', '-'], {
    input: [
      `link add ${qbr} type bridge ageing_time 0`,
      `link add ${qvb} mtu 1450 type veth peer name ${qvo} mtu 1450`,
      `link add ${tap} mtu 1450 type veth peer name eth0 netns vm${number} address ${testPortMac(number)} mtu 1450`,
      ...[`${qvb} master ${qbr}`, `${tap} master ${qbr}`, qbr, qvo].map((one) => `link set ${one} up`),
      '',
    ].join('\n'),
  });
  await h2.member.exec(['ethtool', '-K', qvb ?? '', 'tx', 'off']);
  await h2.member.exec([
    ...['ovs-vsctl', 'add-port', 'br-int', qvo ?? '', '--', 'set', 'interface', qvo ?? ''],
    ...[
      `external_ids:iface-id=${testPortId(number)}`,
      `external_ids:attached-mac="${testPortMac(number)}"`,
      'external_ids:iface-status=active',
    ],
  ]);
  await vi.waitFor(async () => expect((await h2.status()).ports[testPortId(number)]).toBe('ACTIVE'), soon);
  await h2.address(number);
  await vi.waitFor(async () => expect((await ping('h1', 'vm1', testPortAddress(number))).exitCode).toBe(0), soon);
});

test('unplug takes the chain away, and a port that left the host is unplugged', async () => {
  const { unplug } = await import('./control.ts');
  const h1 = net.host('h1');
  expect(await unplug(h1.config, testPortId(100))).toMatchObject({ ok: true });
  expect((await h1.member.tryExec(['ip', 'link', 'show', device('qvo', 100)])).exitCode).not.toBe(0);
  net.share(ports.filter((port) => port.number < 101));
  await vi.waitFor(async () => expect((await h1.status()).plugs).toEqual([testPortId(1)]), soon);
  await vi.waitFor(
    async () => expect((await h1.member.exec(['ip', '-o', 'link'])).stdout).not.toContain(device('qbr', 120)),
    soon,
  );
});
