import type { SecurityGroup, SecurityGroupRule, Share } from '../model/share.ts';
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
  const groups = new Map<string, readonly RuleText[]>();
  const combinations = new Map<string, readonly string[]>();
  const ofGroup = (group: SecurityGroup, direction: Direction, ethertype: Ethertype) =>
    remembered(groups, `${group.id} ${direction} ${ethertype}`, () => ruleTexts(group, direction, ethertype));
  return (groupIds, direction, ethertype) => {
    const ids = [...new Set(groupIds)].sort();
    return remembered(combinations, `${direction} ${ethertype} ${ids.join(' ')}`, () => {
      const first = new Map<string, string>();
      for (const id of ids) {
        const group = share.securityGroup[id];
        for (const { match, text } of group === undefined ? [] : ofGroup(group, direction, ethertype)) {
          if (!first.has(match)) first.set(match, text);
        }
      }
      return [...first.values()];
    });
  };
}

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

function remembered<Value>(known: Map<string, Value>, key: string, make: () => Value): Value {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}
