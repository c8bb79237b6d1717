/** Metering, logging and local IPs. */
import type { Generated } from 'kysely';
import type { Timestamp } from './standard.ts';

export interface MeteringLabelsTable {
  readonly id: Generated<string>;
  readonly project_id: string;
  readonly name: Generated<string>;
  readonly description: Generated<string>;
  readonly shared: Generated<boolean>;
}

export interface MeteringLabelRulesTable {
  readonly id: Generated<string>;
  readonly metering_label_id: string;
  readonly direction: string;
  readonly excluded: Generated<boolean>;
  readonly remote_ip_prefix: string | null;
  readonly source_ip_prefix: string | null;
  readonly destination_ip_prefix: string | null;
}

export interface LogsTable {
  readonly id: Generated<string>;
  readonly project_id: string;
  readonly name: Generated<string>;
  readonly description: Generated<string>;
  readonly resource_type: string;
  readonly resource_id: string | null;
  readonly target_id: string | null;
  readonly event: string;
  readonly enabled: Generated<boolean>;
  readonly revision_number: Generated<number>;
  readonly created_at: Timestamp;
  readonly updated_at: Timestamp;
}

export interface LocalIpsTable {
  readonly id: Generated<string>;
  readonly project_id: string;
  readonly name: Generated<string>;
  readonly description: Generated<string>;
  readonly local_port_id: string;
  readonly network_id: string;
  readonly local_ip_address: string;
  readonly ip_mode: string;
  readonly revision_number: Generated<number>;
  readonly created_at: Timestamp;
  readonly updated_at: Timestamp;
}

export interface LocalIpAssociationsTable {
  readonly local_ip_id: string;
  readonly fixed_port_id: string;
  readonly fixed_ip: string;
}

export interface ServiceTables {
  readonly metering_labels: MeteringLabelsTable;
  readonly metering_label_rules: MeteringLabelRulesTable;
  readonly logs: LogsTable;
  readonly local_ips: LocalIpsTable;
  readonly local_ip_associations: LocalIpAssociationsTable;
}
