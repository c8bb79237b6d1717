/** Rules: who may do something to an object, and how rules are put together. */
import { type Caller, hasRole } from './caller.ts';
import type { Values } from './values.ts';

/** What a rule is asked about. */
export interface PolicyTarget {
  readonly projectId: string;
  /** Of the network that the object belongs to, where there is one. */
  readonly networkProjectId?: string;
  readonly networkShared?: boolean;
  readonly values: Values;
}

export type Rule = (caller: Caller, target: PolicyTarget) => boolean;
export type Rules = Readonly<Record<string, Rule>>;

const isOwner: Rule = (caller, target) => caller.projectId !== '' && caller.projectId === target.projectId;

export const adminOnly: Rule = (caller) => caller.isAdmin;
export const projectMember: Rule = (caller, target) => isOwner(caller, target) && hasRole(caller, 'member');
export const networkOwner: Rule = (caller, target) =>
  caller.projectId !== '' && caller.projectId === target.networkProjectId;
export const networkShared: Rule = (_caller, target) => target.networkShared === true;
/** The device owners that only the network's services may have. */
export const notNetworkDevice: Rule = (_caller, target) =>
  !String(target.values['device_owner'] ?? '').startsWith('network:');

export function anyOf(...rules: readonly Rule[]): Rule {
  return (caller, target) => rules.some((rule) => rule(caller, target));
}

export function allOf(...rules: readonly Rule[]): Rule {
  return (caller, target) => rules.every((rule) => rule(caller, target));
}

export const adminOrMember = anyOf(adminOnly, projectMember);
export const adminOrNetworkOwner = anyOf(
  adminOnly,
  allOf(networkOwner, (caller) => hasRole(caller, 'member')),
);
/** Neutron's `default`: what holds for a rule that a resource does not name. */
export const adminOrOwner: Rule = anyOf(adminOnly, isOwner);
