/**
 * The feed: each connected host's share, kept up to date.
 *
 * One loop reads the change log, works out which connected hosts are concerned, recomputes the shares of all of them in one
 * query and sends each what differs from what it was sent. The result depends on the rows as they are, never on the order or
 * number of changes: a change only says where to look.
 */
import { randomUUID } from 'node:crypto';
import { type ChangeCursor, currentCursor, readChanges } from '../store/changes.ts';
import type { Store } from '../store/database.ts';
import type { AgentConnection } from './agent-connection.ts';
import { concernedHosts } from './concerned-hosts.ts';
import { holderIndex } from './holder-index.ts';
import { portTexts } from './port-texts.ts';
import { advance, changedKeys, keysSince, nothingSent, type SentShare, syncFrame } from './sent-share.ts';
import { readShares, type ShareTexts } from './shares.ts';

/** What was sent to a host that went away is kept this long, for its return. */
const keepMs = 600_000;
const retryMs = 500;
/** A slow reader is looked at this often. */
const drainMs = 100;

/** What an agent says it has, when that can be a generation of ours. */
export type Resume = { readonly epoch: string; readonly generation: number } | null;

interface Host {
  sent: SentShare;
  connection: AgentConnection | null;
  /** Set until the first frame of a connection is out: what the agent says it has. `undefined`: in step. */
  resume: Resume | undefined;
  /** It reads too slowly: nothing is sent before its queue is empty, and then everything. */
  slow: boolean;
  goneAt: number;
}

export interface Feed extends AsyncDisposable {
  /** Changes with each life of the server, whose generations do not compare with another's. */
  readonly epoch: string;
  attach(host: string, connection: AgentConnection, resume: Resume): void;
  detach(host: string, connection: AgentConnection): void;
  /** The generation that the host was last sent; null while it is not connected. */
  sentGeneration(host: string): number | null;
}

/** Starts the loop. `onError` hears of each failed round; it is tried again. */
export async function openFeed(store: Store, onError: (error: unknown) => void): Promise<Feed> {
  const epoch = `${store.epoch}/${randomUUID()}`;
  const hosts = new Map<string, Host>();
  const index = holderIndex();
  const ports = portTexts();
  const dirty = new Set<string>();
  let cursor: ChangeCursor = await currentCursor(store.db);
  let running: Promise<void> | undefined;
  let again = false;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const send = (name: string, host: Host, share: ShareTexts): void => {
    const { connection } = host;
    const keys = changedKeys(host.sent.texts, share);
    const before = host.sent;
    host.sent = advance(before, share, keys);
    index.move(name, before.texts, share, keys);
    if (connection === null || host.slow) return;
    const { resume } = host;
    if (resume === undefined && keys.length === 0) return;
    const since = resume?.epoch === epoch ? keysSince(host.sent, resume.generation) : null;
    const frame = syncFrame(epoch, host.sent, resume === undefined ? keys : since);
    if (connection.send(frame)) {
      host.resume = undefined;
    } else {
      host.resume = null;
      host.slow = true;
      setTimeout(() => retrySlow(name, connection), drainMs);
    }
  };

  const retrySlow = (name: string, connection: AgentConnection): void => {
    const host = hosts.get(name);
    if (closed || host?.connection !== connection) return;
    if (connection.drained()) {
      host.slow = false;
      wakeFor(name);
    } else {
      setTimeout(() => retrySlow(name, connection), drainMs);
    }
  };

  const round = async (): Promise<void> => {
    const read = await readChanges(store.db, cursor);
    ports.changed(read.changes);
    const concerned = await concernedHosts(store, read.changes, index.holders);
    for (const name of concerned) if (hosts.has(name)) dirty.add(name);
    cursor = read.cursor;
    if (dirty.size === 0) {
      ports.settle((network) => index.holders(`network:${network}`).size > 0);
      return;
    }
    const batch = [...dirty];
    dirty.clear();
    try {
      for (const [name, share] of await readShares(store, batch, ports)) {
        const host = hosts.get(name);
        if (host !== undefined) send(name, host, share);
      }
    } catch (error) {
      for (const name of batch) dirty.add(name);
      throw error;
    }
  };

  const loop = async (): Promise<void> => {
    do {
      again = false;
      try {
        await round();
      } catch (error) {
        onError(error);
        if (!closed) timer = setTimeout(wake, retryMs);
        return;
      }
    } while (again && !closed);
  };
  const wake = (): void => {
    if (closed) return;
    clearTimeout(timer);
    timer = undefined;
    again = true;
    running ??= loop().finally(() => {
      running = undefined;
      if (again && !closed && timer === undefined) wake();
    });
  };
  const wakeFor = (name: string): void => {
    dirty.add(name);
    wake();
  };

  const listener = store.listen(wake);
  const forget = setInterval(() => {
    for (const [name, host] of hosts) {
      if (host.connection !== null || performance.now() - host.goneAt < keepMs) continue;
      index.move(name, host.sent.texts, new Map());
      hosts.delete(name);
    }
  }, keepMs / 10);
  forget.unref();

  return {
    epoch,
    attach: (name, connection, resume) => {
      const host = hosts.get(name) ?? {
        sent: nothingSent,
        connection: null,
        resume: undefined,
        slow: false,
        goneAt: 0,
      };
      hosts.set(name, host);
      host.connection?.close(4001, 'another agent says it is this host');
      host.connection = connection;
      host.resume = resume;
      host.slow = false;
      wakeFor(name);
    },
    detach: (name, connection) => {
      const host = hosts.get(name);
      if (host?.connection !== connection) return;
      host.connection = null;
      host.goneAt = performance.now();
    },
    sentGeneration: (name) => {
      const host = hosts.get(name);
      return host?.connection ? host.sent.generation : null;
    },
    [Symbol.asyncDispose]: async () => {
      closed = true;
      clearTimeout(timer);
      clearInterval(forget);
      await listener[Symbol.asyncDispose]();
      await running;
    },
  };
}
