/**
 * Notices what others change. Events only say where to look; what matters comes out of reading that part again.
 *
 * OVSDB tells of bridges and ports, `ip monitor` of devices, addresses and routes, the kernel's file events of namespaces.
 * Flows, rules, limits and daemons have no cheap monitor: they are looked at about once a second, the rules of one namespace beside
 * the host's at a time, so that the cost does not grow with the number of routers.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { type FSWatcher, mkdirSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { Family } from '../host/change.ts';
import { ROOT } from '../host/host-state.ts';
import { type OvsTables, readBridges } from '../host/ovs-rows.ts';
import { isOurNamespace } from '../host/ownership.ts';
import type { HostChange } from './host-driver.ts';
import { listNamespaces, namespaceNumbers } from './native/namespace-links.ts';
import type { Commit, Observation } from './observation.ts';
import { eachAtMost, toolEnvironment } from './run.ts';

export interface HostWatchOptions {
  readonly runDirectory: string;
  readonly pollMs: number;
  readonly observation: Observation;
  readonly tables: () => OvsTables;
  /** Whether the host is being read or written; what is looked at then would be old at once. */
  readonly isBusy: () => boolean;
  /** Reads a part again, when nothing else is being done, and tells of a change of this kind if one came out of it. */
  readonly look: (kind: HostChange['kind'], fetch: () => Promise<Commit>) => Promise<void>;
  readonly restarted: () => void;
}

/** Events of one moment are looked at together. */
const GATHER_MS = 30;
/** Least time between two looks at devices, so that a burst of someone else's work is not made slower by watching it. */
const BETWEEN_MS = 300;

/** The monitor has taken in what OVSDB told. */
const known: Commit = () => true;

export class HostWatch implements Disposable {
  readonly #options: HostWatchOptions;
  readonly #namespaceFiles: FSWatcher;
  readonly #poll: NodeJS.Timeout;
  readonly #dirty = new Set<string>();
  #monitor: ChildProcess | undefined;
  #gathering: NodeJS.Timeout | undefined;
  #ovsdbGathering: NodeJS.Timeout | undefined;
  #switchd: string | undefined;
  #isPolling = false;
  #turn = 0;
  #lookedAt = 0;
  #isLooking = false;
  #isOver = false;

  constructor(options: HostWatchOptions) {
    this.#options = options;
    this.#switchd = this.#switchIdentity();
    mkdirSync('/run/netns', { recursive: true });
    this.#namespaceFiles = watch('/run/netns', () => this.#linksChanged(ROOT));
    this.#startMonitor();
    this.#poll = setInterval(() => void this.#pollOnce(), options.pollMs);
  }

  /** To be called when a row of OVSDB changed. */
  ovsdbChanged(): void {
    this.#ovsdbGathering ??= setTimeout(() => {
      this.#ovsdbGathering = undefined;
      void this.#look('ports', async () => known);
    }, GATHER_MS);
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    clearInterval(this.#poll);
    clearTimeout(this.#gathering);
    clearTimeout(this.#ovsdbGathering);
    this.#namespaceFiles.close();
    this.#monitor?.kill('SIGTERM');
  }

  #startMonitor(): void {
    if (this.#isOver) return;
    const args = ['-o', 'monitor', 'link', 'address', 'route', 'all-nsid'];
    const monitor = spawn('ip', args, { stdio: ['ignore', 'pipe', 'ignore'], env: toolEnvironment() });
    this.#monitor = monitor;
    monitor.stdout.setEncoding('utf8').on('data', (text: string) => {
      const inner = text.matchAll(/^\[nsid (\d+|current)\]/gm);
      for (const [, nsid = ''] of inner) this.#linksChanged(nsid === 'current' ? ROOT : nsid);
    });
    monitor.on('error', () => undefined);
    monitor.on('close', () => setTimeout(() => this.#startMonitor(), 1000).unref());
  }

  /** `where` is the host's own namespace or the number of another. */
  #linksChanged(where: string): void {
    if (this.#isOver) return;
    this.#dirty.add(where);
    if (this.#isLooking) return;
    const waitMs = Math.max(GATHER_MS, this.#lookedAt + BETWEEN_MS - performance.now());
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#lookedAt = performance.now();
      const dirty = [...this.#dirty];
      this.#dirty.clear();
      this.#isLooking = true;
      void this.#look('links', () => this.#fetchLinks(dirty)).finally(() => {
        this.#isLooking = false;
        for (const later of [...this.#dirty]) this.#linksChanged(later);
      });
    }, waitMs);
  }

  async #fetchLinks(dirty: readonly string[]): Promise<Commit> {
    const { observation } = this.#options;
    const numbers = dirty.filter((where) => where !== ROOT);
    const names = numbers.length > 0 ? await namespaceNumbers() : new Map<number, string>();
    const namespaces = [ROOT, ...numbers.flatMap((number) => names.get(Number(number)) ?? []), ...observation.unread()];
    const commits = await eachAtMost(4, [...new Set(namespaces)], (namespace) => observation.fetchLinks(namespace));
    return () => {
      const isNew = commits.map((commit) => commit()).includes(true);
      return observation.refreshNamespaces() || isNew;
    };
  }

  async #pollOnce(): Promise<void> {
    if (this.#isPolling || this.#options.isBusy()) return;
    this.#isPolling = true;
    try {
      if (this.#hasRestarted()) {
        this.#options.restarted();
        return;
      }
      const namespaces = listNamespaces().filter(isOurNamespace);
      const turn = namespaces[this.#turn++ % Math.max(1, namespaces.length)];
      await Promise.all([this.#pollFlows(), this.#pollRules(ROOT), ...(turn ? [this.#pollRules(turn)] : [])]);
      await this.#look('links', () => this.#options.observation.fetchShapers());
      if (this.#options.observation.hasDeadDaemon()) {
        await this.#look('daemons', async () => () => this.#options.observation.readDaemons());
      }
    } catch {
      // A tool that fails while something restarts or goes is asked again at the next turn.
    } finally {
      this.#isPolling = false;
    }
  }

  async #pollFlows(): Promise<void> {
    const { observation, tables } = this.#options;
    const current = tables();
    for (const bridge of Object.keys(readBridges(current))) {
      if (await observation.hasSameFlows(bridge, current)) continue;
      await this.#look('flows', () => observation.fetchFlows(bridge));
    }
  }

  async #pollRules(namespace: string): Promise<void> {
    const families: readonly Family[] = ['ipv4', 'ipv6'];
    for (const family of families) {
      await this.#look('rules', () => this.#options.observation.fetchRules(namespace, family));
    }
  }

  async #look(kind: HostChange['kind'], fetch: () => Promise<Commit>): Promise<void> {
    if (this.#isOver) return;
    // What cannot be read now changes again, or is read whole by the agent.
    await this.#options.look(kind, fetch).catch(() => undefined);
  }

  #hasRestarted(): boolean {
    const now = this.#switchIdentity();
    if (now === undefined || now === this.#switchd) return false;
    this.#switchd = now;
    return true;
  }

  /** Which run of ovs-vswitchd it is: it writes its pid file anew at each start. */
  #switchIdentity(): string | undefined {
    try {
      const { ino, mtimeMs } = statSync(join(this.#options.runDirectory, 'ovs-vswitchd.pid'));
      return `${ino} ${mtimeMs}`;
    } catch {
      return undefined;
    }
  }
}
