import { type PortText, parsePort, printPort } from './openflow-port.ts';
import { splitOutsideBrackets } from './split-text.ts';

/** Protocols that OVS prints as one word: each stands for an Ethernet type and, most of them, an IP protocol. */
export const protocolWords = [
  'ip',
  'ipv6',
  'arp',
  'rarp',
  'icmp',
  'icmp6',
  'tcp',
  'tcp6',
  'udp',
  'udp6',
  'sctp',
  'sctp6',
] as const;

export type ProtocolWord = (typeof protocolWords)[number];

/** One element of a flow's match. Values stay in the text in which OVS prints them; `trace` knows each field's width. */
export type MatchItem =
  | { readonly kind: 'protocol'; readonly word: ProtocolWord }
  | { readonly kind: 'inPort'; readonly port: PortText }
  | { readonly kind: 'field'; readonly field: string; readonly value: string; readonly mask: string | null }
  | { readonly kind: 'unknown'; readonly text: string };

/** Takes apart the match text of a `Flow` (`ovs-ofctl dump-flows`, without table and priority). */
export function parseMatch(text: string): readonly MatchItem[] {
  return text === '' ? [] : splitOutsideBrackets(text, ',').map(parseItem);
}

/** The text that `parseMatch` read. */
export function printMatch(items: readonly MatchItem[]): string {
  return items.map(printItem).join(',');
}

function parseItem(text: string): MatchItem {
  const word = protocolWords.find((candidate) => candidate === text);
  if (word !== undefined) return { kind: 'protocol', word };
  const equals = text.indexOf('=');
  if (equals <= 0) return { kind: 'unknown', text };
  const field = text.slice(0, equals);
  const rest = text.slice(equals + 1);
  if (!/^[a-z][a-z0-9_]*$/.test(field) || rest === '') return { kind: 'unknown', text };
  if (field === 'in_port') return { kind: 'inPort', port: parsePort(rest) };
  const slash = rest.indexOf('/');
  if (slash < 0) return { kind: 'field', field, value: rest, mask: null };
  return { kind: 'field', field, value: rest.slice(0, slash), mask: rest.slice(slash + 1) };
}

function printItem(item: MatchItem): string {
  switch (item.kind) {
    case 'protocol':
      return item.word;
    case 'inPort':
      return `in_port=${printPort(item.port)}`;
    case 'field':
      return item.mask === null ? `${item.field}=${item.value}` : `${item.field}=${item.value}/${item.mask}`;
    case 'unknown':
      return item.text;
  }
}
