/** A lab whose hosts run real agents, each fed by hand through a unix socket. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentStatus } from '../src/agent/agent.ts';
import { askAgent, plug } from '../src/agent/control.ts';
import type { PlugAnswer } from '../src/agent/plugging.ts';
import { type Config, checkConfig } from '../src/config/config.ts';
import type { HostState } from '../src/host/host-state.ts';
import { type Lab, startLab } from '../src/lab/lab.ts';
import type { LabMember } from '../src/lab/lab-member.ts';
import { AgentFeed, everything } from './agent-feed.ts';
import { type TestHost, type TestPort, testPortAddress, testPortId, testShare } from './agent-share.ts';
import { bundle } from './bundle.ts';

export class AgentHost {
  readonly member: LabMember;
  readonly feed: AgentFeed;
  readonly config: Config;
  readonly #program: string;
  #process: ChildProcess | null = null;

  constructor(member: LabMember, feed: AgentFeed, config: Config, program: string) {
    this.member = member;
    this.feed = feed;
    this.config = config;
    this.#program = program;
  }

  get name(): string {
    return this.member.name;
  }

  /** Starts the agent and waits until its control socket answers. */
  async start(): Promise<void> {
    const file = join(this.member.directory, 'tapline.json');
    writeFileSync(file, JSON.stringify(this.config));
    const log = openSync(join(this.member.directory, 'agent.log'), 'a');
    this.#process = this.member.spawn([process.execPath, this.#program, file], { stdio: ['ignore', log, log] });
    for (let attempt = 0; attempt < 500; attempt++) {
      if (this.#process.exitCode !== null) throw new Error(`the agent on ${this.name} ended:\n${this.log()}`);
      const isThere = await askAgent(this.config, { op: 'status' }).then(
        (status) => typeof status === 'object' && status !== null && 'share' in status && status.share !== 'none',
        () => false,
      );
      if (isThere) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`the agent on ${this.name} does not answer:\n${this.log()}`);
  }

  /** Ends the agent. */
  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  log(): string {
    return readFileSync(join(this.member.directory, 'agent.log'), 'utf8');
  }

  async status(): Promise<AgentStatus> {
    return (await askAgent(this.config, { op: 'status' })) as AgentStatus;
  }

  async state(): Promise<{ readonly observed: HostState; readonly desired: HostState }> {
    return (await askAgent(this.config, { op: 'state' })) as { observed: HostState; desired: HostState };
  }

  /** Makes the namespace `vm<number>` and plugs the port into it. */
  async plugNamespace(number: number): Promise<PlugAnswer> {
    await this.member.exec(['ip', 'netns', 'add', `vm${number}`]);
    return plug(this.config, {
      portId: testPortId(number),
      plug: { kind: 'netns', namespace: `vm${number}`, device: 'eth0' },
    });
  }

  /** Gives the workload of a port its address by hand. */
  async address(number: number): Promise<void> {
    await this.member.exec(['ip', '-n', `vm${number}`, '-batch', '-'], {
      input: `address add ${testPortAddress(number)}/16 dev eth0\nlink set eth0 up\n`,
    });
  }
}

export interface AgentLab extends AsyncDisposable {
  readonly lab: Lab;
  readonly hosts: readonly AgentHost[];
  host(name: string): AgentHost;
  /** Gives every host its share of these ports. */
  share(ports: readonly TestPort[]): void;
}

/** Brings up a lab with an agent on every host. The first host runs the DHCP server. */
export async function startAgentLab(name: string, hostNames: readonly string[]): Promise<AgentLab> {
  const directory = mkdtempSync(join(tmpdir(), `${name}-`));
  chmodSync(directory, 0o755);
  const program = join(directory, 'agent.mjs');
  await bundle('test/agent-main.ts', program);
  const lab = await startLab({ name, hosts: hostNames.map((one) => ({ name: one })), directory });
  const feeds: AgentFeed[] = [];
  const hosts: AgentHost[] = [];
  const dispose = async () => {
    await Promise.all(hosts.map((host) => host.stop('SIGKILL')));
    await Promise.all(feeds.map((feed) => feed[Symbol.asyncDispose]()));
    await lab[Symbol.asyncDispose]();
  };
  try {
    const members: TestHost[] = lab.hosts.map((member, n) => ({
      name: member.name,
      tunnelIp: member.tunnelAddress ?? '',
      dhcp: n === 0,
    }));
    let generation = 1;
    let ports: readonly TestPort[] = [];
    for (const member of lab.hosts) {
      const socket = join(member.directory, 'feed.sock');
      const feed = await AgentFeed.listen(socket);
      feeds.push(feed);
      const stateDirectory = join(member.directory, 'state');
      mkdirSync(stateDirectory, { recursive: true });
      writeFileSync(join(stateDirectory, 'agent-token'), AgentFeed.token);
      const self = members.find((one) => one.name === member.name) ?? { name: member.name, tunnelIp: '' };
      const full = () => everything(testShare(self, members, ports), generation);
      feed.onHello = full;
      const config = checkConfig({
        state_directory: stateDirectory,
        log_level: 'debug',
        agent: { server: `unix:${socket}`, host: member.name, local_ip: member.tunnelAddress ?? '' },
      });
      hosts.push(new AgentHost(member, feed, config, program));
    }
    await Promise.all(hosts.map((host) => host.start()));
    return {
      lab,
      hosts,
      host(wanted) {
        const found = hosts.find((one) => one.name === wanted);
        if (found === undefined) throw new Error(`no host ${wanted}`);
        return found;
      },
      share(now) {
        ports = now;
        generation += 1;
        for (const host of hosts) {
          const self = members.find((one) => one.name === host.name);
          if (self !== undefined) host.feed.say(everything(testShare(self, members, ports), generation));
        }
      },
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Pings at `perSecond` until told to stop; `end` says how many were sent and answered. */
export function startPing(member: LabMember, namespace: string, address: string, perSecond: number) {
  const [program = '', ...args] = [
    ...member.prefix({ namespace }),
    ...['ping', '-n', '-i', String(1 / perSecond), '-W', '2', address],
  ];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (data) => {
    text += String(data);
  });
  return {
    async end(): Promise<{ readonly sent: number; readonly received: number }> {
      const ended = once(child, 'close');
      child.kill('SIGINT');
      await ended;
      const answered = new Set([...text.matchAll(/icmp_seq=(\d+) /g)].map(([, number]) => Number(number)));
      const sent = Number(/(\d+) packets transmitted/.exec(text)?.[1] ?? 0);
      // The answer to the last one may have been on its way when ping was told to end.
      return { sent: answered.has(sent) ? sent : sent - 1, received: answered.size };
    },
  };
}
