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

  private constructor(server: WebSocketServer) {
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

  static async listen(port = 0, host = '127.0.0.1'): Promise<AgentFeed> {
    const server = new WebSocketServer({ port, host, path: '/agents/v1/channel' });
    await new Promise((resolve) => server.once('listening', resolve));
    return new AgentFeed(server);
  }

  get port(): number {
    const address = this.#server.address();
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
    await new Promise((resolve) => this.#server.close(resolve));
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
