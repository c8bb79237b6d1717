/** Which hosts hold an object, so that its change or end finds them without walking hosts. */
import { changedKeys } from './sent-share.ts';
import type { ObjectKey, ShareTexts } from './shares.ts';

const nobody: ReadonlySet<string> = new Set();

export interface HolderIndex {
  holders(key: ObjectKey): ReadonlySet<string>;
  /** The host had `from` and has `to`; the keys in which they differ may be given. */
  move(host: string, from: ShareTexts, to: ShareTexts, keys?: readonly ObjectKey[]): void;
}

export function holderIndex(): HolderIndex {
  const index = new Map<ObjectKey, Set<string>>();
  return {
    holders: (key) => index.get(key) ?? nobody,
    move: (host, from, to, keys = changedKeys(from, to)) => {
      for (const key of keys) {
        const hosts = index.get(key);
        if (to.has(key)) {
          if (hosts === undefined) index.set(key, new Set([host]));
          else hosts.add(host);
        } else if (hosts !== undefined) {
          hosts.delete(host);
          if (hosts.size === 0) index.delete(key);
        }
      }
    },
  };
}
