/** The whole picture from real parts on one machine: brought up, proved, shown, and taken down. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '../../client/api-client.ts';
import { CommandFailed, tryCommand } from '../command.ts';
import { endLab } from '../end-lab.ts';
import { type Lab, startLab } from '../lab.ts';
import { giveUpWhenDead, type RunningServer, startAgents, startServerIn, waitForAgents } from './control-plane.ts';
import { clearDeadDemo, markRunning } from './demo-lock.ts';
import { guide } from './guide.ts';
import { type Progress, startProgress } from './progress.ts';
import { closedPort, proveLeases, proveTraffic } from './proofs.ts';
import type { Service, TaplineCommand } from './service.ts';
import { createTopology, type Topology } from './topology.ts';
import { waitFor } from './wait-for.ts';
import { serve, type Workload, writeWorkloadPrograms } from './workload.ts';

export interface DemoOptions {
  /** How to run `tapline` itself. */
  readonly tapline: TaplineCommand;
  readonly name: string;
  readonly directory: string;
  /** End after the proofs, instead of staying up until `signal`. */
  readonly check: boolean;
  readonly signal: AbortSignal;
  readonly write: (line: string) => void;
}

/** Returns whether every proof holds. Everything that it made is gone when it returns or throws. */
export async function runDemo(options: DemoOptions): Promise<boolean> {
  const progress = startProgress(options.write, options.signal);
  const start = performance.now();
  await clearDeadDemo(options.directory, progress);
  const services: Service[] = [];
  try {
    const lab = await progress.step('three hosts, a controller and an outside world, each its own namespaces', () =>
      startLab({
        name: options.name,
        directory: options.directory,
        hosts: [{ name: 'compute1' }, { name: 'compute2' }, { name: 'network1', external: true }],
      }),
    );
    markRunning(options.directory);
    progress.say(`             datapath: ${lab.datapathType}`);
    const server = await startControlPlane(lab, options, progress, services);
    const topology = await progress.step(
      'networks, router, security group, ports and floating IP by the HTTP API',
      () => createTopology(server.api),
    );
    await provePicture(lab, options, progress, server, topology, services);
    await showLines(options, progress, topology, server);

    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    progress.say();
    progress.say(`${progress.proved} proofs hold, ${progress.failed.length} fail, after ${seconds} s`);
    for (const claim of progress.failed) progress.say(`  ✗ ${claim}`);
    if (!options.check) {
      progress.say(guide(lab, server.access, options.tapline));
      await stayUp(services, options.signal);
    }
  } catch (error) {
    if (!options.signal.aborted) throw error;
  } finally {
    progress.say(options.check ? '' : '\nCleaning up …');
    await Promise.allSettled(services.reverse().map((service) => service[Symbol.asyncDispose]()));
    await endLab(options.directory);
  }
  return progress.failed.length === 0 && (progress.proved > 0 || options.signal.aborted);
}

async function startControlPlane(
  lab: Lab,
  { tapline, signal }: DemoOptions,
  progress: Progress,
  services: Service[],
): Promise<RunningServer> {
  const wait = { timeoutMs: 90_000, signal };
  const server = await progress.step('server with its private PostgreSQL', () => startServerIn(lab, tapline, wait));
  services.push(server.service);
  await progress.step('an agent on every host', async () => {
    const agents = startAgents(lab, tapline, server);
    services.push(...agents);
    await waitForAgents(lab, server.api, agents, wait);
  });
  return server;
}

async function provePicture(
  lab: Lab,
  { tapline, signal }: DemoOptions,
  progress: Progress,
  { api }: RunningServer,
  topology: Topology,
  services: readonly Service[],
): Promise<void> {
  const workload = (name: 'web1' | 'web2', host: string): Workload => ({
    name,
    host: lab.member(host),
    namespace: `vm-${name}`,
    port: topology[name],
  });
  const workloads = [workload('web1', 'compute1'), workload('web2', 'compute2')] as const;
  writeWorkloadPrograms(lab);
  for (const one of workloads) {
    await progress.prove(
      `tapline plug wires ${one.name} on ${one.host.name}, and its port becomes ACTIVE`,
      async () => {
        await plug(one, tapline);
        await waitUntilActive(api, one.port.id, services, signal);
        return `tap${one.port.id.slice(0, 11)}`;
      },
    );
  }
  const nameserver = await proveLeases(lab, progress, workloads);
  await Promise.all([
    ...workloads.map((one) => serve(lab, one.host, one.name, [22, 80, closedPort], one.namespace)),
    serve(lab, lab.outside, 'outside', [80]),
  ]);
  await proveTraffic(lab, progress, topology, workloads, nameserver);
}

async function plug({ host, namespace, port }: Workload, tapline: TaplineCommand): Promise<void> {
  const env = { TAPLINE_CONFIG: `${host.directory}/tapline.toml` };
  await host.exec(['ip', 'netns', 'add', namespace]);
  await host.exec(['ip', '-n', namespace, 'link', 'set', 'lo', 'up']);
  await host.exec([...tapline, 'plug', port.id, '--netns', namespace], { env, timeoutMs: 60_000 });
}

async function waitUntilActive(api: ApiClient, id: string, services: readonly Service[], signal: AbortSignal) {
  await waitFor(
    'status ACTIVE',
    async () => {
      services.forEach(giveUpWhenDead);
      const { port } = await api.get(`/v2.0/ports/${id}`);
      const { status } = port as { readonly status: string };
      if (status !== 'ACTIVE') throw new Error(`the port is ${status}`);
      return true;
    },
    { timeoutMs: 30_000, intervalMs: 10, signal },
  );
}

/** Shows the path of a packet out, of one in, and of one that is stopped. */
async function showLines(options: DemoOptions, progress: Progress, topology: Topology, server: RunningServer) {
  const tcp = (port: number) => ['--protocol', 'tcp', '--destination-port', `${port}`];
  const questions: readonly (readonly [claim: string, argv: readonly string[], passes: boolean])[] = [
    ['the line of a packet out', ['web1', '8.8.8.8', '--explain'], true],
    ['the line of a packet in', ['203.0.113.1', topology.floatingIp, ...tcp(80), '--explain'], true],
    ['the line of a packet that no rule lets in', ['203.0.113.1', topology.floatingIp, ...tcp(closedPort)], false],
  ];
  for (const [claim, argv, passes] of questions) {
    const trace = [...options.tapline, 'trace', ...argv];
    let shown = '';
    await progress.prove(claim, async () => {
      const env = { TAPLINE_CONFIG: server.access.configFile };
      const finished = await tryCommand(trace, { env, timeoutMs: 60_000 });
      shown = finished.stdout;
      // As `tapline trace` exits: 0 the packet arrives, 3 it does not.
      if (finished.exitCode !== (passes ? 0 : 3)) throw new CommandFailed(trace, finished);
      return `tapline trace ${argv.join(' ')}`;
    });
    progress.say();
    progress.say(shown.trimEnd());
    progress.say();
  }
}

async function stayUp(services: readonly Service[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    services.forEach(giveUpWhenDead);
    await sleep(500, undefined, { signal }).catch(() => undefined);
  }
}
