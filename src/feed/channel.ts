/** `/agents/v1/channel`: agents in, by WebSocket; the feed and the reports behind it. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Transaction } from 'kysely';
import { Compile } from 'typebox/compile';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Store } from '../store/database.ts';
import type { Database } from '../store/tables.ts';
import { type AgentConnection, agentConnection } from './agent-connection.ts';
import { openFeed } from './feed.ts';
import { greetHost } from './host-rows.ts';
import { FromAgent, type Hello } from './messages.ts';
import { statusWriter } from './status-writer.ts';

const path = '/agents/v1/channel';
/** A host's whole state fits; nobody needs more. */
const maximumFrameBytes = 134_217_728;
const helloMs = 10_000;
const observeMs = 20_000;

const fromAgent = Compile(FromAgent);

export interface ChannelOptions {
  readonly store: Store;
  readonly agentToken: string;
  /** Gives unplaced routers and networks to hosts, in the transaction that greets one. */
  readonly place: (trx: Transaction<Database>) => Promise<void>;
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
}

export interface Channel extends AsyncDisposable {
  /** Names of the hosts whose agents are connected to this server. */
  hosts(): readonly string[];
  /** The generation that the host was last sent; null while its agent is not connected to this server. */
  sentGeneration(host: string): number | null;
  /** The host's state (a `HostState`), read back now. Rejects with why not. */
  observe(host: string, timeoutMs?: number): Promise<unknown>;
}

/** Takes the WebSocket upgrades of `path` on the server; leaves those of other paths alone. */
export async function openChannel(server: Server, options: ChannelOptions): Promise<Channel> {
  const { store, log } = options;
  const feed = await openFeed(store, (err) => log.error({ err }, 'the feed could not read the database'));
  const statuses = statusWriter(store, (err) => log.error({ err }, 'reports could not be written yet'));
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maximumFrameBytes, perMessageDeflate: false });
  const connected = new Map<string, AgentConnection>();

  const serve = (socket: WebSocket): void => {
    let host: string | null = null;
    const refuse = (reason: string): void => {
      log.warn({ host, reason }, 'agent refused');
      socket.close(1008, reason.slice(0, 120));
    };
    const hurry = setTimeout(() => host ?? refuse('no hello'), helloMs);
    const connection = agentConnection(socket, {
      frame: (text) => {
        const message = parseFrame(text);
        if (message === null) refuse('not a message of this channel');
        else if (message.type === 'hello') {
          if (host !== null) return refuse('a second hello');
          host = message.host;
          clearTimeout(hurry);
          void greet(message);
        } else if (host === null) refuse('hello comes first');
        else if (message.type === 'report') statuses.report(host, message);
        else if (message.type === 'alive') statuses.alive(host);
        else connection.answered(message);
      },
      close: () => {
        clearTimeout(hurry);
        if (host === null || connected.get(host) !== connection) return;
        connected.delete(host);
        feed.detach(host, connection);
        log.info({ host }, 'agent gone');
      },
    });
    const greet = async (hello: Hello): Promise<void> => {
      try {
        await greetHost(store, hello, options.place);
      } catch (err) {
        log.error({ err, host: hello.host }, 'agent could not be greeted');
        return connection.close(1013, 'try again');
      }
      if (socket.readyState !== socket.OPEN) return;
      connected.set(hello.host, connection);
      feed.attach(hello.host, connection, hello.resume);
      log.info({ host: hello.host, resume: hello.resume }, 'agent here');
    };
  };

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (request.url?.split('?')[0] !== path) {
      if (server.listenerCount('upgrade') === 1) refuseUpgrade(socket, '404 Not Found');
      return;
    }
    if (bears(request, options.agentToken)) sockets.handleUpgrade(request, socket, head, serve);
    else refuseUpgrade(socket, '401 Unauthorized');
  };
  server.on('upgrade', upgrade);

  return {
    hosts: () => [...connected.keys()],
    sentGeneration: (host) => feed.sentGeneration(host),
    observe: async (host, timeoutMs = observeMs) => {
      const connection = connected.get(host);
      if (connection === undefined) throw new Error(`no agent of host ${host} is connected`);
      return connection.observe(timeoutMs);
    },
    [Symbol.asyncDispose]: async () => {
      server.off('upgrade', upgrade);
      for (const socket of sockets.clients) socket.close(1001, 'the server stops');
      await feed[Symbol.asyncDispose]();
      await statuses[Symbol.asyncDispose]();
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    },
  };
}

function parseFrame(text: string): FromAgent | null {
  try {
    const value: unknown = JSON.parse(text);
    return fromAgent.Check(value) ? value : null;
  } catch {
    return null;
  }
}

function bears(request: IncomingMessage, token: string): boolean {
  const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
