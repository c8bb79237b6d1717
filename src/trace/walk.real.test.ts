import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type AgentLab, startAgentLab } from '../../test/agent-lab.ts';
import { type TestPort, testPortAddress, testPortId, testShare } from '../../test/agent-share.ts';
import { stopText } from '../../test/neutron-21/ask.ts';
import type { HostState } from '../host/host-state.ts';
import type { SharedObject } from '../model/share.ts';
import type { Line } from './line.ts';
import type { Protocol } from './packet.ts';
import { resolveEndpoint } from './resolve.ts';
import { emptyModel, type TraceModel } from './trace-model.ts';
import { walk, walkWithReply } from './walk.ts';

let net: AgentLab;
let model: TraceModel;
const ports: readonly TestPort[] = [
  { number: 1, host: 'h1' },
  { number: 2, host: 'h2' },
  { number: 3, host: 'h1' },
];

beforeAll(async () => {
  net = await startAgentLab('trc', ['h1', 'h2']);
  net.share(ports);
  for (const { number, host } of ports) {
    await net.host(host).plugNamespace(number);
    await net.host(host).address(number);
  }
  const members = net.lab.hosts.map((member, n) => ({
    name: member.name,
    tunnelIp: member.tunnelAddress ?? '',
    dhcp: n === 0,
  }));
  model = modelOf(members.flatMap((host) => testShare(host, members, ports)));
}, 120_000);

afterAll(async () => {
  await net?.[Symbol.asyncDispose]();
}, 60_000);

/** What travels to the hosts is typed loosely; here it comes from typed objects. */
function modelOf(sent: readonly unknown[]): TraceModel {
  const objects = sent as readonly SharedObject[];
  return {
    ...emptyModel,
    networks: objects.flatMap((object) => (object.kind === 'network' ? [object.value] : [])).slice(0, 1),
    subnets: objects.flatMap((object) => (object.kind === 'subnet' ? [object.value] : [])).slice(0, 1),
    ports: [
      ...new Map(
        objects.flatMap((object) => (object.kind === 'port' ? [[object.value.id, object.value] as const] : [])),
      ).values(),
    ],
    securityGroups: objects.flatMap((object) => (object.kind === 'securityGroup' ? [object.value] : [])).slice(0, 1),
  };
}

async function states(which: 'observed' | 'desired'): Promise<Readonly<Record<string, HostState>>> {
  return Object.fromEntries(
    await Promise.all(net.hosts.map(async (host) => [host.name, (await host.state())[which]] as const)),
  );
}

function question(from: number, to: number, protocol: Protocol, destinationPort: number) {
  const [start, end] = [resolveEndpoint(model, `port${from}`), resolveEndpoint(model, `port${to}`)];
  if (start.kind !== 'found' || end.kind !== 'found') throw new Error('not known');
  return { from: start.endpoint, to: end.endpoint, protocol, destinationPort, model };
}

async function ask(from: number, to: number, protocol: Protocol = 'icmp', destinationPort = 0): Promise<Line> {
  return walk(await states('observed'), question(from, to, protocol, destinationPort));
}

const hostOf = (number: number) => net.host(ports.find((port) => port.number === number)?.host ?? '');

async function pings(from: number, to: number): Promise<boolean> {
  const argv = ['ping', '-n', '-c', '1', '-W', '2', testPortAddress(to)];
  return (await hostOf(from).member.tryExec(argv, { namespace: `vm${from}` })).exitCode === 0;
}

/** Whether a SYN gets there: nobody listens, so it is refused at once; a dropped one is not answered at all. */
async function connects(from: number, to: number, port: number): Promise<boolean> {
  const argv = ['timeout', '2', 'bash', '-c', `exec 3<>/dev/tcp/${testPortAddress(to)}/${port}`];
  return (await hostOf(from).member.tryExec(argv, { namespace: `vm${from}` })).exitCode === 1;
}

test.each([
  [1, 2, 'ABCDEFGHIJDCBA'],
  [2, 1, 'ABCDEFGHIJDCBA'],
  [1, 3, 'ABCDDCBA'],
] as const)('port%s reaches port%s on real hosts, by the letters that the walk says', async (from, to, letters) => {
  await vi.waitFor(async () => expect(await pings(from, to)).toBe(true), { timeout: 15_000, interval: 200 });
  const { line, reply } = walkWithReply(await states('observed'), question(from, to, 'icmp', 0));
  expect([line.stop, reply?.stop]).toEqual([null, null]);
  expect(line.hops.map((hop) => hop.letter).join('')).toBe(letters);
  expect(
    walk(await states('desired'), question(from, to, 'icmp', 0))
      .hops.map((hop) => hop.letter)
      .join(''),
  ).toBe(letters);
});

test('the flows that the walk names are the flows whose counters move', async () => {
  const before = await states('observed');
  const line = walk(before, question(1, 2, 'icmp', 0));
  for (let count = 0; count < 5; count += 1) expect(await pings(1, 2)).toBe(true);
  // The datapath tells its counts to the flow tables once in a while (`ovs-vswitchd.conf.db`, `max-revalidator`: 500 ms).
  await delay(1500);
  const after = await states('observed');
  const flows = line.hops.flatMap((hop) =>
    hop.evidence.flatMap(({ text }) => flowCounts(hop.host, hop.place, text, before, after)),
  );
  expect(flows.length).toBeGreaterThan(8);
  for (const { text, packets } of flows) expect(packets, text).toBeGreaterThanOrEqual(5);
});

function flowCounts(
  host: string,
  bridge: string,
  text: string,
  ...states: readonly Readonly<Record<string, HostState>>[]
) {
  const [before, after] = states.map((state) =>
    state[host]?.bridges[bridge]?.flows.find(
      (flow) =>
        `table=${flow.table}, priority=${flow.priority}${flow.match === '' ? '' : `,${flow.match}`} actions=${flow.actions}` ===
        text.replace(/n_packets=\d+, /, ''),
    ),
  );
  return before === undefined || after === undefined
    ? []
    : [{ text, packets: (after.packets ?? 0) - (before.packets ?? 0) }];
}

test('a security group lets in what the walk says', async () => {
  expect((await ask(1, 2, 'tcp', 22)).stop).toBeNull();
  expect(await connects(1, 2, 22)).toBe(true);
  expect(stopText(await ask(1, 2, 'tcp', 443))).toBe('B h2 SG_NO_MATCH');
  expect(await connects(1, 2, 443)).toBe(false);
});

test('a VM with another address than its port’s is stopped where the walk says', async () => {
  const spoofed = { ...question(1, 2, 'icmp', 0) };
  const from = { ...spoofed.from, ipAddress: '10.20.9.9' };
  expect(stopText(walk(await states('observed'), { ...spoofed, from }))).toBe('B h1 ADDRESS_SPOOFED');
});

test('a tunnel device that is down stops the packet where the walk says', async () => {
  const { member } = net.host('h1');
  const links = Object.entries((await states('observed'))['h1']?.namespaces['']?.links ?? {});
  const tunnel = links.find(([, link]) =>
    link.addresses.some((address) => address.split('/')[0] === member.tunnelAddress),
  );
  if (tunnel === undefined) throw new Error('h1 has no tunnel address');
  await member.exec(['ip', 'link', 'set', tunnel[0], 'down']);
  try {
    expect(await pings(1, 2)).toBe(false);
    await vi.waitFor(async () => expect(stopText(await ask(1, 2))).toBe('G h1 LINK_DOWN'), {
      timeout: 5_000,
      interval: 100,
    });
  } finally {
    await member.exec(['ip', 'link', 'set', tunnel[0], 'up']);
  }
});

test('a port that nobody plugged is named', async () => {
  net.share([...ports, { number: 4, host: 'h2' }]);
  const members = net.lab.hosts.map((member) => ({ name: member.name, tunnelIp: member.tunnelAddress ?? '' }));
  const wider = modelOf(members.flatMap((host) => testShare(host, members, [...ports, { number: 4, host: 'h2' }])));
  const to = resolveEndpoint(wider, testPortId(4));
  if (to.kind !== 'found') throw new Error('not known');
  const unplugged = { ...question(1, 2, 'icmp', 0), to: to.endpoint, model: wider };
  const stop = async () => stopText(walk(await states('observed'), unplugged));
  await vi.waitFor(async () => expect(await stop()).toBe('D h2 PORT_NOT_WIRED'), { timeout: 10_000, interval: 200 });
});
