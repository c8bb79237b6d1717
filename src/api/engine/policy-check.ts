/**
 * The language of policies, as oslo.policy has it: `rule:NAME`, `role:NAME`, `ATTRIBUTE:%(TARGET)s`, `field:RESOURCE:ATTRIBUTE=VALUE`,
 * `not`, `and`, `or` and parentheses.
 */
import { type Caller, hasRole } from './caller.ts';
import { asText } from './json.ts';
import type { Values } from './values.ts';

/** What a policy is asked about. */
export interface PolicyTarget {
  readonly projectId: string;
  /** Attributes that the request gives, or the object's. */
  readonly values: Values;
  /** Projects of objects that this one belongs to, by their names in policies: `network`, `ext_parent`, `security_group`. */
  readonly owners?: Readonly<Record<string, string>>;
  /** The network that it belongs to is shared with the caller. */
  readonly networkShared?: boolean;
}

export type Check = (caller: Caller, target: PolicyTarget) => boolean;

const tokens = /\s*(\(|\)|[^\s()]*%\([^)]*\)s|[^\s()]+)/gy;

/** Compiles a policy. `find` gives the policy that a `rule:` names. Throws for a text that is none. */
export function compileCheck(text: string, find: (name: string) => Check): Check {
  if (text.trim() === '') return () => true;
  const words = [...text.matchAll(tokens)].map((match) => match[1] ?? '');
  let at = 0;

  const either = (): Check => {
    const checks = [both()];
    while (words[at]?.toLowerCase() === 'or') {
      at += 1;
      checks.push(both());
    }
    return (caller, target) => checks.some((check) => check(caller, target));
  };
  const both = (): Check => {
    const checks = [one()];
    while (words[at]?.toLowerCase() === 'and') {
      at += 1;
      checks.push(one());
    }
    return (caller, target) => checks.every((check) => check(caller, target));
  };
  const one = (): Check => {
    const word = words[at];
    at += 1;
    if (word === undefined) throw new Error(`the policy '${text}' ends too early`);
    if (word.toLowerCase() === 'not') {
      const check = one();
      return (caller, target) => !check(caller, target);
    }
    if (word !== '(') return single(word, find);
    const inner = either();
    if (words[at] !== ')') throw new Error(`a parenthesis of the policy '${text}' stays open`);
    at += 1;
    return inner;
  };

  const whole = either();
  if (at !== words.length) throw new Error(`the policy '${text}' has more after its end`);
  return whole;
}

function single(word: string, find: (name: string) => Check): Check {
  if (word === '@') return () => true;
  if (word === '!') return () => false;
  const colon = word.indexOf(':');
  const kind = word.slice(0, colon);
  const rest = word.slice(colon + 1);
  switch (kind) {
    case 'rule': {
      let check: Check | undefined;
      return (caller, target) => {
        check ??= find(rest);
        return check(caller, target);
      };
    }
    case 'role':
      return (caller) => hasRole(caller, rest.toLowerCase());
    case 'field':
      return field(rest);
    case 'project_id':
    case 'tenant_id': {
      const wanted = /^%\((?:(\w+):)?(?:tenant_id|project_id)\)s$/.exec(rest);
      if (wanted === null) break;
      const [, owner] = wanted;
      return (caller, target) => {
        const projectId = owner === undefined ? target.projectId : target.owners?.[owner];
        return caller.projectId !== '' && caller.projectId === projectId;
      };
    }
  }
  throw new Error(`a policy has no check '${word}'`);
}

/** `networks:shared=True`, `port:device_owner=~^network:` */
function field(text: string): Check {
  const [, resource = '', name = '', isPattern, wanted = ''] = /^(\w+):(.+?)=(~?)(.*)$/.exec(text) ?? [];
  const holds =
    isPattern === '~' ? (value: string) => new RegExp(wanted).test(value) : (value: string) => value === wanted;
  const ofNetwork = resource === 'networks' && name === 'shared';
  return (_caller, target) => {
    const value = ofNetwork && target.networkShared !== undefined ? target.networkShared : target.values[name];
    return value !== undefined && holds(asText(value));
  };
}
