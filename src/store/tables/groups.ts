/** What security groups are made from, and groups of addresses. */
import type { Generated } from 'kysely';
import type { SecurityGroupRulesTable } from './network.ts';
import type { Timestamp } from './standard.ts';

export interface AddressGroupsTable {
  readonly id: Generated<string>;
  readonly project_id: string;
  readonly name: Generated<string>;
  readonly description: Generated<string>;
  readonly created_at: Timestamp;
}

type RuleColumns = Pick<
  SecurityGroupRulesTable,
  | 'direction'
  | 'ethertype'
  | 'protocol'
  | 'port_range_min'
  | 'port_range_max'
  | 'remote_ip_prefix'
  | 'normalized_cidr'
  | 'remote_address_group_id'
>;

export interface DefaultSecurityGroupRulesTable extends RuleColumns {
  readonly id: Generated<string>;
  readonly description: Generated<string>;
  /** A group's id, or `PARENT`. */
  readonly remote_group_id: string | null;
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
