/** For tests: an agent's end of the channel, keeping its share as an agent does. */
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { Hello, Report, Sync } from './messages.ts';

export interface TestAgent extends Disposable {
  readonly socket: WebSocket;
  /** Every `sync` so far. */
  readonly syncs: readonly Sync[];
  /** What the syncs make together: `kind:id` to the object. */
  readonly share: ReadonlyMap<string, unknown>;
  /** Ids of the objects of a kind, sorted. */
  ids(kind: string): readonly string[];
  /** Resolves as soon as `holds` is true, after some frame. */
  until(holds: () => boolean): Promise<void>;
  report(report: Omit<Report, 'type'>): void;
}

/** Connects, says hello and waits for the answer. */
export async function connectTestAgent(
  url: string,
  token: string,
  hello: Partial<Hello> & { readonly host: string },
): Promise<TestAgent> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/agents/v1/channel`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const syncs: Sync[] = [];
  const share = new Map<string, unknown>();
  const waiting = new Set<() => void>();
  socket.on('message', (data) => {
    const message = JSON.parse(String(data));
    if (message.type === 'sync') {
      syncs.push(message);
      if (message.full) share.clear();
      for (const { kind, value } of message.set) share.set(`${kind}:${value.id}`, value);
      for (const { kind, id } of message.remove) share.delete(`${kind}:${id}`);
    }
    for (const check of waiting) check();
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const full: Hello = {
    type: 'hello',
    version: '0',
    roles: ['dhcp', 'l3'],
    localIp: null,
    datapathType: 'netdev',
    bridgeMappings: {},
    resume: null,
    ...hello,
  };
  socket.send(JSON.stringify(full));
  const until = async (holds: () => boolean): Promise<void> => {
    const late = new AbortController();
    const seen = new Promise<void>((resolve) => {
      const check = (): void => {
        if (!holds()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
    const timeout = delay(5_000, undefined, { signal: late.signal }).then(() => {
      throw new Error(`did not come true: ${holds}; syncs: ${JSON.stringify(syncs).slice(0, 2_000)}`);
    });
    await Promise.race([seen, timeout]).finally(() => {
      timeout.catch(() => undefined);
      late.abort();
    });
  };
  await until(() => syncs.length > 0);
  return {
    socket,
    syncs,
    share,
    ids: (kind) =>
      [...share.keys()]
        .filter((key) => key.startsWith(`${kind}:`))
        .map((key) => key.slice(kind.length + 1))
        .sort(),
    until,
    report: (report) => socket.send(JSON.stringify({ type: 'report', ...report })),
    [Symbol.dispose]: () => socket.terminate(),
  };
}
