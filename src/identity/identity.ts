/** The built-in identity service, opened: what routes and other rooms use. */
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import type { Store } from '../store/database.ts';
import { bootstrap } from './bootstrap.ts';
import type { Caller } from './caller.ts';
import { openPasswords, type Passwords } from './passwords.ts';
import { secretFile } from './secret-file.ts';
import { openTokens, type Tokens } from './tokens.ts';

const cleanUpMs = 600_000;

export interface Identity extends Disposable {
  readonly store: Store;
  readonly tokens: Tokens;
  readonly passwords: Passwords;
  readonly config: Config;
  /** What agents prove themselves with. */
  readonly agentToken: string;
  /** Who holds the token; null when it is unknown, expired or revoked. */
  authenticate(token: string): Promise<Caller | null>;
}

/** Bootstraps where that is needed. */
export async function openIdentity(store: Store, config: Config): Promise<Identity> {
  await bootstrap(store, config.state_directory);
  const agentToken = await secretFile(join(config.state_directory, 'agent-token'));
  const tokens = openTokens(store);
  // Expired tokens are refused anyhow: a failure here only leaves rows for the next time.
  const cleanUp = setInterval(() => void tokens.deleteExpired().catch(() => undefined), cleanUpMs);
  cleanUp.unref();
  return {
    store,
    tokens,
    passwords: openPasswords(),
    config,
    agentToken,
    authenticate: async (token) => (await tokens.find(token))?.caller ?? null,
    [Symbol.dispose]: () => clearInterval(cleanUp),
  };
}
