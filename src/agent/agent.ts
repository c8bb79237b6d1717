/**
 * The agent: hears its share, compiles the state that this host should have, brings it about, verifies, and reports.
 *
 * Without its server it keeps the host as it was last told; a reboot meanwhile is brought back from the share on disk.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { version } from '../config/version.ts';
import { announce, forgetConnections } from '../driver/announce.ts';
import type { HostDriver } from '../driver/host-driver.ts';
import { LinuxHost } from '../driver/linux-host.ts';
import { probeDatapath } from '../driver/probe.ts';
import type { Hello, Sync } from '../feed/messages.ts';
import type { HostState } from '../host/host-state.ts';
import type { AgentLogger } from './agent-logger.ts';
import { type Announcements, Announcer } from './announcer.ts';
import { bridgeMappings } from './bridge-mappings.ts';
import { Channel, type ChannelTimes } from './channel.ts';
import { type ControlRequest, serveControl } from './control.ts';
import { hostFacts } from './host-facts.ts';
import { missingNamespace } from './missing-namespace.ts';
import { type Planner, planner } from './planner.ts';
import { Plugging } from './plugging.ts';
import { type Plugs, type PlugsFile, plugsFile } from './plugs-file.ts';
import { Reconciler, type ReconcileTimes } from './reconcile.ts';
import { Reporter } from './reporter.ts';
import { type ShareFile, shareFile } from './share-file.ts';
import { applySync, type HeldShare } from './share-store.ts';

export interface AgentOptions {
  readonly logger: AgentLogger;
  /** Instead of the Linux host that this process runs on; disposed with the agent. */
  readonly driver?: HostDriver;
  /** Instead of the one that compiles. */
  readonly planner?: Planner;
  readonly announcements?: Announcements;
  readonly times?: Partial<ChannelTimes & ReconcileTimes & { readonly offlineAfterMs: number }>;
}

export interface RunningAgent extends AsyncDisposable {
  /** What `tapline agent status` shows. */
  status(): AgentStatus;
}

export interface AgentStatus {
  readonly host: string;
  readonly server: string;
  readonly connected: boolean;
  /** Why not, for a person. */
  readonly lastFailure: string;
  /** Where the share in use came from; `none`: nothing is written yet. */
  readonly share: 'none' | 'disk' | 'server';
  readonly generation: number | null;
  readonly rounds: number;
  readonly writes: number;
  readonly drift: number;
  readonly vswitchdRestarts: number;
  readonly failures: number;
  readonly problems: readonly string[];
  readonly plugs: readonly string[];
  readonly ports: Readonly<Record<string, string>>;
}

/**
 * Starts it. Throws `HostUnfit` when this host cannot be wired, naming each thing that is missing and how to get it, and
 * `ControlError` when another agent runs here.
 */
export async function startAgent(config: Config, options: AgentOptions): Promise<RunningAgent> {
  const { driver, observed, datapathType } = await takeHost(config, options.driver);
  let agent: Agent | null = null;
  const control = await serveControl(config.state_directory, async (request) =>
    agent === null ? { ok: false, error: 'the agent is starting' } : agent.answer(request),
  );
  const files = {
    share: shareFile(config.state_directory, config.agent.host),
    plugs: plugsFile(config.state_directory),
  };
  const [held, plugs] = await Promise.all([files.share.read(), files.plugs.read()]);
  agent = new Agent(config, options, { driver, observed, datapathType, control, held, plugs, files });
  return agent;
}

/** Reads the host back whole. Throws `HostUnfit`. */
async function takeHost(config: Config, given: HostDriver | undefined) {
  const { state_directory: stateDirectory, ovs, agent } = config;
  const driver = given ?? new LinuxHost({ ovsRunDirectory: ovs.run_directory, stateDirectory });
  try {
    const observed = await driver.read();
    const datapathType =
      agent.datapath_type !== 'auto'
        ? agent.datapath_type
        : (observed.bridges['br-int']?.datapathType ?? (await probeDatapath(ovs.run_directory)));
    return { driver, observed, datapathType };
  } catch (error) {
    await driver[Symbol.asyncDispose]();
    throw error;
  }
}

interface Beginning {
  readonly driver: HostDriver;
  readonly datapathType: 'system' | 'netdev';
  readonly observed: HostState;
  readonly control: AsyncDisposable;
  readonly held: HeldShare | null;
  readonly plugs: Plugs;
  readonly files: { readonly share: ShareFile; readonly plugs: PlugsFile };
}

class Agent implements RunningAgent {
  readonly #config: Config;
  readonly #driver: HostDriver;
  readonly #datapathType: 'system' | 'netdev';
  readonly #logger: AgentLogger;
  readonly #shareFile: ShareFile;
  readonly #reconciler: Reconciler;
  readonly #plugging: Plugging;
  readonly #reporter: Reporter;
  readonly #channel: Channel;
  readonly #offline: NodeJS.Timeout;
  readonly #control: AsyncDisposable;
  #held: HeldShare | null;
  #source: AgentStatus['share'] = 'none';
  #isResumable = true;
  #version = 0;

  constructor(config: Config, options: AgentOptions, beginning: Beginning) {
    const { driver, observed, datapathType, control, held, plugs, files } = beginning;
    const { logger, times } = options;
    this.#config = config;
    this.#driver = driver;
    this.#datapathType = datapathType;
    this.#logger = logger;
    this.#control = control;
    this.#shareFile = files.share;
    this.#held = held;
    const { host } = config.agent;
    const announcer = new Announcer(
      options.announcements ?? { announce, forgetConnections },
      held?.share ?? null,
      logger,
    );
    this.#plugging = new Plugging({ host, plugs, file: files.plugs, onPlugs: () => this.#intend() });
    this.#reporter = new Reporter((report) => this.#channel.send(report));
    this.#reconciler = new Reconciler({
      driver,
      observed,
      planner: options.planner ?? planner(hostFacts(config, datapathType)),
      host,
      logger,
      ...(times && { times }),
      onRound: (round) => {
        this.#reporter.tell(round);
        this.#plugging.wired(round);
        announcer.hear(round);
      },
    });
    this.#channel = new Channel({
      server: config.agent.server,
      token: () => readToken(config),
      hello: () => this.#hello(),
      onSync: (sync) => this.#hear(sync),
      onObserve: (requestId) => void this.#observe(requestId),
      onUp: () => this.#reporter.forget(),
      onDown: () => undefined,
      logger,
      ...(times && { times }),
    });
    this.#offline = setTimeout(() => this.#goOffline(), times?.offlineAfterMs ?? 3_000);
  }

  status(): AgentStatus {
    const { counts, statuses, problems } = this.#reconciler;
    return {
      host: this.#config.agent.host,
      server: this.#config.agent.server,
      connected: this.#channel.isUp,
      lastFailure: this.#channel.lastFailure,
      share: this.#source,
      generation: this.#held?.generation ?? null,
      ...counts,
      problems: problems.map(({ object, message }) => `${object}: ${message}`),
      plugs: Object.keys(this.#plugging.plugs),
      ports: Object.fromEntries(Object.values(statuses.ports).map(({ id, status }) => [id, status])),
    };
  }

  #hello(): Hello {
    const { host, roles, local_ip } = this.#config.agent;
    const held = this.#held;
    return {
      type: 'hello',
      host,
      version,
      roles,
      localIp: local_ip === '' ? null : local_ip,
      datapathType: this.#datapathType,
      bridgeMappings: bridgeMappings(this.#config),
      availabilityZone: this.#config.agent.availability_zone,
      resume: held === null || !this.#isResumable ? null : { epoch: held.epoch, generation: held.generation },
    };
  }

  /** False where the difference does not fit: the next `hello` asks for everything. What is held stays in force until then. */
  #hear(sync: Sync): boolean {
    const held = applySync(this.#held, sync);
    this.#isResumable = held !== null;
    if (held === null) return false;
    this.#held = held;
    this.#source = 'server';
    this.#shareFile.save(held).catch((error) => this.#logger.error({ err: error }, 'cannot keep the share on disk'));
    this.#plugging.heard(held, true);
    this.#intend();
    return true;
  }

  /** The server does not answer: what it said before this start is the best that is known. */
  #goOffline(): void {
    if (this.#source !== 'none' || this.#held === null) return;
    this.#logger.warn({ generation: this.#held.generation }, 'the server does not answer: using the share on disk');
    this.#source = 'disk';
    this.#plugging.heard(this.#held, false);
    this.#intend();
  }

  /** Nothing is intended before there is a view that is in sync. */
  #intend(): number {
    this.#version += 1;
    if (this.#held !== null && this.#source !== 'none') {
      this.#reconciler.intend({ version: this.#version, held: this.#held, plugs: this.#plugging.plugs });
    }
    return this.#version;
  }

  async #observe(requestId: string): Promise<void> {
    try {
      this.#channel.send({ type: 'observed', requestId, state: await this.#driver.read() });
    } catch (cause) {
      const error = cause instanceof Error ? cause.message : String(cause);
      this.#channel.send({ type: 'observed', requestId, state: null, error });
    }
  }

  /** What the control socket asks. */
  async answer(request: ControlRequest): Promise<unknown> {
    switch (request.op) {
      case 'plug': {
        const missing = missingNamespace(request.plug);
        if (missing !== null) return { ok: false, error: missing };
        return this.#plugging.plug(request.portId, request.plug, request.timeoutMs);
      }
      case 'unplug':
        return this.#plugging.unplug(request.portId, request.timeoutMs);
      case 'status':
        return this.status();
      case 'state':
        return { observed: await this.#driver.read(), desired: this.#reconciler.desired };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#offline);
    this.#channel[Symbol.dispose]();
    await this.#control[Symbol.asyncDispose]();
    await this.#reconciler[Symbol.asyncDispose]();
    await this.#driver[Symbol.asyncDispose]();
  }
}

async function readToken(config: Config): Promise<string> {
  const file = config.agent.token_file || join(config.state_directory, 'agent-token');
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    throw new Error(`no token: ${file} cannot be read; it is a copy of agent-token in the server's state directory`, {
      cause,
    });
  }
}
