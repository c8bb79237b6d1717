/** What was started, to be stopped in the reverse order. */
export interface Parts extends AsyncDisposable {
  add<T extends Disposable | AsyncDisposable>(part: T): T;
  defer(stop: () => void | Promise<void>): void;
}

/** All parts are stopped, also after one of them failed to; the first failure is thrown at the end. */
export function startedParts(): Parts {
  const stops: (() => void | Promise<void>)[] = [];
  return {
    add: (part) => {
      stops.push(async () => {
        if (Symbol.asyncDispose in part) await part[Symbol.asyncDispose]();
        else part[Symbol.dispose]();
      });
      return part;
    },
    defer: (stop) => void stops.push(stop),
    [Symbol.asyncDispose]: async () => {
      const failures: unknown[] = [];
      for (const stop of stops.splice(0).reverse()) {
        try {
          await stop();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}
