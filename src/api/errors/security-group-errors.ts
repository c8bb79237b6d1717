import { conflict, missing, wrong } from './api-error.ts';

/** Errors of security groups and their rules. */
export const securityGroupErrors = {
  notFound: (id: string) => missing('SecurityGroupNotFound', `Security group ${id} does not exist`),
  inUse: (id: string) => conflict('SecurityGroupInUse', `Security Group ${id} in use.`),
  ruleNotFound: (id: string) => missing('SecurityGroupRuleNotFound', `Security group rule ${id} does not exist`),
  ruleExists: (id: string) =>
    conflict('SecurityGroupRuleExists', `Security group rule already exists. Rule id is ${id}.`),
  defaultExists: () => conflict('SecurityGroupDefaultAlreadyExists', 'Default security group already exists.'),
  cannotRemoveDefault: () =>
    conflict('SecurityGroupCannotRemoveDefault', 'Insufficient rights for removing default security group.'),
  cannotUpdateDefault: () =>
    conflict('SecurityGroupCannotUpdateDefault', 'Updating default security group not allowed.'),
  invalidRange: () =>
    wrong('SecurityGroupInvalidPortRange', 'For TCP/UDP protocols, port_range_min must be <= port_range_max'),
  invalidPortValue: (port: string) => wrong('SecurityGroupInvalidPortValue', `Invalid value for port ${port}`),
  invalidIcmp: (field: string, attribute: string, value: number) =>
    wrong(
      'SecurityGroupInvalidIcmpValue',
      `Invalid value for ICMP ${field} (${attribute}) ${value}. It must be 0 to 255.`,
    ),
  icmpTypeMissing: (code: number) =>
    wrong(
      'SecurityGroupMissingIcmpType',
      `ICMP code (port-range-max) ${code} is provided but ICMP type (port-range-min) is missing.`,
    ),
  protocolRequired: () =>
    wrong('SecurityGroupProtocolRequiredWithPorts', 'Must also specify protocol if port range is given.'),
  invalidProtocol: (protocol: string, values: string) =>
    wrong(
      'SecurityGroupRuleInvalidProtocol',
      `Security group rule protocol ${protocol} not supported. Only protocol values ${values} and integer representations [0 to 255] are supported.`,
    ),
  portsWithProtocol: (protocol: string) =>
    wrong(
      'SecurityGroupInvalidProtocolForPort',
      `Invalid protocol ${protocol} for port range, only supported for TCP, UDP, UDPLITE, SCTP and DCCP.`,
    ),
  invalidPrefix: (value: string) => wrong('InvalidCIDR', `Invalid CIDR ${value} given as IP prefix.`),
  rulesOfSeveralGroups: () =>
    wrong('SecurityGroupNotSingleGroupRules', 'Only allowed to update rules for one security profile at a time'),
  rulesOfSeveralProjects: () =>
    wrong('SecurityGroupRulesNotSingleTenant', 'Multiple tenant_ids in bulk security group rule create not allowed'),
  defaultRuleNotFound: (id: string) =>
    missing('DefaultSecurityGroupRuleNotFound', `Default Security Group rule ${id} does not exist`),
  defaultRuleExists: (id: string) =>
    conflict('DefaultSecurityGroupRuleExists', `Default Security group rule already exists. Rule id is ${id}.`),
  statefulnessNotFound: (id: string) =>
    missing(
      'SecurityGroupDefaultStatefulnessNotFound',
      `Security group default statefulness ${id} could not be found.`,
    ),
  statefulnessExists: (projectId: string | null) =>
    conflict(
      'SecurityGroupDefaultStatefulnessAlreadyExists',
      `A security group default statefulness setting already exists for project '${projectId ?? 'system-wide'}'.`,
    ),
  remoteGroupAndPrefix: () =>
    wrong(
      'SecurityGroupMultipleRemoteEntites',
      'Only remote_ip_prefix or remote_group_id or remote_address_group_id may be provided.',
    ),
  etherTypeConflict: (ethertype: string, prefix: string) =>
    wrong('SecurityGroupRuleParameterConflict', `Conflicting value ethertype ${ethertype} for CIDR ${prefix}`),
  protocolConflict: (ethertype: string, protocol: string) =>
    wrong('SecurityGroupEthertypeConflictWithProtocol', `Invalid ethertype ${ethertype} for protocol ${protocol}.`),
} as const;
