/**
 * Level-triggered: what the host should have follows from the share and the plugs of this moment, whatever led there.
 *
 * Invariants: nothing is written before the host was read back whole and an intent was given, which the agent does only
 * when it is in sync; one `set` at a time; a status is said only of what a `set` verified.
 */
import type { HostChange, HostDriver, Outcome, Problem } from '../driver/host-driver.ts';
import type { HostState } from '../host/host-state.ts';
import type { AgentLogger } from './agent-logger.ts';
import { driftLines } from './drift.ts';
import type { Intent } from './intent.ts';
import { Loop, type RoundEnd } from './loop.ts';
import type { Plan, Planner } from './planner.ts';
import { noStatuses, type Statuses, statusesOf } from './statuses.ts';

/** What came of a round that reached a judgement. */
export interface Round {
  readonly intent: Intent;
  readonly statuses: Statuses;
  /** What `desired` was in the round before; before the first, the host as it was read back. */
  readonly before: HostState;
  readonly desired: HostState;
}

export interface Counts {
  readonly rounds: number;
  readonly writes: number;
  /** Objects that someone else changed and that were put back. */
  readonly drift: number;
  readonly vswitchdRestarts: number;
  readonly failures: number;
}

export interface ReconcileTimes {
  readonly gatherMs: number;
  readonly gatherLongestMs: number;
  readonly retryFirstMs: number;
  readonly retryLongestMs: number;
  /** Time from a change on the host to the look at it, and the least time between two looks. */
  readonly settleMs: number;
  readonly betweenReadsMs: number;
  /** Every so often the whole host is read back, for what no monitor sees. */
  readonly resyncMs: number;
}

const usualTimes: ReconcileTimes = {
  gatherMs: 2,
  gatherLongestMs: 25,
  retryFirstMs: 100,
  retryLongestMs: 30_000,
  settleMs: 20,
  betweenReadsMs: 300,
  resyncMs: 60_000,
};

export interface ReconcilerParts {
  readonly driver: HostDriver;
  /** The host as it was read back at the start. */
  readonly observed: HostState;
  readonly planner: Planner;
  readonly host: string;
  readonly onRound: (round: Round) => void;
  readonly logger: AgentLogger;
  readonly times?: Partial<ReconcileTimes>;
}

export class Reconciler implements AsyncDisposable {
  readonly #parts: ReconcilerParts;
  readonly #times: ReconcileTimes;
  readonly #loop: Loop;
  readonly #listening: Disposable;
  readonly #resync: NodeJS.Timeout;
  #counts: Counts = { rounds: 0, writes: 0, drift: 0, vswitchdRestarts: 0, failures: 0 };
  #intent: Intent | null = null;
  #settled: Intent | null = null;
  #observed: HostState;
  #desired: HostState | null = null;
  #told: HostState;
  #statuses: Statuses = noStatuses;
  #problems: readonly Problem[] = [];
  #failing = 0;
  #isStale = false;
  #readAt = performance.now();
  #look: NodeJS.Timeout | undefined;

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
    this.#times = { ...usualTimes, ...parts.times };
    this.#observed = parts.observed;
    this.#told = parts.observed;
    this.#loop = new Loop(() => this.#round(), { ...this.#times, random: Math.random });
    this.#listening = parts.driver.onChange((change) => this.#changed(change));
    this.#resync = setInterval(() => this.#markStale(), this.#times.resyncMs);
  }

  get counts(): Counts {
    return this.#counts;
  }

  get statuses(): Statuses {
    return this.#statuses;
  }

  get problems(): readonly Problem[] {
    return this.#problems;
  }

  get desired(): HostState | null {
    return this.#desired;
  }

  /** From now on this is wanted. */
  intend(intent: Intent): void {
    this.#intent = intent;
    this.#loop.wake();
  }

  #changed(change: HostChange): void {
    if (change.kind === 'vswitchd-restarted') {
      this.#counts = { ...this.#counts, vswitchdRestarts: this.#counts.vswitchdRestarts + 1 };
      this.#parts.logger.warn({}, 'ovs-vswitchd was restarted: all flows and ports are put back');
    }
    const pauseMs = Math.max(this.#times.settleMs, this.#readAt + this.#times.betweenReadsMs - performance.now());
    this.#look ??= setTimeout(() => this.#markStale(), pauseMs);
  }

  #markStale(): void {
    clearTimeout(this.#look);
    this.#look = undefined;
    this.#isStale = true;
    this.#loop.wake();
  }

  async #round(): Promise<RoundEnd> {
    const intent = this.#intent;
    if (intent === null) return 'settled';
    this.#counts = { ...this.#counts, rounds: this.#counts.rounds + 1 };
    const isRepair = intent === this.#settled && this.#failing === 0;
    try {
      if (this.#isStale) await this.#readBack(isRepair);
      const startedAt = performance.now();
      const plan = this.#parts.planner(intent, this.#observed);
      const plannedAt = performance.now();
      const outcome = await this.#parts.driver.set(plan.desired);
      const times = { planMs: plannedAt - startedAt, setMs: performance.now() - plannedAt };
      const { writes, problems } = outcome;
      const { generation } = intent.held;
      this.#parts.logger.debug({ ...times, writes, problems: problems.slice(0, 5), generation }, 'a round');
      this.#desired = plan.desired;
      return this.#judge(intent, plan, outcome, isRepair);
    } catch (error) {
      this.#parts.logger.error({ err: error }, 'this round failed');
      this.#isStale = true;
      this.#failing += 1;
      this.#counts = { ...this.#counts, failures: this.#counts.failures + 1 };
      return 'again';
    }
  }

  async #readBack(isRepair: boolean): Promise<void> {
    this.#isStale = false;
    this.#readAt = performance.now();
    this.#observed = await this.#parts.driver.read();
    if (!isRepair || this.#desired === null) return;
    for (const line of driftLines(this.#desired, this.#observed)) this.#parts.logger.warn({}, line);
  }

  #judge(intent: Intent, plan: Plan, outcome: Outcome, isRepair: boolean): RoundEnd {
    const { problems, writes } = outcome;
    this.#counts = {
      ...this.#counts,
      writes: this.#counts.writes + writes,
      drift: this.#counts.drift + (isRepair ? writes : 0),
      failures: this.#counts.failures + (problems.length > 0 ? 1 : 0),
    };
    this.#problems = [...plan.problems, ...problems];
    this.#failing = problems.length > 0 ? this.#failing + 1 : 0;
    this.#settled = intent;
    if (problems.length > 0) this.#isStale = true;
    // One failure may be a device that came a moment later: nobody is told before it was tried twice.
    if (this.#failing === 1) return 'again';
    if (this.#failing === 2) {
      for (const problem of problems) this.#parts.logger.error({ ...problem }, `cannot wire ${problem.object}`);
    }
    this.#statuses = statusesOf({
      share: intent.held.share,
      host: this.#parts.host,
      plugged: plan.plugged,
      plugs: intent.plugs,
      problems: this.#problems,
    });
    const before = this.#told;
    this.#told = plan.desired;
    this.#parts.onRound({ intent, statuses: this.#statuses, before, desired: plan.desired });
    return problems.length > 0 ? 'again' : 'settled';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listening[Symbol.dispose]();
    clearTimeout(this.#look);
    clearInterval(this.#resync);
    await this.#loop[Symbol.asyncDispose]();
  }
}
