/** For tests: the built-in identity on a database of its own, asked without a socket. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify, { type FastifyInstance } from 'fastify';
import { checkConfig } from '../config/config.ts';
import type { Store } from '../store/database.ts';
import { openTestStore } from '../store/test-store.ts';
import { type Identity, openIdentity } from './identity.ts';
import { registerIdentity } from './register.ts';

export interface TestIdentity extends AsyncDisposable {
  /** The state directory. */
  readonly directory: string;
  readonly store: Store;
  readonly identity: Identity;
  readonly app: FastifyInstance;
  readonly adminPassword: string;
}

export async function openTestIdentity(): Promise<TestIdentity> {
  const directory = await mkdtemp(join(tmpdir(), 'tapline-identity-'));
  const store = await openTestStore();
  const identity = await openIdentity(store, checkConfig({ state_directory: directory }));
  const app = Fastify();
  await registerIdentity(app, identity);
  return {
    ...{ directory, store, identity, app },
    adminPassword: (await readFile(join(directory, 'admin-password'), 'utf8')).trim(),
    [Symbol.asyncDispose]: async () => {
      await app.close();
      identity[Symbol.dispose]();
      await store[Symbol.asyncDispose]();
      await rm(directory, { recursive: true });
    },
  };
}
