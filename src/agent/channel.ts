/**
 * The agent's end of the channel: one WebSocket that is always there or on its way back.
 *
 * A connection that is silent for too long is given up, whatever TCP thinks of it; so is one that takes nothing more from us.
 */

import { Value } from 'typebox/value';
import { WebSocket } from 'ws';
import { type FromAgent, type Hello, Observe, Sync } from '../feed/messages.ts';
import type { AgentLogger } from './agent-logger.ts';

export interface ChannelOptions {
  /** `http://host:port`, `https://host:port` or `unix:/path`. */
  readonly server: string;
  /** Read at each attempt: the server may write it later than the agent starts. */
  readonly token: () => Promise<string>;
  readonly hello: () => Hello;
  /** False: it does not fit, and the channel is opened anew. */
  readonly onSync: (sync: Sync) => boolean;
  readonly onObserve: (requestId: string) => void;
  readonly onUp: () => void;
  readonly onDown: () => void;
  readonly logger: AgentLogger;
  readonly times?: Partial<ChannelTimes>;
  /** From 0 to 1. */
  readonly random?: () => number;
}

export interface ChannelTimes {
  readonly heartbeatMs: number;
  /** Without a sign of life for so long, the connection is dead. */
  readonly silenceMs: number;
  readonly connectMs: number;
  readonly retryFirstMs: number;
  readonly retryLongestMs: number;
}

const usualTimes: ChannelTimes = {
  heartbeatMs: 5_000,
  silenceMs: 16_000,
  connectMs: 10_000,
  retryFirstMs: 100,
  retryLongestMs: 10_000,
};

/** More than this unsent, and the other end is not reading: everything is said anew after the next `hello`. */
const maxBufferedBytes = 64 * 1024 * 1024;

export class Channel implements Disposable {
  readonly #options: ChannelOptions;
  readonly #times: ChannelTimes;
  #socket: WebSocket | null = null;
  #retry: NodeJS.Timeout | undefined;
  #failures = 0;
  #lastFailure = '';
  #isUp = false;
  #isClosed = false;

  constructor(options: ChannelOptions) {
    this.#options = options;
    this.#times = { ...usualTimes, ...options.times };
    void this.#connect();
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Why there is no connection, for a person; empty while there is one. */
  get lastFailure(): string {
    return this.#isUp ? '' : this.#lastFailure;
  }

  /** False: there is no connection, and what is not said now is said after the next `hello`. */
  send(message: FromAgent): boolean {
    const socket = this.#socket;
    if (!this.#isUp || socket === null) return false;
    if (socket.bufferedAmount > maxBufferedBytes) {
      this.#lastFailure = 'the server takes nothing more';
      socket.terminate();
      return false;
    }
    socket.send(JSON.stringify(message));
    return true;
  }

  async #connect(): Promise<void> {
    let token: string;
    try {
      token = await this.#options.token();
    } catch (error) {
      this.#again(error instanceof Error ? error.message : String(error));
      return;
    }
    if (this.#isClosed) return;
    const socket = new WebSocket(channelUrl(this.#options.server), {
      headers: { authorization: `Bearer ${token}` },
      handshakeTimeout: this.#times.connectMs,
      maxPayload: 256 * 1024 * 1024,
      perMessageDeflate: false,
    });
    this.#socket = socket;
    let pulse: NodeJS.Timeout | undefined;
    let heardAt = performance.now();
    const heard = () => {
      heardAt = performance.now();
    };
    socket.on('open', () => {
      heard();
      this.#isUp = true;
      this.#options.logger.info({ server: this.#options.server }, 'connected to the server');
      this.#options.onUp();
      this.send(this.#options.hello());
      pulse = setInterval(() => {
        if (performance.now() - heardAt > this.#times.silenceMs) {
          this.#lastFailure = `silent for ${this.#times.silenceMs} ms`;
          socket.terminate();
          return;
        }
        socket.ping();
        this.send({ type: 'alive' });
      }, this.#times.heartbeatMs);
    });
    socket.on('pong', heard);
    socket.on('ping', heard);
    socket.on('message', (data) => {
      heard();
      this.#failures = 0;
      this.#hear(String(data), socket);
    });
    socket.on('error', (error) => {
      this.#lastFailure = error.message || ('code' in error ? String(error.code) : error.name);
    });
    socket.on('close', (code, reason) => {
      clearInterval(pulse);
      const wasUp = this.#isUp;
      this.#isUp = false;
      this.#socket = null;
      if (wasUp) this.#options.onDown();
      const said = reason.length > 0 ? String(reason) : code === 1006 ? '' : `closed with ${code}`;
      this.#again(said || this.#lastFailure || 'the connection ended');
    });
  }

  #hear(text: string, socket: WebSocket): void {
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      message = null;
    }
    if (Value.Check(Sync, message)) {
      if (this.#options.onSync(message)) return;
      this.#lastFailure = 'the server sent a difference to a share that this agent does not hold';
      socket.terminate();
    } else if (Value.Check(Observe, message)) {
      this.#options.onObserve(message.requestId);
    } else {
      this.#options.logger.warn(
        { text: text.slice(0, 200) },
        'the server said something that this agent does not know',
      );
    }
  }

  /** Tries again, later and later, and never all agents at the same moment. */
  #again(why: string): void {
    if (this.#isClosed) return;
    const { retryFirstMs, retryLongestMs } = this.#times;
    const longest = Math.min(retryLongestMs, retryFirstMs * 2 ** Math.min(this.#failures, 20));
    const pauseMs = longest * (0.5 + (this.#options.random ?? Math.random)() / 2);
    if (this.#failures === 0 || why !== this.#lastFailure) {
      this.#options.logger.warn({ server: this.#options.server }, `no connection to the server: ${why}`);
    }
    this.#lastFailure = why;
    this.#failures += 1;
    this.#retry = setTimeout(() => void this.#connect(), pauseMs);
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    this.#socket?.terminate();
  }
}

/** The address of the channel at a server: `ws://…`, `wss://…`, or `ws+unix:/path:…`. */
export function channelUrl(server: string): string {
  const path = '/agents/v1/channel';
  if (server.startsWith('unix:')) return `ws+unix:${server.slice('unix:'.length)}:${path}`;
  return `${server.replace(/^http/, 'ws').replace(/\/+$/, '')}${path}`;
}
