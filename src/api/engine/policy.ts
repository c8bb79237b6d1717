/**
 * Who may do what: Neutron's default rules, by their names (`create_network:shared`).
 */
import { requestErrors } from '../errors.ts';
import { notGiven } from './attribute.ts';
import type { Caller } from './caller.ts';
import { isList, isObject, type Json } from './json.ts';
import type { Resource } from './resource.ts';
import { adminOrOwner, type PolicyTarget } from './rules.ts';
import type { Values } from './values.ts';

export type Action = 'create' | 'update' | 'delete';

/**
 * Throws 403 PolicyNotAuthorized when the action, or an attribute that the request gives, is not allowed. The message names
 * every rule that was asked, nested as Neutron nests them.
 */
export function enforce(resource: Resource, action: Action, caller: Caller, target: PolicyTarget): void {
  const name = `${action}_${resource.name}`;
  let text = `rule:${name}`;
  let allowed = (resource.rules[name] ?? adminOrOwner)(caller, target);
  for (const [attribute, given] of action === 'delete' ? [] : givenWithRule(resource, action, target.values)) {
    const rules = [`${name}:${attribute}`, ...keyRules(resource, `${name}:${attribute}`, given)];
    allowed &&= rules.every((rule) => (resource.rules[rule] ?? adminOrOwner)(caller, target));
    text = `(${text} and ${ruleText(rules)})`;
  }
  if (!allowed) throw requestErrors.notAuthorized(text);
}

function ruleText([own = '', ...keys]: readonly string[]): string {
  if (keys.length === 0) return `rule:${own}`;
  return `(rule:${own} and (${keys.map((key) => `rule:${key}`).join(' and ')}))`;
}

/** Attributes with a rule of their own that the request really gives: on create, other than the default. */
function givenWithRule(resource: Resource, action: Action, values: Values): readonly [string, Json][] {
  return Object.entries(resource.attributes).flatMap(([name, attribute]): [string, Json][] => {
    const given = values[name];
    if (!attribute.enforcePolicy || given === undefined) return [];
    const isDefault = attribute.default !== notGiven && JSON.stringify(given) === JSON.stringify(attribute.default);
    return action === 'create' && isDefault ? [] : [[name, given]];
  });
}

function keyRules(resource: Resource, prefix: string, given: Json): readonly string[] {
  const objects = isList(given) ? given : [given];
  const rules = objects.flatMap((one) =>
    isObject(one)
      ? Object.keys(one)
          .map((key) => `${prefix}:${key}`)
          .filter((rule) => rule in resource.rules)
      : [],
  );
  return [...new Set(rules)];
}
