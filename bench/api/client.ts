/** One client of a Networking API on kept-alive connections, with the time that each answer took. */
import { Agent, request as send } from 'node:http';

/** What a resource says of itself, as far as it is asked for here. */
export interface Item {
  readonly id: string;
}

/** `{"port": {…}}` or `{"ports": […]}`. */
export type Body = Readonly<Record<string, Item & readonly Item[]>>;

export interface Answer {
  readonly status: number;
  readonly ms: number;
  readonly body: Body;
}

export interface Client extends Disposable {
  /** From the request to the last byte of the answer. Throws on an answer of 400 and above. */
  ask(method: string, path: string, body?: unknown): Promise<Answer>;
}

export interface Target {
  readonly name: string;
  /** `http://127.0.0.1:9696`, without `/v2.0`. */
  readonly url: string;
  readonly token: string;
}

export function openClient({ url, token }: Target): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    ask: async (method, path, body) => {
      const text = body === undefined ? '' : JSON.stringify(body);
      const headers = {
        ...{ 'x-auth-token': token, accept: 'application/json' },
        ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
      };
      const start = performance.now();
      const { status, answer } = await once(`${url}/v2.0${path}`, { method, headers, agent }, text);
      const ms = performance.now() - start;
      if (status >= 400) throw new Error(`${method} ${path}: ${status} ${answer.slice(0, 300)}`);
      return { status, ms, body: answer === '' ? {} : JSON.parse(answer) };
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}

function once(url: string, options: Parameters<typeof send>[1], text: string) {
  return new Promise<{ readonly status: number; readonly answer: string }>((resolve, reject) => {
    const request = send(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, answer: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    request.on('error', reject);
    request.end(text);
  });
}
