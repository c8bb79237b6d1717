/** The built-in identity service, opened: what routes and other rooms use. */
import type { Config } from '../config/config.ts';
import type { Store } from '../store/database.ts';
import type { Authenticator } from './authenticator.ts';
import { bootstrap } from './bootstrap.ts';
import { openPasswords, type Passwords } from './passwords.ts';
import { openTokens, type Tokens } from './tokens.ts';

const cleanUpMs = 600_000;

export interface Identity extends Authenticator {
  readonly store: Store;
  readonly tokens: Tokens;
  readonly passwords: Passwords;
  readonly config: Config;
}

/** Bootstraps where that is needed. */
export async function openIdentity(store: Store, config: Config): Promise<Identity> {
  await bootstrap(store, config.state_directory);
  const tokens = openTokens(store);
  // Expired tokens are refused anyhow: a failure here only leaves rows for the next time.
  const cleanUp = setInterval(() => void tokens.deleteExpired().catch(() => undefined), cleanUpMs);
  cleanUp.unref();
  return {
    store,
    tokens,
    passwords: openPasswords(),
    config,
    keystoneUri: '',
    authenticate: async (token) => (await tokens.find(token))?.caller ?? null,
    [Symbol.dispose]: () => clearInterval(cleanUp),
  };
}
