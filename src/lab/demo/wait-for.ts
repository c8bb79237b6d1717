import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitOptions {
  readonly timeoutMs: number;
  /** Between two looks. */
  readonly intervalMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Looks until there is something to see. `look` returns undefined, or a text that says what is still missing by throwing it as
 * an `Error`. Throws after the timeout, with the last reason.
 */
export async function waitFor<T>(what: string, look: () => Promise<T | undefined>, options: WaitOptions): Promise<T> {
  const deadline = performance.now() + options.timeoutMs;
  let reason: unknown;
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      const seen = await look();
      if (seen !== undefined) return seen;
    } catch (error) {
      if (error instanceof GiveUp) throw error;
      reason = error;
    }
    if (performance.now() >= deadline) {
      const because = reason instanceof Error ? `: ${reason.message}` : '';
      throw new Error(`${what} did not come about in ${options.timeoutMs / 1000} s${because}`, { cause: reason });
    }
    await sleep(options.intervalMs ?? 50, undefined, { signal: options.signal });
  }
}

/** Thrown by a look when waiting any longer is of no use. */
export class GiveUp extends Error {
  override readonly name = 'GiveUp';
}
