import type { Namespace } from '../host/host-state.ts';
import { type Hook, type Traversal, traverse } from './iptables.ts';
import type { NetfilterPacket } from './iptables-match.ts';
import type { Packet } from './packet.ts';

/** A hook passed: raw, mangle and nat or filter, in the kernel's order. */
export interface HookResult {
  readonly verdict: 'accept' | 'drop';
  readonly packet: NetfilterPacket;
  readonly traversals: readonly Traversal[];
  /** The traversal that translated or dropped the packet. */
  readonly decisive: Traversal | null;
}

const tables = {
  PREROUTING: ['raw', 'mangle', 'nat'],
  INPUT: ['mangle', 'filter'],
  FORWARD: ['mangle', 'filter'],
  OUTPUT: ['raw', 'mangle', 'nat', 'filter'],
  POSTROUTING: ['mangle', 'nat'],
} as const;

/**
 * Passes a hook of a namespace with all its tables. The nat table sees the first packet of a connection alone (Netfilter);
 * a destination translation changes what the tables after it see. `ownAddress` is what REDIRECT and MASQUERADE put in.
 */
export function passHook(namespace: Namespace, hook: Hook, start: NetfilterPacket, ownAddress: string): HookResult {
  let packet = start;
  let decisive: Traversal | null = null;
  const traversals: Traversal[] = [];
  for (const table of tables[hook]) {
    if (table === 'nat' && packet.state !== 'NEW') continue;
    const traversal = traverse(namespace, table, hook, packet);
    traversals.push(traversal);
    packet = translate(traversal, ownAddress);
    if (traversal.verdict === 'drop') return { verdict: 'drop', packet, traversals, decisive: traversal };
    if (traversal.translation !== null) decisive = traversal;
  }
  return { verdict: 'accept', packet, traversals, decisive };
}

function translate(traversal: Traversal, ownAddress: string): NetfilterPacket {
  const { translation, packet: at } = traversal;
  if (translation === null) return at;
  const address = translation.address ?? ownAddress;
  if (translation.kind === 'snat') {
    const packet = { ...at.packet, ipSource: address, sourcePort: translation.port ?? at.packet.sourcePort };
    return { ...at, packet, snat: true };
  }
  const packet = {
    ...at.packet,
    ipDestination: address,
    destinationPort: translation.port ?? at.packet.destinationPort,
  };
  return { ...at, packet, dnat: true };
}

/** Whether a packet answers one that went out as `after`. */
export function answers(packet: Packet, after: Packet): boolean {
  return (
    packet.ipSource === after.ipDestination &&
    packet.ipDestination === after.ipSource &&
    packet.protocol === after.protocol
  );
}
