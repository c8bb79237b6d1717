import type { Subfield } from '../host/openflow-action.ts';
import { bitsOf } from '../host/openflow-subfield.ts';
import { formatAddress, parseAddress } from '../model/addresses.ts';
import { type Packet, type Protocol, protocolNumbers } from './packet.ts';

/** A packet as an OpenFlow table sees it: header fields, registers and metadata as numbers. A missing field is zero. */
export type Fields = Readonly<Record<string, bigint>>;

type ValueKind = 'number' | 'mac' | 'ip' | 'ctState' | 'tcpFlags';

/** Bits of a field: some names stand for a part of another field. */
export interface FieldBits {
  readonly base: string;
  readonly shift: number;
  readonly width: number;
  readonly values: ValueKind;
}

const bits = (base: string, width: number, values: ValueKind = 'number', shift = 0): FieldBits => ({
  base,
  shift,
  width,
  values,
});

/** Fields by the names of ovs-fields(7), in matches and in `set_field`. `dl_vlan` is matched apart, because of its present bit. */
const byName: Readonly<Record<string, FieldBits>> = {
  eth_src: bits('eth_src', 48, 'mac'),
  dl_src: bits('eth_src', 48, 'mac'),
  eth_dst: bits('eth_dst', 48, 'mac'),
  dl_dst: bits('eth_dst', 48, 'mac'),
  eth_type: bits('eth_type', 16),
  dl_type: bits('eth_type', 16),
  vlan_tci: bits('vlan_tci', 16),
  vlan_vid: bits('vlan_tci', 13),
  vlan_pcp: bits('vlan_tci', 3, 'number', 13),
  nw_src: bits('nw_src', 32, 'ip'),
  ip_src: bits('nw_src', 32, 'ip'),
  nw_dst: bits('nw_dst', 32, 'ip'),
  ip_dst: bits('nw_dst', 32, 'ip'),
  ipv6_src: bits('ipv6_src', 128, 'ip'),
  ipv6_dst: bits('ipv6_dst', 128, 'ip'),
  nw_proto: bits('nw_proto', 8),
  ip_proto: bits('nw_proto', 8),
  nw_tos: bits('nw_tos', 8),
  ip_dscp: bits('nw_tos', 6, 'number', 2),
  nw_ecn: bits('nw_tos', 2),
  nw_ttl: bits('nw_ttl', 8),
  nw_frag: bits('nw_frag', 8),
  tp_src: bits('tp_src', 16),
  tcp_src: bits('tp_src', 16),
  udp_src: bits('tp_src', 16),
  sctp_src: bits('tp_src', 16),
  tp_dst: bits('tp_dst', 16),
  tcp_dst: bits('tp_dst', 16),
  udp_dst: bits('tp_dst', 16),
  sctp_dst: bits('tp_dst', 16),
  icmp_type: bits('tp_src', 8),
  icmpv6_type: bits('tp_src', 8),
  icmp_code: bits('tp_dst', 8),
  icmpv6_code: bits('tp_dst', 8),
  tcp_flags: bits('tcp_flags', 12, 'tcpFlags'),
  arp_op: bits('arp_op', 16),
  arp_spa: bits('arp_spa', 32, 'ip'),
  arp_tpa: bits('arp_tpa', 32, 'ip'),
  arp_sha: bits('arp_sha', 48, 'mac'),
  arp_tha: bits('arp_tha', 48, 'mac'),
  nd_target: bits('nd_target', 128, 'ip'),
  nd_sll: bits('nd_sll', 48, 'mac'),
  nd_tll: bits('nd_tll', 48, 'mac'),
  tun_id: bits('tun_id', 64),
  tunnel_id: bits('tun_id', 64),
  tun_src: bits('tun_src', 32, 'ip'),
  tun_dst: bits('tun_dst', 32, 'ip'),
  metadata: bits('metadata', 64),
  pkt_mark: bits('pkt_mark', 32),
  conj_id: bits('conj_id', 32),
  ct_state: bits('ct_state', 32, 'ctState'),
  ct_zone: bits('ct_zone', 16),
  ct_mark: bits('ct_mark', 32),
};

/** Extended-match names, as `load`, `move` and `learn` print them. */
const byMatchName: Readonly<Record<string, FieldBits>> = {
  NXM_OF_ETH_SRC: bits('eth_src', 48, 'mac'),
  NXM_OF_ETH_DST: bits('eth_dst', 48, 'mac'),
  NXM_OF_ETH_TYPE: bits('eth_type', 16),
  NXM_OF_VLAN_TCI: bits('vlan_tci', 16),
  OXM_OF_VLAN_VID: bits('vlan_tci', 13),
  NXM_OF_IP_TOS: bits('nw_tos', 8),
  NXM_OF_IP_PROTO: bits('nw_proto', 8),
  NXM_NX_IP_TTL: bits('nw_ttl', 8),
  NXM_OF_IP_SRC: bits('nw_src', 32, 'ip'),
  NXM_OF_IP_DST: bits('nw_dst', 32, 'ip'),
  NXM_NX_IPV6_SRC: bits('ipv6_src', 128, 'ip'),
  NXM_NX_IPV6_DST: bits('ipv6_dst', 128, 'ip'),
  NXM_OF_TCP_SRC: bits('tp_src', 16),
  NXM_OF_TCP_DST: bits('tp_dst', 16),
  NXM_OF_UDP_SRC: bits('tp_src', 16),
  NXM_OF_UDP_DST: bits('tp_dst', 16),
  NXM_OF_ICMP_TYPE: bits('tp_src', 8),
  NXM_NX_ICMPV6_TYPE: bits('tp_src', 8),
  NXM_OF_ARP_OP: bits('arp_op', 16),
  NXM_OF_ARP_SPA: bits('arp_spa', 32, 'ip'),
  NXM_OF_ARP_TPA: bits('arp_tpa', 32, 'ip'),
  NXM_NX_ARP_SHA: bits('arp_sha', 48, 'mac'),
  NXM_NX_ARP_THA: bits('arp_tha', 48, 'mac'),
  NXM_NX_ND_TARGET: bits('nd_target', 128, 'ip'),
  NXM_NX_ND_SLL: bits('nd_sll', 48, 'mac'),
  NXM_NX_ND_TLL: bits('nd_tll', 48, 'mac'),
  NXM_NX_TUN_ID: bits('tun_id', 64),
  OXM_OF_TUNNEL_ID: bits('tun_id', 64),
  OXM_OF_METADATA: bits('metadata', 64),
  NXM_NX_PKT_MARK: bits('pkt_mark', 32),
  NXM_NX_CT_STATE: bits('ct_state', 32, 'ctState'),
  NXM_NX_CT_ZONE: bits('ct_zone', 16),
  NXM_NX_CT_MARK: bits('ct_mark', 32),
};

/** Finds a field by either kind of name; null where it is not known. */
export function fieldBits(name: string): FieldBits | null {
  if (Object.hasOwn(byName, name)) return byName[name] ?? null;
  if (Object.hasOwn(byMatchName, name)) return byMatchName[name] ?? null;
  const register = /^(?:reg|NXM_NX_REG)(\d+)$/.exec(name);
  return register === null ? null : bits(`reg${register[1]}`, 32);
}

/** Reads a field, or a part of one. */
export function readField(fields: Fields, field: FieldBits): bigint {
  return ((fields[field.base] ?? 0n) >> BigInt(field.shift)) & ones(field.width);
}

/** The fields with some bits of one replaced; `mask` says which. */
export function writeField(fields: Fields, field: FieldBits, value: bigint, mask = ones(field.width)): Fields {
  const shift = BigInt(field.shift);
  const kept = (fields[field.base] ?? 0n) & ~(mask << shift);
  return { ...fields, [field.base]: kept | ((value & mask) << shift) };
}

/** The bits that a subfield names; null where the field is not known. */
export function subfieldBits(subfield: Subfield): FieldBits | null {
  const field = fieldBits(subfield.field);
  if (field === null) return null;
  const { first, last } = bitsOf(subfield, field.width);
  return { ...field, shift: field.shift + first, width: last - first + 1 };
}

const ctStates = ['new', 'est', 'rel', 'rpl', 'inv', 'trk', 'snat', 'dnat'];
const tcpFlags = ['fin', 'syn', 'rst', 'psh', 'ack', 'urg', 'ece', 'cwr', 'ns'];

/** A value in the text that OVS prints for the field, with its mask; null where it cannot be read. */
export function parseValue(
  field: FieldBits,
  value: string,
  mask: string | null,
): { value: bigint; mask: bigint } | null {
  if (field.values === 'ctState' || field.values === 'tcpFlags') {
    return parseFlags(value, field.values === 'ctState' ? ctStates : tcpFlags) ?? parseNumeric(field, value, mask);
  }
  return parseNumeric(field, value, mask);
}

function parseNumeric(field: FieldBits, text: string, maskText: string | null) {
  const value = parseOne(field, text);
  const mask = maskText === null ? ones(field.width) : parseMask(field, maskText);
  return value === null || mask === null ? null : { value, mask };
}

function parseMask(field: FieldBits, text: string): bigint | null {
  if (field.values === 'ip' && /^\d+$/.test(text)) {
    const length = Number(text);
    return length > field.width ? null : ones(field.width) ^ ones(field.width - length);
  }
  return parseOne(field, text);
}

function parseOne(field: FieldBits, text: string): bigint | null {
  if (field.values === 'mac') return parseMac(text);
  if (field.values === 'ip') return parseAddress(text)?.value ?? null;
  return /^(0x[0-9a-f]+|\d+)$/.test(text) ? BigInt(text) : null;
}

function parseFlags(text: string, names: readonly string[]): { value: bigint; mask: bigint } | null {
  if (!/^([+-][a-z]+)+$/.test(text)) return null;
  let value = 0n;
  let mask = 0n;
  for (const [, sign, name = ''] of text.matchAll(/([+-])([a-z]+)/g)) {
    const index = names.indexOf(name);
    if (index < 0) return null;
    mask |= 1n << BigInt(index);
    if (sign === '+') value |= 1n << BigInt(index);
  }
  return { value, mask };
}

/** The `ct_state` of a packet that went through `ct()`. */
export function ctState(...names: readonly string[]): bigint {
  return names.reduce((state, name) => state | (1n << BigInt(ctStates.indexOf(name))), 0n);
}

/** `fa:16:3e:00:00:01` as a number; null for anything else. */
export function parseMac(text: string): bigint | null {
  return /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(text) ? BigInt(`0x${text.replaceAll(':', '')}`) : null;
}

/** A number as `fa:16:3e:00:00:01`. */
export function formatMac(value: bigint): string {
  return (value.toString(16).padStart(12, '0').match(/../g) ?? []).join(':');
}

/** The number whose lowest `width` bits are set. */
export function ones(width: number): bigint {
  return (1n << BigInt(width)) - 1n;
}

/** What the first table sees of a packet. */
export function packetFields(packet: Packet): Fields {
  const source = parseAddress(packet.ipSource)?.value ?? 0n;
  const destination = parseAddress(packet.ipDestination)?.value ?? 0n;
  const addresses: Fields =
    packet.ipVersion === 4 ? { nw_src: source, nw_dst: destination } : { ipv6_src: source, ipv6_dst: destination };
  return {
    eth_src: parseMac(packet.macSource) ?? 0n,
    eth_dst: parseMac(packet.macDestination) ?? 0n,
    eth_type: packet.ipVersion === 4 ? 0x800n : 0x86ddn,
    vlan_tci: packet.vlan === null ? 0n : BigInt(packet.vlan | 0x1000),
    ...addresses,
    nw_proto: BigInt(protocolNumbers[packet.protocol]),
    nw_tos: BigInt(packet.dscp << 2),
    nw_ttl: BigInt(packet.ttl),
    tp_src: BigInt(packet.sourcePort),
    tp_dst: BigInt(packet.destinationPort),
    ...(packet.vni === null ? {} : { tun_id: BigInt(packet.vni) }),
  };
}

/** The packet after a pipeline wrote its fields. */
export function fieldsPacket(packet: Packet, fields: Fields): Packet {
  const number = (name: string) => Number(fields[name] ?? 0n);
  const address = (name: string, other: string) =>
    formatAddress({ version: packet.ipVersion, value: fields[packet.ipVersion === 4 ? name : other] ?? 0n });
  const tci = number('vlan_tci');
  return {
    ...packet,
    macSource: formatMac(fields['eth_src'] ?? 0n),
    macDestination: formatMac(fields['eth_dst'] ?? 0n),
    vlan: (tci & 0x1000) === 0 ? null : tci & 0xfff,
    vni: fields['tun_id'] === undefined ? null : number('tun_id'),
    ipSource: address('nw_src', 'ipv6_src'),
    ipDestination: address('nw_dst', 'ipv6_dst'),
    protocol: protocolOf(number('nw_proto')) ?? packet.protocol,
    sourcePort: number('tp_src'),
    destinationPort: number('tp_dst'),
    dscp: number('nw_tos') >> 2,
    ttl: number('nw_ttl'),
  };
}

function protocolOf(number: number): Protocol | null {
  const found = Object.entries(protocolNumbers).find(([, value]) => value === number);
  return (found?.[0] as Protocol | undefined) ?? null;
}
