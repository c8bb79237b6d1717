import type { IptablesRule, RuleMatch } from '../host/iptables-rule.ts';

/** A rule's conditions in words: `tcp 22 from 203.0.113.0/24`; `any` where it has none. */
export function describeRule(rule: IptablesRule): string {
  const isEnd = (match: RuleMatch) => match.kind === 'source' || match.kind === 'destination' || match.kind === 'set';
  const inOrder = [...rule.matches.filter((match) => !isEnd(match)), ...rule.matches.filter(isEnd)];
  const words = inOrder.flatMap(describeMatch);
  return words.length === 0 ? 'any' : words.join(' ');
}

function describeMatch(match: RuleMatch): readonly string[] {
  const not = 'negated' in match && match.negated ? 'not ' : '';
  switch (match.kind) {
    case 'protocol':
      return [`${not}${match.protocol}`];
    case 'source':
      return [`${not}from ${match.cidr}`];
    case 'destination':
      return [`${not}to ${match.cidr}`];
    case 'ports':
      return [
        ...(match.source === null ? [] : [`source port ${match.source.value}`]),
        ...(match.destination === null ? [] : [match.destination.value]),
      ];
    case 'multiport':
      return [`${not}${match.ports.join(',')}`];
    case 'state':
      return [`${not}${match.states.join(' or ')}`];
    case 'set':
      return [`${not}${match.directions.includes('src') ? 'from' : 'to'} ipset ${match.name}`];
    case 'mac':
      return [`${not}MAC ${match.macAddress}`];
    case 'icmp':
      return [`${not}type ${match.type}`];
    case 'comment':
    case 'physdev':
      return [];
    case 'inInterface':
      return [`${not}in by ${match.name}`];
    case 'outInterface':
      return [`${not}out by ${match.name}`];
    case 'mark':
    case 'connmark':
      return [`${not}${match.kind} 0x${match.value.toString(16)}`];
    case 'tcpFlags':
      return [`${not}flags ${match.set} of ${match.mask}`];
    case 'unknown':
      return [match.text];
  }
}
