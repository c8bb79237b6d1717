import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type AgentHost, type AgentLab, startAgentLab } from '../../test/agent-lab.ts';
import { type TestPort, testPortAddress, testPortId } from '../../test/agent-share.ts';
import type { HostState, Shaper } from '../host/host-state.ts';
import type { PortQos } from '../model/share.ts';

let net: AgentLab;
const soon = { timeout: 15_000, interval: 20 };
const device = (prefix: string, number: number) => `${prefix}${testPortId(number).slice(0, 11)}`;
const limit = (maxKbps: number) => ({ maxKbps, maxBurstKbps: 0 });
/** Ports 1 and 3 are on the first host, 2 is on the second. */
const hostOf = (number: number) => (number === 2 ? 'h2' : 'h1');
const port = (number: number, qos?: Partial<PortQos>): TestPort => ({
  ...{ number, host: hostOf(number) },
  ...(qos === undefined ? {} : { qos }),
});

beforeAll(async () => {
  net = await startAgentLab(`lim${process.pid % 10_000}`, ['h1', 'h2']);
  net.share([port(1), port(2), port(3)]);
  for (const number of [1, 2, 3]) {
    expect(await host(number).plugNamespace(number)).toMatchObject({ ok: true, status: { status: 'ACTIVE' } });
    await host(number).address(number);
  }
}, 120_000);
afterAll(async () => {
  await net?.[Symbol.asyncDispose]();
}, 60_000);

const host = (number: number): AgentHost => net.host(hostOf(number));

async function shaper(prefix: 'qvb' | 'tap', number: number): Promise<Shaper | undefined> {
  const { observed }: { readonly observed: HostState } = await host(number).state();
  return observed.namespaces['']?.shapers[device(prefix, number)];
}

/** Gives the ports these policies and waits until the first host that has one holds it. */
async function give(...policies: readonly TestPort[]): Promise<void> {
  const others = [1, 2, 3].filter((number) => !policies.some((one) => one.number === number));
  net.share([...policies, ...others.map((number) => port(number))]);
  await vi.waitFor(async () => {
    for (const number of [1, 2, 3]) {
      const wanted = policies.find((one) => one.number === number)?.qos;
      expect((await shaper('qvb', number))?.kbps).toBe(wanted?.egress?.maxKbps);
      expect((await shaper('tap', number))?.kbps).toBe(wanted?.ingress?.maxKbps);
    }
  }, soon);
}

/** Kilobits that arrive in a second, sent as fast as TCP can, or in UDP at a given rate. */
async function measure(from: number, to: number, udpKbps?: number): Promise<number> {
  const server = host(to).member.spawn(['iperf3', '-s', '-1'], { namespace: `vm${to}`, stdio: 'ignore' });
  const udp = udpKbps === undefined ? [] : ['-u', '-l', '1200', '-b', `${udpKbps}K`];
  const client = ['iperf3', '-c', testPortAddress(to), '-J', '-t', '3', ...udp];
  try {
    for (let attempt = 1; ; attempt++) {
      await delay(200);
      const ended = await host(from).member.tryExec(client, { namespace: `vm${from}`, timeoutMs: 20_000 });
      if (ended.exitCode !== 0 && attempt < 10) continue;
      return JSON.parse(ended.stdout).end.sum_received.bits_per_second / 1000;
    }
  } finally {
    server.kill();
  }
}

const isAbout = (measured: number, kbps: number) => {
  expect(measured).toBeGreaterThan(kbps * 0.7);
  expect(measured).toBeLessThan(kbps * 1.15);
};

test('what a port sends and receives is held to its limits, on one host and across the tunnel, and others are not', async () => {
  const open = await measure(3, 2);
  await give(port(1, { egress: limit(10_000) }), port(2, { ingress: limit(20_000) }));
  const seen = {
    'from 1, UDP': await measure(1, 3, 30_000),
    'from 1 across the tunnel, TCP': await measure(1, 2),
    'to 2, UDP': await measure(3, 2, 40_000),
    'to 2, TCP': await measure(3, 2),
    'to 1, which is not limited, TCP': await measure(3, 1),
  };
  console.log('kbit/s:', { ...seen, 'to 2 before': open });
  isAbout(seen['from 1, UDP'], 10_000);
  isAbout(seen['from 1 across the tunnel, TCP'], 10_000);
  isAbout(seen['to 2, UDP'], 20_000);
  isAbout(seen['to 2, TCP'], 20_000);
  expect(seen['to 1, which is not limited, TCP']).toBeGreaterThan(40_000);
});

test('a limit that is changed counts at once, and what waits behind one that goes arrives', async () => {
  await give(port(1, { egress: limit(1000) }));
  const slow = await measure(1, 2, 5000);
  // Half the time at one limit, half at the other, while the traffic runs.
  const running = measure(1, 2, 10_000);
  await delay(1700);
  await give(port(1, { egress: limit(4000) }));
  const both = await running;
  console.log('kbit/s:', { slow, both });
  isAbout(slow, 1000);
  expect(both).toBeGreaterThan(1300);
  expect(both).toBeLessThan(3700);
  await give(port(1, { egress: limit(250) }));
  const burst = ['ping', '-n', '-c', '15', '-l', '15', '-i', '1', '-s', '1300', '-W', '3', testPortAddress(2)];
  const pinging = host(1).member.tryExec(burst, { namespace: 'vm1' });
  await vi.waitFor(async () => expect((await shaper('qvb', 1))?.counters?.waitingBytes).toBeGreaterThan(0), soon);
  await give();
  expect((await pinging).stdout).toContain('15 received');
});

test('a limit that someone else takes away is put back', async () => {
  await give(port(1, { ingress: limit(5000) }));
  await host(1).member.exec(['tc', 'qdisc', 'delete', 'dev', device('tap', 1), 'root']);
  await vi.waitFor(async () => {
    const { stdout } = await host(1).member.exec(['tc', 'qdisc', 'show', 'dev', device('tap', 1)]);
    expect(stdout).toContain('qdisc tbf 7461: root');
    expect(stdout).toContain('rate 5Mbit');
  }, soon);
});

test('what a marked port sends is marked from br-int on as far as the other workload', async () => {
  await give(port(1, { dscpMark: 26 }));
  const flows = async () =>
    (await host(1).member.exec(['ovs-ofctl', '-O', 'OpenFlow14', 'dump-flows', 'br-int'])).stdout;
  await vi.waitFor(async () => expect(await flows()).toContain('set_field:26->ip_dscp'), soon);
  const captured = (member: AgentHost, name: string, namespace?: string) =>
    member.member.tryExec(['timeout', '10', 'tcpdump', '-c', '1', '-v', '-n', '-i', name, 'icmp[0] == 8'], {
      ...(namespace === undefined ? {} : { namespace }),
      timeoutMs: 15_000,
    });
  const seen = [
    captured(host(1), device('qvb', 1)),
    captured(host(2), device('qvo', 2)),
    captured(host(2), 'eth0', 'vm2'),
  ];
  await delay(1000);
  await host(1).member.exec(['ping', '-n', '-c', '3', '-i', '0.3', testPortAddress(2)], { namespace: 'vm1' });
  const tos = (await Promise.all(seen)).map(({ stdout }) => /tos (0x\w+)/.exec(stdout)?.[1]);
  expect(tos).toEqual(['0x0', '0x68', '0x68']);
  await give();
  await vi.waitFor(async () => expect(await flows()).not.toContain('ip_dscp'), soon);
});

test('a limit that the host cannot hold is an error on the port, with the reason', async () => {
  net.share([port(1, { egress: limit(2) }), port(2), port(3)]);
  const said = () => host(1).feed.reports.flatMap((report) => report.ports);
  await vi.waitFor(() => {
    expect(said().findLast((one) => one.id === testPortId(1))).toMatchObject({
      status: 'ERROR',
      reason: expect.stringContaining('less than 3 kbit/s'),
    });
  }, soon);
  net.share([port(1), port(2), port(3)]);
  await vi.waitFor(() => {
    expect(said().findLast((one) => one.id === testPortId(1))?.status).toBe('ACTIVE');
  }, soon);
});
