/**
 * What the API costs: calls, lists and throughput, against a server of its own (private PostgreSQL, three hosts) or one that is up; with
 * `--peer` the same calls go to a running Neutron in the same run, the two taking turns, and the ratios are printed.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import { startCloud } from '../conformance/cloud.ts';
import { ApiClient } from '../src/client/api-client.ts';
import { roundOfCalls, type Times } from './api/calls.ts';
import type { Target } from './api/client.ts';
import { listThem, makeManyPorts, removeManyPorts } from './api/many-ports.ts';
import { printRates, printTimes } from './api/table.ts';
import { loadsOn, throughput } from './api/throughput.ts';

interface Options {
  readonly url?: string;
  readonly token?: string;
  readonly peer?: string;
  readonly peerToken?: string;
  readonly rounds: number;
  readonly ports: readonly number[];
  readonly clients: readonly number[];
  readonly seconds: number;
}

const blocks = 2;
/** Before one server's turn, for the other's agents to come to rest. */
const settleMs = 8_000;

const numbers = (text: string): readonly number[] => text.split(',').map(Number);

export async function benchApi(args: readonly string[]): Promise<void> {
  const program = new Command('bench api')
    .option('--url <url>', 'a server that is up, instead of one of its own; with --token')
    .option('--token <token>', 'of a member of a project there whose quotas are wide')
    .option('--peer <url>', 'a running Neutron, such as http://127.0.0.1:9696; with --peer-token')
    .option('--peer-token <token>', 'of a member of a project there whose quotas are wide')
    .option('--rounds <n>', 'of the single calls', Number, 20)
    .option('--ports <list>', 'sizes of the network that is listed', numbers, [1_000, 10_000])
    .option('--clients <list>', 'that ask at once', numbers, [1, 8, 16, 32])
    .option('--seconds <n>', 'of each throughput', Number, 4);
  const options = program.parse([...args], { from: 'user' }).opts<Options>();
  await using own = await ownTarget(options);
  const peers: readonly Target[] =
    options.peer === undefined ? [] : [{ name: 'peer', url: root(options.peer), token: options.peerToken ?? '' }];
  await measure([own.target, ...peers], options);
}

async function measure(targets: readonly Target[], options: Options): Promise<void> {
  const times = new Map<Target, Times>(targets.map((target) => [target, new Map()]));
  const timesOf = (target: Target): Times => times.get(target) ?? new Map();
  // They take turns in blocks: what one answered, its agents still work on for a while. The first round of a block warms caches and
  // connections up, and does not count.
  const rounds = Math.ceil(options.rounds / blocks);
  for (let block = 0; block < blocks; block += 1) {
    for (const target of targets) {
      if (targets.length > 1) await delay(settleMs);
      await roundOfCalls(target, block * (rounds + 1), new Map());
      for (let round = 1; round <= rounds; round += 1) {
        await roundOfCalls(target, block * (rounds + 1) + round, timesOf(target));
      }
    }
  }
  for (const count of options.ports) {
    for (const target of targets) {
      const many = await makeManyPorts(target, count, timesOf(target));
      await listThem(target, many, timesOf(target));
      await removeManyPorts(target, many);
    }
  }
  printTimes(targets, timesOf);

  const rates: { readonly name: string; readonly perSecond: readonly number[] }[] = [];
  const few = await Promise.all(targets.map((target) => makeManyPorts(target, 10, new Map())));
  const loads = few.map(loadsOn);
  for (const [index, { name }] of (loads[0] ?? []).entries()) {
    for (const clients of options.clients) {
      const perSecond: number[] = [];
      for (const [number, target] of targets.entries()) {
        const load = loads[number]?.[index];
        if (load !== undefined) perSecond.push(await throughput(target, load, clients, options.seconds));
      }
      rates.push({ name: `${name}, ${clients} ${clients === 1 ? 'client' : 'clients'}`, perSecond });
    }
  }
  for (const [number, target] of targets.entries()) {
    const made = few[number];
    if (made !== undefined) await removeManyPorts(target, made);
  }
  printRates(targets, rates);
}

async function ownTarget(options: Options): Promise<AsyncDisposable & { readonly target: Target }> {
  if (options.url !== undefined) {
    const target = { name: 'Tapline', url: root(options.url), token: options.token ?? '' };
    return { target, [Symbol.asyncDispose]: async () => undefined };
  }
  const directory = await mkdtemp(join(tmpdir(), 'tapline-bench-'));
  const cloud = await startCloud([process.execPath, 'dist/tapline.mjs'], directory);
  const api = new ApiClient(cloud.credentials);
  const { token, endpoint } = await api.session();
  await liftQuotas(api);
  return {
    target: { name: 'Tapline', url: endpoint, token },
    [Symbol.asyncDispose]: async () => {
      await cloud[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Those of the admin's project, in which the benchmark makes its objects. */
async function liftQuotas(api: ApiClient): Promise<void> {
  const { networks } = (await api.get('/v2.0/networks?name=public')) as {
    networks: readonly { readonly project_id: string }[];
  };
  const unlimited = { network: -1, subnet: -1, port: -1, router: -1, security_group: -1, security_group_rule: -1 };
  await api.request('PUT', `/v2.0/quotas/${networks[0]?.project_id}`, { quota: unlimited });
}

const root = (url: string): string => url.replace(/\/+$/, '').replace(/\/v2\.0$/, '');
