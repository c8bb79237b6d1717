/** Address scopes, subnet pools, and topologies made on request. */
import type { Generated, GeneratedAlways } from 'kysely';
import type { Standard, Timestamp } from './standard.ts';

export interface AddressScopesTable {
  readonly id: Generated<string>;
  readonly project_id: string;
  readonly name: Generated<string>;
  readonly ip_version: number;
  readonly created_at: Timestamp;
}

export interface SubnetpoolsTable extends Standard {
  readonly name: string;
  readonly ip_version: number;
  readonly min_prefixlen: number;
  readonly max_prefixlen: number;
  readonly default_prefixlen: number;
  readonly default_quota: number | null;
  readonly is_default: Generated<boolean>;
  readonly address_scope_id: string | null;
  readonly space: GeneratedAlways<string>;
}

export interface SubnetpoolPrefixesTable {
  readonly subnetpool_id: string;
  readonly space: string;
  readonly cidr: string;
}

export interface AutoAllocatedTopologiesTable {
  readonly project_id: string;
  readonly network_id: string;
  readonly router_id: string | null;
}

export interface SubnetpoolTables {
  readonly address_scopes: AddressScopesTable;
  readonly subnetpools: SubnetpoolsTable;
  readonly subnetpool_prefixes: SubnetpoolPrefixesTable;
  readonly auto_allocated_topologies: AutoAllocatedTopologiesTable;
}
