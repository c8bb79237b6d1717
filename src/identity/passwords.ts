/**
 * Passwords and secrets, hashed and verified. A hash is made slow on purpose, so that one that was right is remembered for a while:
 * not the password, but a MAC of password and hash under a key that only this process has. A changed password has another hash, so
 * that what is remembered of the old one is never asked for again.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { hashPassword, verifyPassword } from './password.ts';

const rememberMs = 300_000;
const maximumRemembered = 1_000;

export interface Passwords {
  hash(password: string): Promise<string>;
  /** Without a hash (no such user, or one without a password) it takes as long as with one and is false. */
  verify(password: string, hash: string | null | undefined): Promise<boolean>;
}

export function openPasswords(verifySlowly = verifyPassword, now: () => number = Date.now): Passwords {
  const key = randomBytes(32);
  const remembered = new Map<string, number>();
  const nameOf = (password: string, hash: string): string =>
    createHmac('sha256', key).update(hash).update('\0').update(password).digest('base64url');
  const remember = (name: string): void => {
    if (remembered.size >= maximumRemembered) remembered.clear();
    remembered.set(name, now() + rememberMs);
  };
  return {
    hash: async (password) => {
      const hash = await hashPassword(password);
      // Who is given a password is about to log in with it.
      remember(nameOf(password, hash));
      return hash;
    },
    verify: async (password, hash) => {
      if (hash === null || hash === undefined) return verifySlowly(password, undefined);
      const name = nameOf(password, hash);
      if ((remembered.get(name) ?? 0) > now()) return true;
      remembered.delete(name);
      const right = await verifySlowly(password, hash);
      if (right) remember(name);
      return right;
    },
  };
}
