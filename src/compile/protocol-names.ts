import { protocolNumbers } from '../model/protocol-numbers.ts';

/**
 * IP protocols by the name under which `iptables-save` prints them: that of Debian's `/etc/protocols` (package netbase). A number
 * that is not here is printed as a number.
 */
export const PROTOCOL_NAMES: Readonly<Record<number, string>> = {
  1: 'icmp',
  2: 'igmp',
  3: 'ggp',
  4: 'ipencap',
  5: 'st',
  6: 'tcp',
  8: 'egp',
  9: 'igp',
  12: 'pup',
  17: 'udp',
  20: 'hmp',
  22: 'xns-idp',
  27: 'rdp',
  29: 'iso-tp4',
  33: 'dccp',
  36: 'xtp',
  37: 'ddp',
  38: 'idpr-cmtp',
  41: 'ipv6',
  43: 'ipv6-route',
  44: 'ipv6-frag',
  45: 'idrp',
  46: 'rsvp',
  47: 'gre',
  50: 'esp',
  51: 'ah',
  57: 'skip',
  58: 'ipv6-icmp',
  59: 'ipv6-nonxt',
  60: 'ipv6-opts',
  73: 'rspf',
  81: 'vmtp',
  88: 'eigrp',
  89: 'ospf',
  93: 'ax.25',
  94: 'ipip',
  97: 'etherip',
  98: 'encap',
  103: 'pim',
  108: 'ipcomp',
  112: 'vrrp',
  115: 'l2tp',
  124: 'isis',
  132: 'sctp',
  133: 'fc',
  135: 'mobility-header',
  136: 'udplite',
  137: 'mpls-in-ip',
  138: 'manet',
  139: 'hip',
  140: 'shim6',
  141: 'wesp',
  142: 'rohc',
  143: 'ethernet',
};

/** The number of a protocol of the API, 0 for any; null when it is none. ICMP in an IPv6 rule is ICMPv6. */
export function protocolNumber(protocol: string | null, ethertype: 'IPv4' | 'IPv6'): number | null {
  if (protocol === null || protocol === 'any') return 0;
  const number = /^\d{1,3}$/.test(protocol) ? Number(protocol) : protocolNumbers[protocol.toLowerCase()];
  if (number === undefined || number > 255) return null;
  return number === 1 && ethertype === 'IPv6' ? 58 : number;
}

/** The protocol as `iptables-save` prints it after `-p`. */
export function protocolName(number: number): string {
  return PROTOCOL_NAMES[number] ?? String(number);
}
