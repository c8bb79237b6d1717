/** What the demo says while it works: one line a step, with its time. */
export interface Progress {
  /** Does a step and says how it went. */
  step<T>(text: string, work: () => Promise<T>): Promise<T>;
  /** Checks one claim and says whether it holds; what the check returns is shown behind it. Throws only when aborted. */
  prove(claim: string, check: () => Promise<string>): Promise<void>;
  say(text?: string): void;
  readonly proved: number;
  readonly failed: readonly string[];
}

export function startProgress(write: (line: string) => void, signal: AbortSignal): Progress {
  const failed: string[] = [];
  let proved = 0;
  const line = (mark: string, startMs: number, text: string) => {
    write(`${mark} ${`${((performance.now() - startMs) / 1000).toFixed(2)} s`.padStart(8)}  ${text}`);
  };
  return {
    async step(text, work) {
      signal.throwIfAborted();
      const start = performance.now();
      try {
        const result = await work();
        line('·', start, text);
        return result;
      } catch (error) {
        line('✗', start, text);
        throw error;
      }
    },
    async prove(claim, check) {
      signal.throwIfAborted();
      const start = performance.now();
      try {
        const evidence = await check();
        line('✓', start, `${claim}${evidence === '' ? '' : `: ${evidence}`}`);
        proved += 1;
      } catch (error) {
        signal.throwIfAborted();
        line('✗', start, `${claim}: ${error instanceof Error ? error.message : String(error)}`);
        failed.push(claim);
      }
    },
    say: (text = '') => write(text),
    get proved() {
      return proved;
    },
    get failed() {
      return failed;
    },
  };
}
