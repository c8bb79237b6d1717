/** What the server keeps of hosts, limits and changes. */
import type { Generated } from 'kysely';
import type { Json, Timestamp } from './standard.ts';

export interface DhcpServersTable {
  readonly network_id: string;
  readonly host: string;
  readonly port_id: string;
}

export interface HostsTable {
  readonly name: string;
  readonly id: Generated<string>;
  readonly version: string;
  readonly roles: string[];
  readonly local_ip: string | null;
  readonly datapath_type: string;
  readonly bridge_mappings: Json<Readonly<Record<string, string>>>;
  readonly admin_state_up: Generated<boolean>;
  readonly availability_zone: Generated<string>;
  readonly applied_generation: Generated<number>;
  readonly started_at: Timestamp;
  readonly heartbeat_at: Timestamp;
  readonly created_at: Timestamp;
}

export interface QuotasTable {
  readonly project_id: string;
  readonly resource: string;
  readonly limit: number;
}

export interface ChangesTable {
  readonly xid: Generated<string>;
  readonly number: Generated<number>;
  readonly kind: string;
  readonly id: string;
  readonly hosts: Generated<string[]>;
  readonly network_id: string | null;
  readonly at: Timestamp;
}

export interface EpochTable {
  readonly only_row: Generated<boolean>;
  readonly id: Generated<string>;
}

export interface ServerTables {
  readonly dhcp_servers: DhcpServersTable;
  readonly hosts: HostsTable;
  readonly quotas: QuotasTable;
  readonly changes: ChangesTable;
  readonly epoch: EpochTable;
}
