import { readMatch } from './iptables-match.ts';
import { printMatches, printTarget } from './iptables-print.ts';
import type { IptablesRule, RuleMatch } from './iptables-rule.ts';
import { readTarget } from './iptables-target.ts';
import { splitTokens } from './iptables-token.ts';

/**
 * Takes apart a rule as `iptables-save` or `ip6tables-save` prints it, without `-A CHAIN `.
 *
 * Total: what is not known comes back as `unknown` with its text, and `printRule(parseRule(text))` is the same text.
 */
export function parseRule(text: string): IptablesRule {
  const tokens = splitTokens(text);
  const matches: RuleMatch[] = [];
  let position = 0;
  while (position < tokens.length && tokens[position] !== '-j' && tokens[position] !== '-g') {
    const read = readMatch(tokens, position);
    matches.push(read.match);
    position = read.next;
  }
  const target = position < tokens.length ? readTarget(tokens.slice(position)) : null;
  const rule = { matches, target };
  return printRule(rule) === text ? rule : { matches: [{ kind: 'unknown', text }], target: null };
}

/** The text that `parseRule` read, as iptables-save prints it. */
export function printRule(rule: IptablesRule): string {
  const matches = printMatches(rule.matches);
  if (rule.target === null) return matches;
  return matches === '' ? printTarget(rule.target) : `${matches} ${printTarget(rule.target)}`;
}
