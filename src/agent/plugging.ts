/** Plugging and unplugging: recorded first, answered when a round has wired and verified it, or with the reason why not. */
import type { Plug } from '../compile/wiring.ts';
import type { ObjectStatus } from '../feed/messages.ts';
import type { Plugs, PlugsFile } from './plugs-file.ts';
import type { Round } from './reconcile.ts';
import type { HeldShare } from './share-store.ts';
import { workloadPorts } from './statuses.ts';

export type PlugAnswer =
  | { readonly ok: true; readonly status: ObjectStatus }
  | { readonly ok: false; readonly error: string };

export interface PluggingParts {
  readonly host: string;
  readonly plugs: Plugs;
  readonly file: PlugsFile;
  /** The plugs changed: a round must see them. Returns the version of the intent that does. */
  readonly onPlugs: () => number;
  /** How long a port may take to come from the server. */
  readonly shareWaitMs?: number;
}

export class Plugging {
  readonly #parts: PluggingParts;
  readonly #waiters = new Set<() => void>();
  #plugs: Plugs;
  #held: HeldShare | null = null;
  #round: Round | null = null;

  constructor(parts: PluggingParts) {
    this.#parts = parts;
    this.#plugs = parts.plugs;
  }

  get plugs(): Plugs {
    return this.#plugs;
  }

  /** The share changed. Once the server has spoken, the plug of a port that is not bound here any more is forgotten. */
  heard(held: HeldShare, isFromServer: boolean): void {
    this.#held = held;
    if (isFromServer) {
      const bound = new Set(workloadPorts(held.share, this.#parts.host).map((port) => port.id));
      const kept = Object.entries(this.#plugs).filter(([id]) => bound.has(id));
      if (kept.length < Object.keys(this.#plugs).length)
        void this.#record(Object.fromEntries(kept)).catch(() => undefined);
    }
    this.#tell();
  }

  /** A round ended. */
  wired(round: Round): void {
    this.#round = round;
    this.#tell();
  }

  /** Resolves when the port is wired and its plug is on disk. Answers with an error when that did not happen in time. */
  async plug(portId: string, plug: Plug, timeoutMs: number): Promise<PlugAnswer> {
    const startedAt = performance.now();
    const isBound = await this.#until(() => this.#isBoundHere(portId) || null, this.#parts.shareWaitMs ?? 5_000);
    if (isBound === null) return { ok: false, error: this.#whyNotBound(portId) };
    const recorded = this.#plugs[portId];
    const saved = isSame(recorded, plug) ? Promise.resolve() : this.#record({ ...this.#plugs, [portId]: plug });
    saved.catch(() => undefined);
    const version = this.#parts.onPlugs();
    const status = await this.#until(
      () => this.#roundOf(version)?.statuses.ports[portId] ?? null,
      timeoutMs - (performance.now() - startedAt),
    );
    await saved;
    if (status === null) {
      return { ok: false, error: `port ${portId} was not wired within ${timeoutMs} ms; the agent goes on trying` };
    }
    if (status.status !== 'ERROR') return { ok: true, status };
    return {
      ok: false,
      error: `port ${portId} cannot be wired yet: ${status.reason ?? 'unknown'}; the agent goes on trying`,
    };
  }

  /** Resolves when the chain is gone. */
  async unplug(portId: string, timeoutMs: number): Promise<PlugAnswer> {
    const { [portId]: plug, ...rest } = this.#plugs;
    if (plug === undefined) return { ok: false, error: `port ${portId} was not plugged here by tapline` };
    const saved = this.#record(rest);
    saved.catch(() => undefined);
    const version = this.#parts.onPlugs();
    const isGone = await this.#until(() => this.#roundOf(version) !== null || null, timeoutMs);
    await saved;
    if (isGone === null) return { ok: false, error: `port ${portId} was not unplugged within ${timeoutMs} ms` };
    return { ok: true, status: { id: portId, status: 'DOWN' } };
  }

  #record(plugs: Plugs): Promise<void> {
    this.#plugs = plugs;
    return this.#parts.file.save(plugs);
  }

  /** The last round, if it saw this version of the intent. */
  #roundOf(version: number): Round | null {
    return this.#round !== null && this.#round.intent.version >= version ? this.#round : null;
  }

  #isBoundHere(portId: string): boolean {
    return this.#held?.share.port[portId]?.host === this.#parts.host;
  }

  #whyNotBound(portId: string): string {
    const { host } = this.#parts;
    const bind = `openstack port set --host ${host} ${portId}`;
    if (this.#held === null) return 'this agent has not heard from its server yet';
    const port = this.#held.share.port[portId];
    if (port === undefined) return `port ${portId} is not bound to this host, or there is none: ${bind}`;
    const where = port.host === '' ? 'not bound' : `bound to ${port.host}`;
    return `port ${portId} is ${where}, and this is ${host}: ${bind}`;
  }

  #tell(): void {
    for (const waiter of this.#waiters) waiter();
  }

  /** The first thing that `look` sees, now or after any change; null when it saw nothing in time. */
  #until<Seen>(look: () => Seen | null, timeoutMs: number): Promise<Seen | null> {
    const seen = look();
    if (seen !== null) return Promise.resolve(seen);
    return new Promise((resolve) => {
      const end = (result: Seen | null) => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        resolve(result);
      };
      const timer = setTimeout(() => end(null), Math.max(0, timeoutMs));
      const waiter = () => {
        const now = look();
        if (now !== null) end(now);
      };
      this.#waiters.add(waiter);
    });
  }
}

function isSame(one: Plug | undefined, other: Plug): boolean {
  return one !== undefined && JSON.stringify(one) === JSON.stringify(other);
}
