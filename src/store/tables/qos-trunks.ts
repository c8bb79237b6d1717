/** QoS policies, bindings beside the active one, and trunks. */
import type { Generated } from 'kysely';
import type { Json, Standard } from './standard.ts';

export type QosRuleType =
  | 'bandwidth_limit'
  | 'dscp_marking'
  | 'minimum_bandwidth'
  | 'packet_rate_limit'
  | 'minimum_packet_rate';

export interface QosPoliciesTable extends Standard {
  readonly name: Generated<string>;
  readonly is_default: Generated<boolean>;
}

export interface QosRulesTable {
  readonly id: Generated<string>;
  readonly qos_policy_id: string;
  readonly type: QosRuleType;
  readonly direction: string | null;
  readonly max_kbps: number | null;
  readonly max_burst_kbps: number | null;
  readonly min_kbps: number | null;
  readonly max_kpps: number | null;
  readonly max_burst_kpps: number | null;
  readonly min_kpps: number | null;
  readonly dscp_mark: number | null;
}

export interface PortBindingsTable {
  readonly port_id: string;
  readonly host: string;
  readonly vnic_type: Generated<string>;
  readonly profile: Json<Readonly<Record<string, unknown>>>;
  readonly vif_type: Generated<string>;
  readonly vif_details: Json<Readonly<Record<string, unknown>>>;
}

export interface TrunksTable extends Standard {
  readonly port_id: string;
  readonly name: Generated<string>;
  readonly admin_state_up: Generated<boolean>;
  readonly status: Generated<string>;
}

export interface TrunkSubPortsTable {
  readonly port_id: string;
  readonly trunk_id: string;
  readonly segmentation_type: string;
  readonly segmentation_id: number;
}

export interface QosTrunksTables {
  readonly qos_policies: QosPoliciesTable;
  readonly qos_rules: QosRulesTable;
  readonly port_bindings: PortBindingsTable;
  readonly trunks: TrunksTable;
  readonly trunk_sub_ports: TrunkSubPortsTable;
}
