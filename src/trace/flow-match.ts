import type { MatchItem, ProtocolWord } from '../host/openflow-match.ts';
import type { PortText } from '../host/openflow-port.ts';
import { type Fields, fieldBits, parseValue, readField } from './fields.ts';

/** Tests whether a packet meets one condition of a flow. */
export type Condition = (fields: Fields, inPort: string) => boolean;

/** Ethernet type and IP protocol that a protocol word stands for (ovs-fields(7)). */
const protocols: Readonly<Record<ProtocolWord, readonly [etherType: bigint, protocol: bigint | null]>> = {
  ip: [0x800n, null],
  ipv6: [0x86ddn, null],
  arp: [0x806n, null],
  rarp: [0x8035n, null],
  icmp: [0x800n, 1n],
  icmp6: [0x86ddn, 58n],
  tcp: [0x800n, 6n],
  tcp6: [0x86ddn, 6n],
  udp: [0x800n, 17n],
  udp6: [0x86ddn, 17n],
  sctp: [0x800n, 132n],
  sctp6: [0x86ddn, 132n],
};

/** Makes the test of one match item; null where its meaning is not known, so that nothing can be said of the flow. */
export function compileCondition(item: MatchItem, portName: (port: PortText) => string): Condition | null {
  switch (item.kind) {
    case 'unknown':
      return null;
    case 'inPort': {
      const name = portName(item.port);
      return (_fields, inPort) => inPort === name;
    }
    case 'protocol': {
      const [etherType, protocol] = protocols[item.word];
      return (fields) => fields['eth_type'] === etherType && (protocol === null || fields['nw_proto'] === protocol);
    }
    case 'field':
      return fieldCondition(item.field, item.value, item.mask);
  }
}

function fieldCondition(name: string, value: string, mask: string | null): Condition | null {
  if (name === 'dl_vlan') return vlanCondition(value);
  if (name === 'dl_vlan_pcp') return tciCondition((BigInt(value) << 13n) | 0x1000n, 0xf000n);
  const field = fieldBits(name);
  const expected = field === null ? null : parseValue(field, value, mask);
  if (field === null || expected === null) return null;
  // OVS matches the six bits of DSCP when it is told the whole byte.
  const significant = name === 'nw_tos' && mask === null ? 0xfcn : expected.mask;
  return (fields) => ((readField(fields, field) ^ expected.value) & significant) === 0n;
}

/** `dl_vlan=0xffff` is an untagged frame; any other number needs the tag's present bit. */
function vlanCondition(value: string): Condition | null {
  if (!/^(0x[0-9a-f]+|\d+)$/.test(value)) return null;
  const vlan = BigInt(value);
  return vlan === 0xffffn ? tciCondition(0n, 0x1000n) : tciCondition(vlan | 0x1000n, 0x1fffn);
}

function tciCondition(value: bigint, mask: bigint): Condition {
  return (fields) => (((fields['vlan_tci'] ?? 0n) ^ value) & mask) === 0n;
}
