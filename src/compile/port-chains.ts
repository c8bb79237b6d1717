import type { Port } from '../model/share.ts';
import { parseBlock } from './block.ts';
import type { GroupRules } from './group-rules.ts';
import { kernelCidr, linkLocalAddress } from './kernel-address.ts';
import type { OwnChains } from './wrapped-chains.ts';

/** Prefix of the chains of the Open vSwitch agent, as Neutron names them. */
export const OPENVSWI = 'neutron-openvswi';

/** What a port's chains in one family are made of. */
export interface PortChainInput {
  readonly port: Port;
  readonly ethertype: 'IPv4' | 'IPv6';
  /** False where one of the port's groups is stateless: replies are then not known, and must be allowed by rules. */
  readonly stateful: boolean;
  readonly rules: GroupRules;
  /** Link-local addresses of the network's routers, which alone may advertise themselves. */
  readonly routers: readonly string[];
}

const ESTABLISHED = '-m state --state RELATED,ESTABLISHED -j RETURN';
const INVALID = '-m state --state INVALID -m comment --comment "no known connection" -j DROP';
const FALLBACK = `-m comment --comment "no rule matched" -j ${OPENVSWI}-sg-fallback`;

/** Neutron's name of a port's chain: `i` to the port, `o` from it, `s` its addresses; `p`, which is ours, leads to `i` and `o`. */
export function portChain(direction: 'i' | 'o' | 's' | 'p', portId: string): string {
  return `${direction}${portId.slice(0, 10)}`;
}

/** The chains of one port in one family. RETURN from `i` and `o` lets the packet pass. */
export function portChains(input: PortChainInput): OwnChains {
  const { port } = input;
  const addresses = addressRules(port, input.ethertype);
  const guard = addresses.length === 0 ? [] : [`-j ${OPENVSWI}-${portChain('s', port.id)}`];
  return {
    [portChain('i', port.id)]: ingress(input),
    [portChain('o', port.id)]: egress(input, guard),
    ...(addresses.length === 0
      ? {}
      : {
          [portChain('s', port.id)]: [...addresses, '-m comment --comment "not an address of the port" -j DROP'],
        }),
  };
}

function ingress(input: PortChainInput): readonly string[] {
  const { port, ethertype, stateful, rules } = input;
  return [
    ...(ethertype === 'IPv6' ? neighbourIngress(input) : []),
    ...(stateful ? [ESTABLISHED] : []),
    ...(ethertype === 'IPv4' ? dhcpIngress(port) : ['-d fe80::/64 -p udp -m udp --sport 547 --dport 546 -j RETURN']),
    ...rules(port.securityGroupIds, 'ingress', ethertype),
    ...(stateful ? [INVALID] : []),
    FALLBACK,
  ];
}

function egress({ port, ethertype, stateful, rules }: PortChainInput, guard: readonly string[]): readonly string[] {
  return [
    ...(ethertype === 'IPv4' ? ipv4Egress(guard) : ipv6Egress(guard)),
    ...(stateful ? [ESTABLISHED] : []),
    ...rules(port.securityGroupIds, 'egress', ethertype),
    ...(stateful ? [INVALID] : []),
    FALLBACK,
  ];
}

/** Multicast listener queries, neighbour discovery, and advertisements of the routers that the model knows (RFC 4861, RFC 2710). */
function neighbourIngress({ routers }: PortChainInput): readonly string[] {
  return [
    ...[130, 135, 136].map((type) => `-p ipv6-icmp -m icmp6 --icmpv6-type ${type} -j RETURN`),
    ...routers.map((router) => `-s ${router}/128 -p ipv6-icmp -m icmp6 --icmpv6-type 134 -j RETURN`),
  ];
}

function dhcpIngress(port: Port): readonly string[] {
  const own = port.fixedIps.filter(({ ipAddress }) => !ipAddress.includes(':')).map(({ ipAddress }) => ipAddress);
  return [...own, '255.255.255.255'].map((ip) => `-d ${ip}/32 -p udp -m udp --sport 67 --dport 68 -j RETURN`);
}

function ipv4Egress(guard: readonly string[]): readonly string[] {
  return [
    '-s 0.0.0.0/32 -d 255.255.255.255/32 -p udp -m udp --sport 68 --dport 67 -m comment --comment "dhcp client" -j RETURN',
    ...guard,
    '-p udp -m udp --sport 68 --dport 67 -m comment --comment "dhcp client" -j RETURN',
    '-p udp -m udp --sport 67 --dport 68 -m comment --comment "dhcp server on a port" -j DROP',
  ];
}

/** Before it has an address a port asks from `::` (RFC 4862), so listener reports and solicitations come before the guard. */
function ipv6Egress(guard: readonly string[]): readonly string[] {
  return [
    ...[131, 135, 143].map((type) => `-s ::/128 -d ff02::/16 -p ipv6-icmp -m icmp6 --icmpv6-type ${type} -j RETURN`),
    ...guard,
    '-p ipv6-icmp -m icmp6 --icmpv6-type 134 -m comment --comment "router on a port" -j DROP',
    '-p ipv6-icmp -j RETURN',
    '-p udp -m udp --sport 546 --dport 547 -m comment --comment "dhcp client" -j RETURN',
    '-p udp -m udp --sport 547 --dport 546 -m comment --comment "dhcp server on a port" -j DROP',
  ];
}

/** Pairs of addresses that the port may send from; with an IPv6 address comes the link-local one of its MAC address. */
function addressRules(port: Port, ethertype: 'IPv4' | 'IPv6'): readonly string[] {
  const version = ethertype === 'IPv4' ? 4 : 6;
  const own = port.fixedIps.map(({ ipAddress }) => ({ macAddress: port.macAddress, ipAddress }));
  const rules = [...port.allowedAddressPairs, ...own].flatMap(({ macAddress, ipAddress }) => {
    const block = parseBlock(ipAddress);
    if (block === null || block.version !== version) return [];
    const mac = macAddress.toLowerCase();
    const source = block.prefixLength === 0 ? '' : `-s ${kernelCidr(block)} `;
    const from = (match: string) => `${match}-m mac --mac-source ${mac} -j RETURN`;
    return version === 4 ? [from(source)] : [from(source), from(`-s ${linkLocalAddress(mac)}/128 `)];
  });
  if (port.fixedIps.length === 0) rules.push(`-m mac --mac-source ${port.macAddress.toLowerCase()} -j RETURN`);
  return [...new Set(rules)];
}
