/**
 * The ports of the networks that hosts hold, kept from round to round: most changes are of a port, and a network may have
 * thousands. A round reads the ports that changed and those of networks that are not kept.
 */
import type { ReadChange } from '../store/changes.ts';

export interface PortTexts {
  /** Remembers what has to be read again. */
  changed(changes: readonly ReadChange[]): void;
  /** Ids of the ports to read although their network is kept. */
  stale(): readonly string[];
  /** Ids of the networks whose other ports need not be read. */
  networks(): readonly string[];
  /** Takes in what was read, JSON text by network and port; of the stale ones, those not in it are gone. */
  update(stale: readonly string[], networks: Iterable<string>, read: readonly PortText[]): void;
  of(networkId: string): ReadonlyMap<string, string>;
  /** For a round in which no host was concerned: forgets the networks that nobody holds, and with them what was stale. */
  settle(held: (networkId: string) => boolean): void;
}

export interface PortText {
  readonly id: string;
  readonly networkId: string;
  readonly text: string;
}

const none: ReadonlyMap<string, string> = new Map();

export function portTexts(): PortTexts {
  const byNetwork = new Map<string, Map<string, string>>();
  const networkOf = new Map<string, string>();
  const stale = new Set<string>();

  const forget = (networkId: string): void => {
    for (const id of byNetwork.get(networkId)?.keys() ?? []) networkOf.delete(id);
    byNetwork.delete(networkId);
  };
  return {
    changed: (changes) => {
      for (const { kind, id, networkId } of changes) {
        if (kind === 'port') stale.add(id);
        // Rare and far-reaching: rather read all its ports again than rely on each being named.
        else if (kind === 'network') forget(id);
        else if (networkId !== null) forget(networkId);
      }
    },
    stale: () => [...stale],
    networks: () => [...byNetwork.keys()],
    update: (wereStale, networks, read) => {
      for (const id of wereStale) {
        stale.delete(id);
        byNetwork.get(networkOf.get(id) ?? '')?.delete(id);
        networkOf.delete(id);
      }
      for (const network of networks) if (!byNetwork.has(network)) byNetwork.set(network, new Map());
      for (const { id, networkId, text } of read) {
        byNetwork.get(networkId)?.set(id, text);
        networkOf.set(id, networkId);
      }
    },
    of: (networkId) => byNetwork.get(networkId) ?? none,
    settle: (held) => {
      for (const network of byNetwork.keys()) if (!held(network)) forget(network);
      stale.clear();
    },
  };
}
