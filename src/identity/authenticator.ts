import type { Caller } from './caller.ts';

/** Who is calling, by the built-in identity or by a Keystone elsewhere. */
export interface Authenticator extends Disposable {
  /** Who holds the token; null when it is unknown, expired or revoked. Throws `KeystoneError` when that cannot be known. */
  authenticate(token: string): Promise<Caller | null>;
  /** Where a client gets a token, for `WWW-Authenticate`; empty: from this server itself. */
  readonly keystoneUri: string;
}
