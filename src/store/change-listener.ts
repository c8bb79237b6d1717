/** Hears of commits: those of this process at once, those of other servers by `LISTEN`. */
import pg from 'pg';
import { changesChannel } from './changes.ts';

/** Other servers' commits are also looked for this often, so that a notification lost with its connection costs no more. */
const pollMs = 2_000;
const reconnectMs = 200;

export interface ChangeListener extends AsyncDisposable {
  /** Says that this process committed changes. */
  wake(): void;
}

/**
 * Calls `onWake` whenever there may be something new to read in the change log, also after each reconnection. A lost
 * connection is made again for ever; `onWake` must not throw.
 */
export function listenForChanges(connection: pg.ClientConfig, ownName: string, onWake: () => void): ChangeListener {
  let client: pg.Client | undefined;
  let closed = false;
  let retry: NodeJS.Timeout | undefined;

  const connect = async (): Promise<void> => {
    const next = new pg.Client(connection);
    client = next;
    let failed = false;
    const fail = (): void => {
      if (failed) return;
      failed = true;
      void next.end().catch(() => undefined);
      if (!closed) retry = setTimeout(() => void connect(), reconnectMs);
    };
    next.on('error', fail);
    next.on('end', fail);
    next.on('notification', (message) => {
      if (message.payload !== ownName) onWake();
    });
    try {
      await next.connect();
      await next.query(`LISTEN ${changesChannel}`);
      onWake();
    } catch {
      fail();
    }
  };

  void connect();
  const poll = setInterval(onWake, pollMs);
  return {
    wake: onWake,
    [Symbol.asyncDispose]: async () => {
      closed = true;
      clearInterval(poll);
      clearTimeout(retry);
      await client?.end().catch(() => undefined);
    },
  };
}
