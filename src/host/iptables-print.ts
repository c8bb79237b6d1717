import type { Negatable, RuleMatch, RuleTarget } from './iptables-rule.ts';
import { quoteToken } from './iptables-token.ts';

/** Matches as iptables-save prints them. */
export function printMatches(matches: readonly RuleMatch[]): string {
  return matches.map(printMatch).join(' ');
}

function printMatch(match: RuleMatch): string {
  switch (match.kind) {
    case 'source':
      return `${not(match.negated)}-s ${match.cidr}`;
    case 'destination':
      return `${not(match.negated)}-d ${match.cidr}`;
    case 'inInterface':
      return `${not(match.negated)}-i ${match.name}`;
    case 'outInterface':
      return `${not(match.negated)}-o ${match.name}`;
    case 'protocol':
      return `${not(match.negated)}-p ${match.protocol}`;
    case 'physdev':
      return [
        '-m physdev',
        ...option('physdev-in', match.in),
        ...option('physdev-out', match.out),
        ...(match.isIn ? ['--physdev-is-in'] : []),
        ...(match.isOut ? ['--physdev-is-out'] : []),
        ...(match.isBridged ? ['--physdev-is-bridged'] : []),
      ].join(' ');
    case 'ports':
      return [`-m ${match.module}`, ...option('sport', match.source), ...option('dport', match.destination)].join(' ');
    case 'tcpFlags':
      return `-m tcp ${not(match.negated)}--tcp-flags ${match.mask} ${match.set}`;
    case 'mac':
      return `-m mac ${not(match.negated)}--mac-source ${match.macAddress}`;
    case 'state':
      return `-m ${match.module} ${not(match.negated)}--${match.module === 'state' ? 'state' : 'ctstate'} ${match.states.join(',')}`;
    case 'set':
      return `-m set ${not(match.negated)}--match-set ${match.name} ${match.directions.join(',')}`;
    case 'mark':
    case 'connmark':
      return `-m ${match.kind} ${not(match.negated)}--mark ${hex(match.value)}${match.mask === null ? '' : `/${hex(match.mask)}`}`;
    case 'icmp':
      return match.family === 4
        ? `-m icmp ${not(match.negated)}--icmp-type ${match.type}`
        : `-m icmp6 ${not(match.negated)}--icmpv6-type ${match.type}`;
    case 'multiport':
      return `-m multiport ${not(match.negated)}--${match.option} ${match.ports.join(',')}`;
    case 'comment':
      return `-m comment --comment ${quoteToken(match.text)}`;
    case 'unknown':
      return match.text;
  }
}

/** A target as iptables-save prints it, with its `-j` or `-g`. */
export function printTarget(target: RuleTarget): string {
  switch (target.kind) {
    case 'accept':
    case 'drop':
    case 'return':
      return `-j ${target.kind.toUpperCase()}`;
    case 'jump':
      return `-j ${target.chain}`;
    case 'goto':
      return `-g ${target.chain}`;
    case 'reject':
      return target.with === null ? '-j REJECT' : `-j REJECT --reject-with ${target.with}`;
    case 'dnat':
      return ['-j DNAT --to-destination', target.to, ...target.flags].join(' ');
    case 'snat':
      return ['-j SNAT --to-source', target.to, ...target.flags].join(' ');
    case 'redirect':
      return target.toPorts === null ? '-j REDIRECT' : `-j REDIRECT --to-ports ${target.toPorts}`;
    case 'masquerade':
      return ['-j MASQUERADE', ...target.flags].join(' ');
    case 'mark':
      return `-j MARK --set-xmark ${hex(target.value)}/${hex(target.mask)}`;
    case 'connmarkSet':
      return `-j CONNMARK --set-xmark ${hex(target.value)}/${hex(target.mask)}`;
    case 'connmark':
      return `-j CONNMARK --${target.action}-mark --nfmask ${hex(target.nfmask)} --ctmask ${hex(target.ctmask)}`;
    case 'ctZone':
      return `-j CT --zone ${target.zone}`;
    case 'ctNotrack':
      return '-j CT --notrack';
    case 'checksum':
      return '-j CHECKSUM --checksum-fill';
    case 'unknown':
      return target.text;
  }
}

function not(negated: boolean): string {
  return negated ? '! ' : '';
}

function option(name: string, value: Negatable | null): readonly string[] {
  return value === null ? [] : [`${not(value.negated)}--${name} ${value.value}`];
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
