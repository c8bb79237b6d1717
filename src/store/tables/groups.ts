/** What security groups are made from, and groups of addresses. */
import type { Generated } from 'kysely';
import type { Timestamp } from './standard.ts';

export interface AddressGroupsTable {
  readonly id: Generated<string>;
  readonly project_id: string;
  readonly name: Generated<string>;
  readonly description: Generated<string>;
  readonly created_at: Timestamp;
}

export interface DefaultSecurityGroupRulesTable {
  readonly id: Generated<string>;
  readonly description: Generated<string>;
  readonly direction: 'ingress' | 'egress';
  readonly ethertype: 'IPv4' | 'IPv6';
  readonly protocol: string | null;
  readonly port_range_min: number | null;
  readonly port_range_max: number | null;
  readonly remote_ip_prefix: string | null;
  readonly normalized_cidr: string | null;
  readonly remote_group_id: string | null;
  readonly remote_address_group_id: string | null;
  readonly used_in_default_sg: boolean;
  readonly used_in_non_default_sg: boolean;
  readonly created_at: Timestamp;
}

export interface SecurityGroupsDefaultStatefulnessTable {
  readonly id: Generated<string>;
  readonly project_id: string | null;
  readonly stateful: boolean;
}

export interface GroupTables {
  readonly address_groups: AddressGroupsTable;
  readonly default_security_group_rules: DefaultSecurityGroupRulesTable;
  readonly security_groups_default_statefulness: SecurityGroupsDefaultStatefulnessTable;
}
