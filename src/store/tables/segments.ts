/** Segments, their ranges, and what operators say of agents. */
import type { Generated } from 'kysely';
import type { Standard, Timestamp } from './standard.ts';

export interface NetworkSegmentsTable {
  readonly id: Generated<string>;
  readonly network_id: string;
  readonly name: string | null;
  readonly description: Generated<string>;
  readonly network_type: 'flat' | 'vlan' | 'vxlan' | 'gre' | 'geneve' | 'local';
  readonly physical_network: string | null;
  readonly segmentation_id: number | null;
  readonly segment_index: Generated<number>;
  readonly revision_number: Generated<number>;
  readonly created_at: Timestamp;
  readonly updated_at: Timestamp;
}

export interface NetworkSegmentRangesTable extends Omit<Standard, 'project_id'> {
  readonly name: Generated<string>;
  readonly is_default: Generated<boolean>;
  readonly shared: Generated<boolean>;
  readonly project_id: string | null;
  readonly network_type: 'vlan' | 'vxlan' | 'gre' | 'geneve';
  readonly physical_network: string | null;
  readonly minimum: number;
  readonly maximum: number;
}

export interface AgentSettingsTable {
  readonly host: string;
  readonly role: string;
  readonly admin_state_up: Generated<boolean>;
  readonly description: string | null;
  readonly deleted_at: string | null;
}

export interface DhcpWishesTable {
  readonly network_id: string;
  readonly host: string;
  readonly wanted: boolean;
}

export interface SegmentTables {
  readonly network_segments: NetworkSegmentsTable;
  readonly network_segment_ranges: NetworkSegmentRangesTable;
  readonly agent_settings: AgentSettingsTable;
  readonly dhcp_wishes: DhcpWishesTable;
}
