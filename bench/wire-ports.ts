/**
 * How long one `set` takes to wire 1, 10 and 50 hybrid ports (tap, qbr, qvb, qvo, rules, zone, OVS port, flows), verified by
 * reading back, beside the floor: the same objects by the same tools in batches, without difference or verification.
 *
 * Makes a host of its own and runs itself inside it. Prints one line a size and one JSON line.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { LinuxHost } from '../src/driver/linux-host.ts';
import { run } from '../src/driver/run.ts';
import { type SamplePort, samplePort, sampleState } from '../src/driver/sample-state.ts';
import { startHost } from '../src/lab/start-host.ts';

const sizes = [1, 10, 50];
const repetitions = Number(process.env['TAPLINE_BENCH_REPETITIONS'] ?? 5);

if (process.env['TAPLINE_BENCH_INSIDE'] === undefined) {
  await using single = await startHost({ name: `bench${process.pid % 10_000}` });
  const [program = '', ...prefix] = single.host.prefix();
  const inner = ['env', 'TAPLINE_BENCH_INSIDE=1', process.execPath, process.argv[1] ?? ''];
  const ended = spawnSync(program, [...prefix, ...inner], { stdio: 'inherit' });
  process.exitCode = ended.status ?? 1;
} else {
  await measure();
}

async function measure(): Promise<void> {
  const stateDirectory = mkdtempSync(join(tmpdir(), 'bench-state-'));
  const open = () => new LinuxHost({ ovsRunDirectory: '/run/openvswitch', stateDirectory });
  const state = (ports: readonly SamplePort[]) => sampleState(ports, { datapathType: 'netdev' });
  const results = [];
  for (const size of sizes) {
    const ports = Array.from({ length: size }, (_, index) => samplePort(index + 1));
    const times: { readonly wireMs: number; readonly againMs: number; readonly floorMs: number }[] = [];
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const driver = open();
      await driver.read();
      await driver.set(state([]));
      const wireMs = await timed(async () => {
        const { problems } = await driver.set(state(ports));
        if (problems.length > 0) throw new Error(JSON.stringify(problems.slice(0, 3)));
      });
      const againMs = await timed(async () => {
        const { writes } = await driver.set(state(ports));
        if (writes !== 0) throw new Error(`${writes} writes on a host that has everything`);
      });
      await driver.set(state([]));
      await driver[Symbol.asyncDispose]();
      const floorMs = await timed(() => byHand(ports));
      await undoByHand(ports);
      times.push({ wireMs, againMs, floorMs });
    }
    const result = {
      ports: size,
      wireMs: median(times.map(({ wireMs }) => wireMs)),
      floorMs: median(times.map(({ floorMs }) => floorMs)),
      againMs: median(times.map(({ againMs }) => againMs)),
    };
    results.push(result);
    const { wireMs, floorMs, againMs } = result;
    console.log(
      `${`${size}`.padStart(3)} ports: set ${wireMs.toFixed(0)} ms, floor ${floorMs.toFixed(0)} ms, ` +
        `ratio ${(wireMs / floorMs).toFixed(1)}; set again ${againMs.toFixed(1)} ms`,
    );
  }
  console.log(JSON.stringify({ bench: 'wire-ports', load: loadavg()[0], repetitions, results }));
  const driver = open();
  await driver.set({ namespaces: {}, bridges: {}, daemons: {} });
  await driver[Symbol.asyncDispose]();
  rmSync(stateDirectory, { recursive: true, force: true });
}

/** The same objects by the tools alone, in the order that needs no waiting but for OVS. */
async function byHand(ports: readonly SamplePort[]): Promise<void> {
  const { namespaces, bridges } = sampleState(ports, { datapathType: 'netdev' });
  const lines = (text: (port: SamplePort) => readonly string[]) => `${ports.flatMap(text).join('\n')}\n`;
  const links = run('ip', ['-batch', '-'], {
    input: lines(({ short }) => [
      `link add qbr${short} mtu 1450 type bridge ageing_time 0`,
      `link add qvb${short} mtu 1450 type veth peer name qvo${short} mtu 1450`,
      `tuntap add tap${short} mode tap`,
      ...['qbr', 'qvb', 'qvo', 'tap'].map((name) => `link set ${name}${short} addrgenmode none`),
      `link set tap${short} mtu 1450 master qbr${short} up`,
      `link set qvb${short} master qbr${short} up`,
      `link set qbr${short} up`,
      `link set qvo${short} up`,
    ]),
  });
  const filter = namespaces['']?.ipv4.filter ?? {};
  const rules = run('iptables-restore', ['--noflush'], {
    input: [
      '*filter',
      ...Object.keys(filter)
        .filter((chain) => chain.startsWith('neutron-'))
        .map((chain) => `:${chain} - [0:0]`),
      ...Object.entries(filter).flatMap(([chain, { rules: texts }]) =>
        texts.filter((text) => !text.includes('match-set')).map((text) => `-A ${chain} ${text}`),
      ),
      'COMMIT',
      '',
    ].join('\n'),
  });
  await links;
  const off = ['-r', '-P', '2', '-I', '{}', 'ethtool', '-K', '{}', 'tx', 'off'];
  await run('xargs', off, { input: lines(({ short }) => [`qvb${short}`]) });
  await run(
    'ovs-vsctl',
    ports.flatMap(({ short }) => ['--', 'add-port', 'br-int', `qvo${short}`, 'tag=2']),
  );
  await rules;
  await run('ovs-ofctl', ['-O', 'OpenFlow14', '--bundle', 'add-flows', 'br-int', '-'], {
    input: (bridges['br-int']?.flows ?? [])
      .map(({ table, priority, match, actions }) => `table=${table},priority=${priority},${match},actions=${actions}\n`)
      .join(''),
  });
}

async function undoByHand(ports: readonly SamplePort[]): Promise<void> {
  await run(
    'ovs-vsctl',
    ports.flatMap(({ short }) => ['--', 'del-port', 'br-int', `qvo${short}`]),
  );
  await run('ip', ['-force', '-batch', '-'], {
    input: ports.map(({ short }) => `link del qvb${short}\nlink del tap${short}\nlink del qbr${short}\n`).join(''),
  });
  await run('iptables-restore', [], { input: '*filter\nCOMMIT\n' });
  await run('ovs-ofctl', ['del-flows', 'br-int', 'cookie=0/-1']);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
