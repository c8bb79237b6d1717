/** Firewall groups, policies and rules. */
import type { Generated } from 'kysely';
import type { Timestamp } from './standard.ts';

interface Owned {
  readonly id: Generated<string>;
  readonly project_id: string;
  readonly name: Generated<string>;
  readonly description: Generated<string>;
  readonly shared: Generated<boolean>;
  readonly revision_number: Generated<number>;
  readonly created_at: Timestamp;
  readonly updated_at: Timestamp;
}

export interface FirewallRulesTable extends Owned {
  readonly enabled: Generated<boolean>;
  readonly action: string;
  readonly protocol: string | null;
  readonly ip_version: number;
  readonly source_ip_address: string | null;
  readonly destination_ip_address: string | null;
  readonly source_port: string | null;
  readonly destination_port: string | null;
}

export interface FirewallPoliciesTable extends Owned {
  readonly audited: Generated<boolean>;
}

export interface FirewallPolicyRulesTable {
  readonly firewall_policy_id: string;
  readonly firewall_rule_id: string;
  readonly position: number;
}

export interface FirewallGroupsTable extends Owned {
  readonly admin_state_up: Generated<boolean>;
  readonly is_default: Generated<boolean>;
  readonly ingress_firewall_policy_id: string | null;
  readonly egress_firewall_policy_id: string | null;
}

export interface FirewallGroupPortsTable {
  readonly port_id: string;
  readonly firewall_group_id: string;
}

export interface FirewallTables {
  readonly firewall_rules: FirewallRulesTable;
  readonly firewall_policies: FirewallPoliciesTable;
  readonly firewall_policy_rules: FirewallPolicyRulesTable;
  readonly firewall_groups: FirewallGroupsTable;
  readonly firewall_group_ports: FirewallGroupPortsTable;
}
