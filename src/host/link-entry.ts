/** A device as one namespace shows it, and the step from there to `Link`, which knows its veth's other end by name. */
import type { Link } from './host-state.ts';

export interface LinkEntry {
  readonly name: string;
  /** Index in its own namespace. */
  readonly index: number;
  readonly link: Link;
  /** Index of a veth's other end where that is in another namespace. */
  readonly peerIndex?: number;
  /** Name of that namespace, where `ip` knew it. */
  readonly peerNamespace?: string;
}

/**
 * Finds both ends of the veth pairs that cross namespaces. An end whose other end is in none of the given namespaces, or
 * could be in several, gets `peerNamespace: null`.
 */
export function joinPeers(
  namespaces: Readonly<Record<string, readonly LinkEntry[]>>,
): Readonly<Record<string, Readonly<Record<string, Link>>>> {
  return Object.fromEntries(
    Object.entries(namespaces).map(([namespace, entries]) => [
      namespace,
      Object.fromEntries(entries.map((entry) => [entry.name, withPeer(namespace, entry, namespaces)])),
    ]),
  );
}

function withPeer(
  namespace: string,
  entry: LinkEntry,
  namespaces: Readonly<Record<string, readonly LinkEntry[]>>,
): Link {
  const { peerIndex } = entry;
  if (peerIndex === undefined) return entry.link;
  const found = Object.entries(namespaces)
    .filter(([other]) => other !== namespace && (entry.peerNamespace ?? other) === other)
    .flatMap(([other, entries]) =>
      entries
        .filter((candidate) => candidate.index === peerIndex && candidate.peerIndex === entry.index)
        .filter((candidate) => (candidate.peerNamespace ?? namespace) === namespace)
        .map((candidate) => ({ other, candidate })),
    );
  const certain = found.find(({ candidate }) => (entry.peerNamespace ?? candidate.peerNamespace) !== undefined);
  const one = certain ?? (found.length === 1 ? found[0] : undefined);
  return one === undefined
    ? { ...entry.link, peerNamespace: entry.peerNamespace ?? null }
    : { ...entry.link, peer: one.candidate.name, peerNamespace: one.other };
}

/**
 * Tells what only OVSDB knows: which tap devices are internal ports of its bridges, and that a bridge's own device is not one
 * of ours to make.
 */
export function nameInternalPorts(
  links: Readonly<Record<string, Link>>,
  internalPorts: ReadonlySet<string>,
  bridges: ReadonlySet<string>,
): Readonly<Record<string, Link>> {
  return Object.fromEntries(
    Object.entries(links).map(([name, link]) => {
      if (link.kind !== 'tap' && link.kind !== 'internal') return [name, link];
      if (bridges.has(name)) return [name, { ...link, kind: 'other' as const }];
      return [name, { ...link, kind: internalPorts.has(name) ? ('internal' as const) : ('tap' as const) }];
    }),
  );
}

/** Whether the kernel derived this link-local address from the device's MAC address (RFC 4291, appendix A). */
export function isDerivedLinkLocal(address: string, macAddress: string | undefined): boolean {
  if (macAddress === undefined || !/^fe80:/i.test(address)) return false;
  const bytes = macAddress.split(':').map((byte) => Number.parseInt(byte, 16));
  const [first = 0, ...rest] = bytes;
  const identifier = [first ^ 2, ...rest.slice(0, 2), 0xff, 0xfe, ...rest.slice(2)];
  const groups = [0, 2, 4, 6].map((at) => ((identifier[at] ?? 0) * 256 + (identifier[at + 1] ?? 0)).toString(16));
  const written = (address.split('/')[0] ?? '')
    .replace(/^fe80::?/i, '')
    .split(':')
    .filter((group) => group !== '');
  const significant = groups.slice(groups.findIndex((group) => group !== '0'));
  return written.slice(-significant.length).join(':') === significant.join(':') && written.length <= groups.length;
}
