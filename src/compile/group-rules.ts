import type { SecurityGroup, SecurityGroupRule, Share } from '../model/share.ts';
import { remembered } from './remembered.ts';
import { ruleMatch } from './security-group-rule.ts';

type Direction = SecurityGroupRule['direction'];
type Ethertype = SecurityGroupRule['ethertype'];

export type GroupRules = (groupIds: readonly string[], direction: Direction, ethertype: Ethertype) => readonly string[];

interface RuleText {
  readonly match: string;
  readonly text: string;
}

/**
 * The rules of security groups as iptables text, made once a group and once a combination of groups however many ports have them.
 * Each names its API rule in the comment, so that a packet's fate can be explained by it. Of rules that match the same only the
 * first stands.
 */
export function groupRules(share: Share): GroupRules {
  const combinations = new Map<string, readonly string[]>();
  return (groupIds, direction, ethertype) => {
    const ids = [...new Set(groupIds)].sort();
    const key = `${direction} ${ethertype} ${ids.join(' ')}`;
    const rules = combinations.get(key) ?? combine(share, ids, direction, ethertype);
    combinations.set(key, rules);
    return rules;
  };
}

function combine(share: Share, groupIds: readonly string[], direction: Direction, ethertype: Ethertype) {
  const first = new Map<string, string>();
  for (const id of groupIds) {
    const group = share.securityGroup[id];
    if (group === undefined) continue;
    for (const { match, text } of groupTexts(group)[direction][ethertype]) {
      if (!first.has(match)) first.set(match, text);
    }
  }
  return [...first.values()];
}

/** Of a group, by direction and family. */
const groupTexts = remembered((group: SecurityGroup) => {
  const families = (direction: Direction) => ({
    IPv4: ruleTexts(group, direction, 'IPv4'),
    IPv6: ruleTexts(group, direction, 'IPv6'),
  });
  return { ingress: families('ingress'), egress: families('egress') };
});

function ruleTexts(group: SecurityGroup, direction: Direction, ethertype: Ethertype): readonly RuleText[] {
  return group.rules
    .filter((rule) => rule.direction === direction && rule.ethertype === ethertype)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .flatMap((rule) => {
      const match = ruleMatch(rule);
      if (match === null) return [];
      const text = `${match === '' ? '' : `${match} `}-m comment --comment "sgr ${rule.id}" -j RETURN`;
      return [{ match, text }];
    });
}
