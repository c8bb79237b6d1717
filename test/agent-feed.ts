import { createServer, type Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import type { FromAgent, Hello, Report, Sync } from '../src/feed/messages.ts';

/** The server's end of the channel, for one agent, in the hands of a test or a benchmark. */
export class AgentFeed implements AsyncDisposable {
  /** What an agent must say to be heard. */
  static readonly token = 'a-token';
  readonly #server: WebSocketServer;
  readonly heard: FromAgent[] = [];
  /** What each `hello` is answered with. */
  onHello: (hello: Hello) => Sync | null = () => null;
  socket: WebSocket | null = null;
  isMute = false;

  readonly #http: Server;

  private constructor(http: Server) {
    const server = new WebSocketServer({ server: http, path: '/agents/v1/channel' });
    this.#http = http;
    this.#server = server;
    server.on('connection', (socket, request) => {
      if (request.headers.authorization !== `Bearer ${AgentFeed.token}`) return socket.close(4401, 'no such token');
      this.socket = socket;
      socket.on('message', (data) => {
        const message = JSON.parse(String(data)) as FromAgent;
        if (message.type === 'alive') return;
        this.heard.push(message);
        const answer = message.type === 'hello' && !this.isMute ? this.onHello(message) : null;
        if (answer !== null) socket.send(JSON.stringify(answer));
      });
    });
  }

  /** On a TCP port of loopback (0: any), or a unix socket. */
  static async listen(where: number | string = 0): Promise<AgentFeed> {
    const http = createServer();
    await new Promise<void>((resolve) => {
      if (typeof where === 'string') http.listen(where, resolve);
      else http.listen(where, '127.0.0.1', resolve);
    });
    return new AgentFeed(http);
  }

  get port(): number {
    const address = this.#http.address();
    if (typeof address !== 'object' || address === null) throw new Error('not listening');
    return address.port;
  }

  say(sync: Partial<Sync>): void {
    this.socket?.send(JSON.stringify({ ...everything([]), full: false, ...sync }));
  }

  get reports(): readonly Report[] {
    return this.heard.filter((message) => message.type === 'report');
  }

  get hellos(): readonly Hello[] {
    return this.heard.filter((message) => message.type === 'hello');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#server.clients) client.terminate();
    this.#server.close();
    await new Promise((resolve) => this.#http.close(resolve));
  }
}

/** A full `sync`. */
export const everything = (set: Sync['set'], generation = 1): Sync => ({
  type: 'sync',
  epoch: 'e1',
  generation,
  full: true,
  set,
  remove: [],
});
