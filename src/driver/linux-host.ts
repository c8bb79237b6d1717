/**
 * The real host: reads it whole, brings it to a desired state by the difference to what it last saw, reads back what it
 * wrote, and notices what others change.
 *
 * Invariants: one reading or writing at a time; no write before the first full read; what was read stays true only as long
 * as nothing else changed it, so every hint of a change makes the part be read again (`host-watch.ts`).
 */
import { join } from 'node:path';
import type { Change } from '../host/change.ts';
import { difference } from '../host/difference.ts';
import type { HostState } from '../host/host-state.ts';
import { readBridges } from '../host/ovs-rows.ts';
import { apply } from './apply.ts';
import { type HostChange, type HostDriver, HostUnfit, type Outcome, type Problem } from './host-driver.ts';
import { HostWatch } from './host-watch.ts';
import { Notes } from './notes.ts';
import { type Commit, Observation } from './observation.ts';
import { Ovsdb, OvsdbFailed } from './ovsdb.ts';
import { whatIsMissing } from './probe.ts';

export interface LinuxHostOptions {
  /** Directory of `db.sock` and of the control sockets of ovs-vswitchd. */
  readonly ovsRunDirectory: string;
  /** Where daemons have their files, each in `dhcp/ID` below it. */
  readonly stateDirectory: string;
  /** How often what has no monitor is looked at; default 1000. */
  readonly pollMs?: number;
}

export class LinuxHost implements HostDriver {
  readonly #options: LinuxHostOptions;
  readonly #observation: Observation;
  readonly #listeners = new Set<(change: HostChange) => void>();
  #ovsdb: Ovsdb | undefined;
  #watch: HostWatch | undefined;
  #busy: Promise<unknown> = Promise.resolve();
  #isRead = false;
  /** Counts readings and writings that were asked for. */
  #generation = 0;
  #active = 0;
  #desired: HostState | undefined;
  /** What still differed after the last look, as text. */
  #remaining = '';
  #ports = '';

  constructor(options: LinuxHostOptions) {
    this.#options = options;
    this.#observation = new Observation({
      runDirectory: options.ovsRunDirectory,
      stateDirectory: options.stateDirectory,
    });
  }

  read(): Promise<HostState> {
    return this.#oneAtATime(async () => {
      const ovsdb = await this.#connected();
      this.#watch ??= this.#startWatch();
      await this.#observation.readAll(ovsdb.tables);
      this.#isRead = true;
      this.#ports = portsText(ovsdb);
      return this.#observation.state(ovsdb.tables);
    });
  }

  set(desired: HostState): Promise<Outcome> {
    return this.#oneAtATime(async () => {
      const ovsdb = await this.#connected();
      if (!this.#isRead) {
        await this.#observation.readAll(ovsdb.tables);
        this.#isRead = true;
      }
      await this.#observation.readWhatIsAsked(desired);
      const observed = this.#observation.state(ovsdb.tables);
      const changes = difference(desired, observed);
      const writes = changes.filter(isWrite);
      const notes = new Notes();
      if (writes.length > 0) {
        const { stateDirectory, ovsRunDirectory: runDirectory } = this.#options;
        await apply(writes, { ovsdb, observation: this.#observation, observed, notes, stateDirectory, runDirectory });
      }
      this.#desired = desired;
      this.#ports = portsText(ovsdb);
      const remaining = writes.length === 0 ? changes : difference(desired, this.#observation.state(ovsdb.tables));
      this.#remaining = JSON.stringify(remaining);
      return { writes: writes.length, problems: [...notes.problems(remaining), ...portErrors(desired, ovsdb)] };
    });
  }

  onChange(listener: (change: HostChange) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const watch = this.#watch;
    this.#watch = undefined;
    watch?.[Symbol.dispose]();
    await this.#busy;
    this.#ovsdb?.[Symbol.dispose]();
    this.#ovsdb = undefined;
  }

  #oneAtATime<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#generation++;
    this.#active++;
    const result = this.#busy.then(work).finally(() => {
      this.#active--;
    });
    this.#busy = result.catch(() => undefined);
    return result;
  }

  async #connected(): Promise<Ovsdb> {
    if (this.#ovsdb !== undefined) return this.#ovsdb;
    const missing = await whatIsMissing(this.#options.ovsRunDirectory);
    if (missing.length > 0) throw new HostUnfit(missing);
    const path = join(this.#options.ovsRunDirectory, 'db.sock');
    try {
      this.#ovsdb = await Ovsdb.open(path, {
        onUpdate: () => this.#watch?.ovsdbChanged(),
        onLost: () => {
          this.#ovsdb = undefined;
          this.#isRead = false;
          this.#tell({ kind: 'vswitchd-restarted' });
        },
      });
    } catch (cause) {
      if (!(cause instanceof OvsdbFailed)) throw cause;
      throw new HostUnfit([`a running Open vSwitch: ${cause.message}`]);
    }
    return this.#ovsdb;
  }

  #startWatch(): HostWatch {
    return new HostWatch({
      runDirectory: this.#options.ovsRunDirectory,
      pollMs: this.#options.pollMs ?? 1000,
      observation: this.#observation,
      tables: () => this.#ovsdb?.tables ?? { Bridge: new Map(), Port: new Map(), Interface: new Map() },
      isBusy: () => this.#active > 0,
      look: (kind, fetch) => this.#look(kind, fetch),
      restarted: () => {
        this.#isRead = false;
        this.#tell({ kind: 'vswitchd-restarted' });
      },
    });
  }

  /**
   * Reads a part again and tells whether something that matters came out of it. It never keeps a `set` waiting: when one
   * began in the meantime, what was read may be older than what it wrote, and is read once more after it.
   */
  async #look(kind: HostChange['kind'], fetch: () => Promise<Commit>): Promise<void> {
    for (;;) {
      const generation = this.#generation;
      await this.#busy;
      if (generation !== this.#generation) continue;
      if (this.#ovsdb === undefined || !this.#isRead || this.#watch === undefined) return;
      const commit = await fetch();
      if (generation !== this.#generation) continue;
      if (commit()) this.#compare(kind, this.#ovsdb);
      return;
    }
  }

  #compare(kind: HostChange['kind'], ovsdb: Ovsdb): void {
    const ports = portsText(ovsdb);
    if (ports !== this.#ports) {
      this.#ports = ports;
      this.#tell({ kind: 'ports' });
    }
    if (this.#desired === undefined) return;
    const remaining = JSON.stringify(difference(this.#desired, this.#observation.state(ovsdb.tables)));
    if (remaining === this.#remaining) return;
    this.#remaining = remaining;
    this.#tell({ kind });
  }

  #tell(change: HostChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

function isWrite(change: Change): boolean {
  return change.kind !== 'await-bridge' && change.kind !== 'await-namespace';
}

/** What OVS could not do for a port that is wanted. */
function portErrors(desired: HostState, ovsdb: Ovsdb): readonly Problem[] {
  const bridges = readBridges(ovsdb.tables);
  return Object.entries(desired.bridges).flatMap(([bridge, { ports }]) =>
    Object.keys(ports).flatMap((name) => {
      const error = bridges[bridge]?.ports[name]?.error;
      return error === undefined ? [] : [{ object: `port ${name} of ${bridge}`, namespace: '', message: error }];
    }),
  );
}

function portsText(ovsdb: Ovsdb): string {
  return JSON.stringify(
    Object.entries(readBridges(ovsdb.tables)).map(([name, { ports }]) => [name, Object.entries(ports).sort()]),
  );
}
