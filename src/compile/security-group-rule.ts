import type { SecurityGroupRule } from '../model/share.ts';
import { parseBlock } from './block.ts';
import { setName } from './ip-sets.ts';
import { kernelCidr } from './kernel-address.ts';
import { protocolName, protocolNumber } from './protocol-names.ts';

/**
 * What a rule of the API matches, as `iptables-save` prints it; empty matches everything, null nothing (a rule that contradicts
 * itself lets nothing pass). The order of the parts is that in which iptables keeps them.
 */
export function ruleMatch(rule: SecurityGroupRule): string | null {
  const number = protocolNumber(rule.protocol, rule.ethertype);
  const remote = remoteMatch(rule);
  if (number === null || remote === null) return null;
  const ports = number === 0 ? '' : portMatch(rule, number);
  if (ports === null) return null;
  return [remote, number === 0 ? '' : `-p ${protocolName(number)}`, ports, groupMatch(rule)]
    .filter((part) => part !== '')
    .join(' ');
}

function remoteMatch({ remoteIpPrefix, ethertype, direction }: SecurityGroupRule): string | null {
  if (remoteIpPrefix === null) return '';
  const block = parseBlock(remoteIpPrefix);
  if (block === null || block.version !== (ethertype === 'IPv4' ? 4 : 6)) return null;
  if (block.prefixLength === 0) return '';
  return `${direction === 'ingress' ? '-s' : '-d'} ${kernelCidr(block)}`;
}

function groupMatch({ remoteGroupId, ethertype, direction }: SecurityGroupRule): string {
  if (remoteGroupId === null) return '';
  return `-m set --match-set ${setName(remoteGroupId, ethertype)} ${direction === 'ingress' ? 'src' : 'dst'}`;
}

function portMatch({ portRangeMin, portRangeMax, ethertype }: SecurityGroupRule, protocol: number): string | null {
  if (portRangeMin === null && portRangeMax === null) return '';
  switch (protocol) {
    case 1:
      return portRangeMin === null ? '' : `-m icmp --icmp-type ${icmpType(portRangeMin, portRangeMax)}`;
    case 58:
      if (ethertype === 'IPv4') return null;
      return portRangeMin === null ? '' : `-m icmp6 --icmpv6-type ${typeAndCode(portRangeMin, portRangeMax)}`;
    case 6:
    case 17:
      return tcpOrUdpPorts(protocolName(protocol), portRangeMin, portRangeMax);
    case 33:
    case 132:
    case 136:
      return `-m multiport --dports ${portRange(portRangeMin, portRangeMax)}`;
    default:
      return null;
  }
}

function tcpOrUdpPorts(name: string, min: number | null, max: number | null): string {
  const range = portRange(min, max);
  return range.includes(':') ? `-m ${name} -m multiport --dports ${range}` : `-m ${name} --dport ${range}`;
}

function portRange(min: number | null, max: number | null): string {
  const [first, last] = [min ?? max ?? 0, max ?? min ?? 0];
  return first === last ? String(first) : `${first}:${last}`;
}

/** iptables calls type 255 `any`. */
function icmpType(type: number, code: number | null): string {
  return type === 255 ? 'any' : typeAndCode(type, code);
}

function typeAndCode(type: number, code: number | null): string {
  return code === null ? String(type) : `${type}/${code}`;
}
