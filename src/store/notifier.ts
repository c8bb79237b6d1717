/**
 * Tells other servers that there is something new in the change log.
 *
 * After the commit and not in it: PostgreSQL lets transactions that notify commit one after the other, each waiting for the disk.
 * One notification stands for all commits since the last; a server that dies before it was sent is made up for by the others' looking
 * now and then.
 */
import type pg from 'pg';
import { changesChannel } from './changes.ts';

export interface Notifier {
  notify(): void;
}

/** `name` tells a server its own notifications. */
export function notifier(pool: Pick<pg.Pool, 'query'>, name: string): Notifier {
  let isSending = false;
  let isWanted = false;

  const send = async (): Promise<void> => {
    isSending = true;
    while (isWanted) {
      isWanted = false;
      await pool.query('SELECT pg_notify($1, $2)', [changesChannel, name]).catch(() => undefined);
    }
    isSending = false;
  };
  return {
    notify: () => {
      isWanted = true;
      if (!isSending) void send();
    },
  };
}
