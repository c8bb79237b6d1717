import { conflict, missing, wrong } from './api-error.ts';

/** Errors of firewall groups, policies and rules. */
export const firewallErrors = {
  groupNotFound: (id: string) => missing('FirewallGroupNotFound', `Firewall group ${id} could not be found.`),
  policyNotFound: (id: string) => missing('FirewallPolicyNotFound', `Firewall policy ${id} could not be found.`),
  ruleNotFound: (id: string) => missing('FirewallRuleNotFound', `Firewall rule ${id} could not be found.`),
  defaultExists: () =>
    conflict(
      'FirewallGroupDefaultAlreadyExists',
      "Default firewall group already exists. 'default' is the reserved name for firewall group.",
    ),
  cannotUpdateDefault: () =>
    conflict('FirewallGroupCannotUpdateDefault', 'Updating default firewall group not allowed.'),
  cannotRemoveDefault: () =>
    conflict('FirewallGroupCannotRemoveDefault', 'Deleting default firewall group not allowed.'),
  portInvalid: (portId: string) => conflict('FirewallGroupPortInvalid', `Port ${portId} of firewall group is invalid.`),
  portOfOtherProject: (portId: string, projectId: string) =>
    conflict(
      'FirewallGroupPortInvalidProject',
      `Operation cannot be performed as port ${portId} is in an invalid project ${projectId}.`,
    ),
  portsInUse: (portIds: readonly string[]) =>
    conflict(
      'FirewallGroupPortInUse',
      `Port(s) ${portIds.join(', ')} provided already associated with other firewall group(s).`,
    ),
  policyInUse: (id: string) => conflict('FirewallPolicyInUse', `Firewall policy ${id} is being used.`),
  policyOfOtherProject: (id: string) =>
    missing(
      'FirewallPolicyConflict',
      `Operation cannot be performed since firewall policy ${id} for your project could not be found. Please confirm if the firewall policy exists and is shared.`,
    ),
  unsharedRuleInShared: (policyId: string, ruleId: string) =>
    conflict(
      'FirewallPolicySharingConflict',
      `Operation cannot be performed. Before sharing firewall policy ${policyId}, share associated firewall rule ${ruleId}.`,
    ),
  ruleInUse: (id: string) => conflict('FirewallRuleInUse', `Firewall rule ${id} is being used.`),
  ruleOfOtherProject: (id: string, projectId: string) =>
    conflict(
      'FirewallRuleConflict',
      `Operation cannot be performed since firewall rule ${id} is not shared and belongs to another project ${projectId}.`,
    ),
  ruleTwice: (ruleId: string, policyId: string) =>
    conflict(
      'FirewallRuleAlreadyAssociated',
      `Operation cannot be performed since firewall rule ${ruleId} is already associated with firewall policy ${policyId}.`,
    ),
  ruleNotInPolicy: (ruleId: string, policyId: string) =>
    wrong(
      'FirewallRuleNotAssociatedWithPolicy',
      `Firewall rule ${ruleId} is not associated with firewall policy ${policyId}.`,
    ),
  ruleInfoMissing: () =>
    wrong('FirewallRuleInfoMissing', 'Missing rule info argument for insert/remove rule operation.'),
  portsWithoutProtocol: () =>
    wrong('FirewallRuleWithPortWithoutProtocolInvalid', 'Source/destination port requires a protocol.'),
  portsOfIcmp: (parameter: string) =>
    wrong('FirewallRuleInvalidICMPParameter', `${parameter} are not allowed when protocol is set to ICMP.`),
  invalidPort: (port: string) => wrong('FirewallRuleInvalidPortValue', `Invalid value for port ${port}.`),
  versionsDiffer: () =>
    wrong('FirewallIpAddressConflict', 'Invalid input - IP addresses do not agree with IP Version.'),
} as const;
