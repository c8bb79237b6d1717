/** For tests: the API on a fresh database of a real PostgreSQL, asked through Fastify's inject. */
import Fastify from 'fastify';
import { type Config, checkConfig } from '../config/config.ts';
import type { Store } from '../store/database.ts';
import { openTestStore } from '../store/test-store.ts';
import type { Caller } from './engine/caller.ts';
import { registerApi } from './register.ts';

export const testProject = '11111111111111111111111111111111';
export const otherProject = '22222222222222222222222222222222';

/** Tokens of the test's callers are their names. */
const callers: Readonly<Record<string, Caller>> = {
  admin: { projectId: 'a'.repeat(32), roles: ['admin', 'member', 'reader'], isAdmin: true },
  member: { projectId: testProject, roles: ['member', 'reader'], isAdmin: false },
  reader: { projectId: testProject, roles: ['reader'], isAdmin: false },
  other: { projectId: otherProject, roles: ['member', 'reader'], isAdmin: false },
};

export interface TestAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects, and fails when it is not there.
  readonly body: any;
  readonly headers: Readonly<Record<string, unknown>>;
}

export interface TestApi extends AsyncDisposable {
  readonly store: Store;
  /** `as` is a caller's name, or `none`. A text body is sent as it is. */
  ask(
    as: string,
    method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH',
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<TestAnswer>;
  /** POST that must succeed: the object made. */
  make(as: string, path: string, body: Record<string, unknown>): Promise<TestAnswer['body']>;
}

export async function openTestApi(given: Partial<Config['network']> = {}): Promise<TestApi> {
  const store = await openTestStore();
  // What the API did not expect is printed: a test sees no more of it than status 500.
  const app = Fastify({ logger: { level: 'error' } });
  const config = checkConfig({ network: given });
  registerApi(app, { store, config, authenticate: async (token) => callers[token] ?? null });
  await app.ready();
  const ask: TestApi['ask'] = async (as, method, path, body, headers = {}) => {
    const response = await app.inject({
      method,
      url: path,
      headers: {
        ...(as === 'none' ? {} : { 'x-auth-token': as }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return {
      status: response.statusCode,
      body: response.body === '' ? '' : response.json(),
      headers: response.headers,
    };
  };
  return {
    store,
    ask,
    make: async (as, path, body) => {
      const answer = await ask(as, 'POST', `/v2.0/${path}`, body);
      if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return Object.values(answer.body)[0];
    },
    [Symbol.asyncDispose]: async () => {
      await app.close();
      await store[Symbol.asyncDispose]();
    },
  };
}
