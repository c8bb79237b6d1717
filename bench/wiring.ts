/**
 * From the plug to ACTIVE and to the first ping, for 1, 10 and 50 ports at once, beside the floor of the same run: the same
 * objects made by hand in batches. Pings come from a namespace on another host, across the tunnel, a hundred a second to
 * each port (ten to eleven of the fifty: until a port is there br-int floods them, which is work that nobody asked for).
 *
 * Needs root.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { plug, unplug } from '../src/agent/control.ts';
import { type AgentHost, type AgentLab, startAgentLab } from '../test/agent-lab.ts';
import { testPortAddress, testPortId } from '../test/agent-share.ts';
import { bundle } from '../test/bundle.ts';

const repetitionsOf = (count: number) => (count === 1 ? 9 : count <= 10 ? 5 : 3);
const peer = 900;

interface Wired {
  readonly activeMs: number;
  readonly pingMs: number;
  readonly rounds: number;
}

/** Prints one line for each of `counts`. */
export async function benchWiring(counts: readonly number[]): Promise<void> {
  await using net = await startAgentLab(`bench${process.pid % 10_000}`, ['h1', 'h2']);
  const [h1, h2] = [net.host('h1'), net.host('h2')];
  const largest = Math.max(...counts);
  net.share([
    ...Array.from({ length: largest }, (_, number) => ({ number, host: 'h1' })),
    { number: peer, host: 'h2' },
    { number: peer + 1, host: 'h1' },
  ]);
  for (const [host, number] of [
    [h2, peer],
    [h1, peer + 1],
  ] as const) {
    const answer = await host.plugNamespace(number);
    if (!answer.ok) throw new Error(answer.error);
    await host.address(number);
  }
  const floorProgram = await bundleFloor(net);
  console.log(
    'ports   floor      ACTIVE            first ping        rounds   (ms, medians; the last port of each batch)',
  );
  for (const count of counts) {
    const floorMs = median(await floor(h1, { count, floorProgram, datapathType: net.lab.datapathType }));
    const wired: Wired[] = [];
    for (let i = 0; i < repetitionsOf(count); i++) wired.push(await wire(h1, h2, count));
    const active = median(wired.map((one) => one.activeMs));
    const ping = median(wired.map((one) => one.pingMs));
    const cell = (ms: number) => `${ms.toFixed(0).padStart(6)} = ${(ms / floorMs).toFixed(1).padStart(4)} x`;
    const rounds = median(wired.map((one) => one.rounds));
    console.log(
      `${String(count).padStart(5)} ${floorMs.toFixed(0).padStart(7)}   ${cell(active)}   ${cell(ping)}   ${rounds}`,
    );
  }
}

/** Plugs `count` namespaces at once, and takes them away again. */
async function wire(host: AgentHost, from: AgentHost, count: number): Promise<Wired> {
  const numbers = Array.from({ length: count }, (_, n) => n);
  await host.member.exec(['ip', '-batch', '-'], { input: numbers.map((n) => `netns add vm${n}\n`).join('') });
  const addressers = numbers.map((n) => startAddresser(host, n));
  const watched = numbers.filter((n) => n % Math.ceil(count / 10) === 0 || n === count - 1);
  const pings = watched.map((n) => startPings(from, testPortAddress(n), count > 10 ? '0.1' : '0.01'));
  await new Promise((resolve) => setTimeout(resolve, 500));
  const before = (await host.status()).rounds;
  const startedAt = Date.now();
  const started = performance.now();
  await Promise.all(
    numbers.map(async (n) => {
      const answer = await plug(host.config, {
        portId: testPortId(n),
        plug: { kind: 'netns', namespace: `vm${n}`, device: 'eth0' },
      });
      if (!answer.ok) throw new Error(answer.error);
      addressers[n]?.stdin?.end(`address add ${testPortAddress(n)}/16 dev eth0\nlink set eth0 up\n`);
    }),
  );
  const activeMs = performance.now() - started;
  const rounds = (await host.status()).rounds - before;
  const firsts = await Promise.all(pings.map((ping) => ping.first)).catch((cause) => {
    throw new Error(`${host.log().split('\n').slice(-20).join('\n')}`, { cause });
  });
  for (const ping of pings) ping.stop();
  await Promise.all(numbers.map((n) => unplug(host.config, testPortId(n))));
  await host.member.exec(['ip', '-batch', '-'], { input: numbers.map((n) => `netns del vm${n}\n`).join('') });
  return { activeMs, pingMs: Math.max(...firsts) - startedAt, rounds };
}

/** A process that is already there when the device comes, so that starting it is not measured. */
function startAddresser(host: AgentHost, number: number): ChildProcess {
  const [program = '', ...args] = [...host.member.prefix(), 'ip', '-n', `vm${number}`, '-batch', '-'];
  return spawn(program, args, { stdio: ['pipe', 'ignore', 'inherit'] });
}

/** Pings until it is answered; `first` is the time of the first answer, in milliseconds since 1970. */
function startPings(host: AgentHost, address: string, intervalSeconds: string) {
  const [program = '', ...args] = [
    ...host.member.prefix({ namespace: `vm${peer}` }),
    ...['ping', '-n', '-D', '-i', intervalSeconds, '-W', '1', address],
  ];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const first = new Promise<number>((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (data) => {
      text += String(data);
      const found = /^\[(\d+\.\d+)\] \d+ bytes from/m.exec(text);
      if (found !== null) resolve(Number(found[1]) * 1000);
    });
    setTimeout(() => reject(new Error(`${address} never answered`)), 30_000).unref();
  });
  // It may fail while something else is awaited; whoever awaits it hears of it all the same.
  first.catch(() => undefined);
  return { first, stop: () => void child.kill('SIGINT') };
}

interface FloorOptions {
  readonly count: number;
  readonly floorProgram: string;
  readonly datapathType: 'system' | 'netdev';
}

/** Milliseconds of each repetition of the objects of `count` ports made by hand. The agent is away meanwhile. */
async function floor(host: AgentHost, { count, floorProgram, datapathType }: FloorOptions): Promise<readonly number[]> {
  await host.stop('SIGTERM');
  const settings = `datapath_type=${datapathType}`;
  await host.member.exec([
    'ovs-vsctl',
    '--may-exist',
    'add-br',
    'br-floor',
    '--',
    'set',
    'bridge',
    'br-floor',
    settings,
  ]);
  const argv = [process.execPath, floorProgram, '/var/run/openvswitch', String(count), String(repetitionsOf(count))];
  const { stdout } = await host.member.exec(argv);
  await host.member.exec(['ovs-vsctl', 'del-br', 'br-floor']);
  await host.start();
  return JSON.parse(stdout) as number[];
}

async function bundleFloor({ lab }: AgentLab): Promise<string> {
  const outfile = join(lab.directory, 'floor.mjs');
  await bundle('bench/wiring/floor.ts', outfile);
  return outfile;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
