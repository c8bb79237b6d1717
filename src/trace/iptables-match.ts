import type { IpSet } from '../host/host-state.ts';
import type { Negatable, RuleMatch } from '../host/iptables-rule.ts';
import { isInCidr, parseAddress } from '../model/addresses.ts';
import { type Packet, type Protocol, protocolNumbers } from './packet.ts';

/** A packet as netfilter sees it at a hook. */
export interface NetfilterPacket {
  readonly packet: Packet;
  readonly state: 'NEW' | 'ESTABLISHED' | 'RELATED' | 'INVALID' | 'UNTRACKED';
  /** Whether conntrack translated the connection's destination or source. */
  readonly dnat: boolean;
  readonly snat: boolean;
  readonly mark: number;
  readonly connmark: number;
  readonly inInterface: string | null;
  readonly outInterface: string | null;
  /** Ports of a Linux bridge, when the packet crosses one. */
  readonly physdevIn: string | null;
  readonly physdevOut: string | null;
}

/** Whether a match of a rule holds; null where its meaning is not known. */
export function matches(
  match: RuleMatch,
  at: NetfilterPacket,
  ipsets: Readonly<Record<string, IpSet>>,
): boolean | null {
  const { packet } = at;
  switch (match.kind) {
    case 'source':
      return inCidr(packet.ipSource, match.cidr) !== match.negated;
    case 'destination':
      return inCidr(packet.ipDestination, match.cidr) !== match.negated;
    case 'inInterface':
      return isInterface(at.inInterface, match.name) !== match.negated;
    case 'outInterface':
      return isInterface(at.outInterface, match.name) !== match.negated;
    case 'protocol':
      return isProtocol(packet.protocol, match.protocol) !== match.negated;
    case 'physdev':
      return (
        isPhysdev(at.physdevIn, match.in) &&
        isPhysdev(at.physdevOut, match.out) &&
        (!match.isIn || at.physdevIn !== null) &&
        (!match.isOut || at.physdevOut !== null) &&
        (!match.isBridged || (at.physdevIn !== null && at.physdevOut !== null))
      );
    case 'mac':
      return (packet.macSource === match.macAddress.toLowerCase()) !== match.negated;
    case 'state':
      return match.states.some((state) => isState(at, state)) !== match.negated;
    case 'set':
      return setMatch(match, packet, ipsets);
    case 'mark':
      return isMark(at.mark, match.value, match.mask) !== match.negated;
    case 'connmark':
      return isMark(at.connmark, match.value, match.mask) !== match.negated;
    case 'ports':
      return (
        packet.protocol === match.module &&
        isPort(packet.sourcePort, match.source) &&
        isPort(packet.destinationPort, match.destination)
      );
    case 'multiport':
      return multiportMatch(match.option, match.ports, packet) !== match.negated;
    case 'icmp':
      return icmpMatch(match.family, match.type, packet) !== match.negated;
    case 'comment':
      return true;
    case 'tcpFlags':
    case 'unknown':
      return null;
  }
}

function inCidr(address: string, cidr: string): boolean {
  return cidr.includes('/') ? isInCidr(address, cidr) : parseAddress(address)?.value === parseAddress(cidr)?.value;
}

function isInterface(name: string | null, pattern: string): boolean {
  if (name === null) return false;
  return pattern.endsWith('+') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

function isPhysdev(name: string | null, wanted: Negatable | null): boolean {
  return wanted === null || isInterface(name, wanted.value) !== wanted.negated;
}

function isProtocol(protocol: Protocol, text: string): boolean {
  const name = text === 'ipv6-icmp' || text === 'icmpv6' ? 'icmp6' : text;
  return name === 'all' || name === protocol || name === String(protocolNumbers[protocol]);
}

function isState(at: NetfilterPacket, state: string): boolean {
  if (state === 'DNAT') return at.dnat;
  if (state === 'SNAT') return at.snat;
  return state === at.state;
}

function setMatch(
  match: Extract<RuleMatch, { kind: 'set' }>,
  packet: Packet,
  ipsets: Readonly<Record<string, IpSet>>,
): boolean | null {
  const [direction, ...more] = match.directions;
  if (more.length > 0 || (direction !== 'src' && direction !== 'dst')) return null;
  const address = direction === 'src' ? packet.ipSource : packet.ipDestination;
  const members = ipsets[match.name]?.members ?? [];
  return members.some((member) => inCidr(address, member)) !== match.negated;
}

function isMark(mark: number, value: number, mask: number | null): boolean {
  return (mark & (mask ?? 0xffffffff)) >>> 0 === value;
}

function isPort(port: number, wanted: Negatable | null): boolean {
  return wanted === null || inRange(port, wanted.value) !== wanted.negated;
}

function inRange(port: number, text: string): boolean {
  const [first = '', last = first] = text.split(':');
  return port >= Number(first) && port <= Number(last);
}

function multiportMatch(option: 'sports' | 'dports' | 'ports', ranges: readonly string[], packet: Packet): boolean {
  const within = (port: number) => ranges.some((range) => inRange(port, range));
  if (option === 'sports') return within(packet.sourcePort);
  if (option === 'dports') return within(packet.destinationPort);
  return within(packet.sourcePort) || within(packet.destinationPort);
}

function icmpMatch(family: 4 | 6, text: string, packet: Packet): boolean {
  if (packet.protocol !== (family === 4 ? 'icmp' : 'icmp6')) return false;
  if (text === 'any') return true;
  const [type, code] = text.split('/');
  return packet.sourcePort === Number(type) && (code === undefined || packet.destinationPort === Number(code));
}
