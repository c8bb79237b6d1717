/**
 * One thing done again and again, one at a time: whatever arrives during a round belongs to the next one, so that fifty
 * changes become one or two rounds. A round that did not get there is tried again, later and later.
 */
import { setTimeout as delay } from 'node:timers/promises';

export interface LoopOptions {
  /** How long a round waits for company before it starts, and again while there is some. */
  readonly gatherMs: number;
  /** But no longer than this. */
  readonly gatherLongestMs: number;
  readonly retryFirstMs: number;
  readonly retryLongestMs: number;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** `settled`: nothing left to do. `again`: something failed that a later round may bring about. */
export type RoundEnd = 'settled' | 'again';

export class Loop implements AsyncDisposable {
  readonly #round: () => Promise<RoundEnd>;
  readonly #options: LoopOptions;
  readonly #ending = new AbortController();
  readonly #running: Promise<void>;
  #woken = false;
  #sleeper: (() => void) | null = null;

  /** `round` must not reject: a failure is an `again`. */
  constructor(round: () => Promise<RoundEnd>, options: LoopOptions) {
    this.#round = round;
    this.#options = options;
    this.#running = this.#run();
  }

  /** There is something new: a round starts that sees all that was so when this was called. */
  wake(): void {
    this.#woken = true;
    this.#sleeper?.();
  }

  async #run(): Promise<void> {
    let failures = 0;
    const { signal } = this.#ending;
    while (!signal.aborted) {
      await this.#sleep(failures);
      if (signal.aborted) return;
      await this.#gather();
      failures = (await this.#round()) === 'again' ? failures + 1 : 0;
    }
  }

  async #gather(): Promise<void> {
    const startedAt = performance.now();
    do {
      this.#woken = false;
      await delay(this.#options.gatherMs);
    } while (this.#woken && performance.now() - startedAt < this.#options.gatherLongestMs);
    this.#woken = false;
  }

  /** Until woken; after failures no longer than the pause that they call for. */
  #sleep(failures: number): Promise<void> {
    if (this.#woken) return Promise.resolve();
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const end = () => {
        clearTimeout(timer);
        this.#sleeper = null;
        resolve();
      };
      this.#sleeper = end;
      if (failures > 0) timer = setTimeout(end, this.#pauseMs(failures));
    });
  }

  #pauseMs(failures: number): number {
    const { retryFirstMs, retryLongestMs, random } = this.#options;
    return Math.min(retryLongestMs, retryFirstMs * 2 ** Math.min(failures - 1, 20)) * (0.5 + random() / 2);
  }

  /** Ends after the round that is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    this.wake();
    await this.#running;
  }
}
