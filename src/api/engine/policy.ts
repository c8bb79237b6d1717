/** Whether a caller may do something: the policies of the API, asked for a resource and its attributes. */
import { requestErrors } from '../errors/request-errors.ts';
import { policies } from '../policies.ts';
import { notGiven } from './attribute.ts';
import type { Caller } from './caller.ts';
import { isList, isObject, type Json } from './json.ts';
import { type Check, compileCheck, type PolicyTarget } from './policy-check.ts';
import type { Resource } from './resource.ts';
import type { Values } from './values.ts';

export type Action = 'create' | 'update' | 'delete';

const compiled = new Map<string, Check>();

/** The policy of that name, or `default`, which holds for every name that has none. */
function policy(name: string): Check {
  const known = compiled.get(name);
  if (known !== undefined) return known;
  const check = compileCheck(policies[name] ?? 'rule:default', policy);
  compiled.set(name, check);
  return check;
}

/** Whether the policy lets the caller do it. */
export function isAllowed(name: string, caller: Caller, target: PolicyTarget): boolean {
  return caller.isAdmin || policy(name)(caller, target);
}

/** Throws 403 PolicyNotAuthorized unless the policy lets the caller do it. */
export function enforcePolicy(name: string, caller: Caller, target: PolicyTarget): void {
  if (!isAllowed(name, caller, target)) throw requestErrors.notAuthorized(`rule:${name}`);
}

/** Whether only admins see the attribute. */
export function isForAdmins(resource: Resource, attribute: string): boolean {
  return policies[`get_${resource.name}:${attribute}`] === 'rule:admin_only';
}

/**
 * Throws 403 PolicyNotAuthorized when the action, or an attribute that the request gives, is not allowed. The message names
 * every policy that was asked, nested as Neutron nests them.
 */
export function enforce(resource: Resource, action: Action, caller: Caller, target: PolicyTarget): void {
  if (caller.isAdmin) return;
  const name = `${action}_${resource.policyName ?? resource.name}`;
  let text = `rule:${name}`;
  let allowed = policy(name)(caller, target);
  for (const [attribute, given] of action === 'delete' ? [] : givenWithPolicy(resource, action, target.values)) {
    const names = [`${name}:${attribute}`, ...keyPolicies(`${name}:${attribute}`, given)];
    allowed &&= names.every((one) => policy(one)(caller, target));
    text = `(${text} and ${policyText(names)})`;
  }
  if (!allowed) throw requestErrors.notAuthorized(text);
}

function policyText([own = '', ...keys]: readonly string[]): string {
  if (keys.length === 0) return `rule:${own}`;
  return `(rule:${own} and (${keys.map((key) => `rule:${key}`).join(' and ')}))`;
}

/** Attributes with a policy of their own that the request really gives: on create, other than the default. */
function givenWithPolicy(resource: Resource, action: Action, values: Values): readonly [string, Json][] {
  return Object.entries(resource.attributes).flatMap(([name, attribute]): [string, Json][] => {
    const given = values[name];
    if (!attribute.enforcePolicy || given === undefined) return [];
    const isDefault = attribute.default !== notGiven && JSON.stringify(given) === JSON.stringify(attribute.default);
    return action === 'create' && isDefault ? [] : [[name, given]];
  });
}

/** The policies of single keys of what is given, such as `update_router:external_gateway_info:enable_snat`. */
export function keyPolicies(prefix: string, given: Json): readonly string[] {
  const objects = isList(given) ? given : [given];
  const names = objects.flatMap((one) => (isObject(one) ? Object.keys(one).map((key) => `${prefix}:${key}`) : []));
  return [...new Set(names)].filter((name) => name in policies);
}
