/**
 * The tables as Kysely sees them; `migrations/*.sql` is what they are.
 *
 * Addresses, CIDRs and MACs are text in PostgreSQL's own form, big integers are numbers, times are
 * `2026-11-23T03:33:51Z`. A `jsonb` column is read as a value and written as JSON text.
 */
import type { ColumnType, Generated } from 'kysely';

/** A time that the database fills in. */
type Timestamp = ColumnType<string, string | undefined, string>;
/** A `jsonb` column with a default: written as JSON text. */
type Json<T> = ColumnType<T, string | undefined, string>;

interface Standard {
  readonly id: Generated<string>;
  readonly project_id: string;
  readonly description: Generated<string>;
  readonly revision_number: Generated<number>;
  readonly tags: Generated<string[]>;
  readonly created_at: Timestamp;
  readonly updated_at: Timestamp;
}

export interface HostRouteRow {
  readonly destination: string;
  readonly nexthop: string;
}

export interface AddressPairRow {
  readonly ip_address: string;
  readonly mac_address?: string;
}

export interface ExtraDhcpOptRow {
  readonly opt_name: string;
  readonly opt_value: string;
  readonly ip_version: number;
}

export interface NetworksTable extends Standard {
  readonly name: Generated<string>;
  readonly admin_state_up: Generated<boolean>;
  readonly shared: Generated<boolean>;
  readonly external: Generated<boolean>;
  readonly is_default: Generated<boolean>;
  readonly port_security_enabled: Generated<boolean>;
  readonly mtu: number;
  readonly network_type: 'flat' | 'vlan' | 'vxlan' | 'gre' | 'geneve' | 'local';
  readonly physical_network: string | null;
  readonly segmentation_id: number | null;
  readonly dns_domain: Generated<string>;
  readonly availability_zone_hints: Generated<string[]>;
}

export interface SubnetsTable extends Standard {
  readonly network_id: string;
  readonly name: Generated<string>;
  readonly ip_version: number;
  readonly cidr: string;
  readonly gateway_ip: string | null;
  readonly enable_dhcp: Generated<boolean>;
  readonly dns_nameservers: Generated<string[]>;
  readonly host_routes: Json<readonly HostRouteRow[]>;
  readonly ipv6_ra_mode: string | null;
  readonly ipv6_address_mode: string | null;
  readonly service_types: Generated<string[]>;
  readonly subnetpool_id: string | null;
}

export interface AllocationPoolsTable {
  readonly subnet_id: string;
  readonly first_ip: string;
  readonly last_ip: string;
}

export interface PortsTable extends Standard {
  readonly network_id: string;
  readonly name: Generated<string>;
  readonly mac_address: string;
  readonly admin_state_up: Generated<boolean>;
  readonly status: Generated<'ACTIVE' | 'DOWN' | 'BUILD' | 'ERROR' | 'N/A'>;
  readonly status_reason: Generated<string>;
  readonly device_id: Generated<string>;
  readonly device_owner: Generated<string>;
  readonly host_id: Generated<string>;
  readonly vnic_type: Generated<string>;
  readonly vif_type: Generated<string>;
  readonly vif_details: Json<Readonly<Record<string, unknown>>>;
  readonly binding_profile: Json<Readonly<Record<string, unknown>>>;
  readonly port_security_enabled: Generated<boolean>;
  readonly allowed_address_pairs: Json<readonly AddressPairRow[]>;
  readonly extra_dhcp_opts: Json<readonly ExtraDhcpOptRow[]>;
  readonly dns_name: Generated<string>;
}

export interface IpAllocationsTable {
  readonly port_id: string;
  readonly subnet_id: string;
  readonly ip_address: string;
  readonly position: Generated<number>;
}

export interface SecurityGroupsTable extends Standard {
  readonly name: Generated<string>;
  readonly stateful: Generated<boolean>;
  readonly is_default: Generated<boolean>;
}

export interface SecurityGroupRulesTable extends Omit<Standard, 'description'> {
  readonly description: string | null;
  readonly security_group_id: string;
  readonly direction: 'ingress' | 'egress';
  readonly ethertype: 'IPv4' | 'IPv6';
  readonly protocol: string | null;
  readonly port_range_min: number | null;
  readonly port_range_max: number | null;
  readonly remote_ip_prefix: string | null;
  readonly remote_group_id: string | null;
}

export interface PortSecurityGroupsTable {
  readonly port_id: string;
  readonly security_group_id: string;
}

export interface RoutersTable extends Standard {
  readonly name: Generated<string>;
  readonly admin_state_up: Generated<boolean>;
  readonly status: Generated<string>;
  readonly gateway_port_id: string | null;
  readonly gateway_network_id: string | null;
  readonly enable_snat: Generated<boolean>;
  readonly routes: Json<readonly HostRouteRow[]>;
  readonly availability_zone_hints: Generated<string[]>;
  readonly host: Generated<string>;
}

export interface RouterInterfacesTable {
  readonly router_id: string;
  readonly port_id: string;
}

export interface FloatingIpsTable extends Standard {
  readonly floating_network_id: string;
  readonly floating_ip_address: string;
  readonly floating_port_id: string;
  readonly router_id: string | null;
  readonly port_id: string | null;
  readonly fixed_ip_address: string | null;
  readonly status: Generated<string>;
  readonly dns_name: Generated<string>;
  readonly dns_domain: Generated<string>;
}

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

export interface DomainsTable {
  readonly id: string;
  readonly name: string;
  readonly description: Generated<string>;
  readonly enabled: Generated<boolean>;
}

export interface ProjectsTable {
  readonly id: string;
  readonly domain_id: string;
  readonly name: string;
  readonly description: Generated<string>;
  readonly enabled: Generated<boolean>;
}

export interface UsersTable {
  readonly id: string;
  readonly domain_id: string;
  readonly name: string;
  readonly password_hash: string | null;
  readonly description: Generated<string>;
  readonly email: string | null;
  readonly enabled: Generated<boolean>;
  readonly default_project_id: string | null;
}

export interface RolesTable {
  readonly id: string;
  readonly name: string;
  readonly description: Generated<string>;
}

export interface ImpliedRolesTable {
  readonly prior_role_id: string;
  readonly implied_role_id: string;
}

/** On a project, on a domain, or with neither on the system. */
export interface RoleAssignmentsTable {
  readonly user_id: string;
  readonly project_id: string | null;
  readonly domain_id: string | null;
  readonly role_id: string;
}

export interface ApplicationCredentialsTable {
  readonly id: string;
  readonly user_id: string;
  readonly project_id: string;
  readonly name: string;
  readonly description: string | null;
  readonly secret_hash: string;
  readonly unrestricted: Generated<boolean>;
  readonly expires_at: ColumnType<string | null, string | null, string | null>;
}

export interface ApplicationCredentialRolesTable {
  readonly application_credential_id: string;
  readonly role_id: string;
}

export interface TokensTable {
  readonly hash: Buffer;
  readonly user_id: string;
  readonly project_id: string | null;
  readonly domain_id: string | null;
  readonly system: Generated<boolean>;
  readonly application_credential_id: string | null;
  readonly methods: string[];
  readonly audit_id: string;
  readonly parent_audit_id: string | null;
  readonly issued_at: ColumnType<string, string, string>;
  readonly expires_at: ColumnType<string, string, string>;
}

export interface Database {
  readonly networks: NetworksTable;
  readonly subnets: SubnetsTable;
  readonly allocation_pools: AllocationPoolsTable;
  readonly ports: PortsTable;
  readonly ip_allocations: IpAllocationsTable;
  readonly security_groups: SecurityGroupsTable;
  readonly security_group_rules: SecurityGroupRulesTable;
  readonly port_security_groups: PortSecurityGroupsTable;
  readonly routers: RoutersTable;
  readonly router_interfaces: RouterInterfacesTable;
  readonly floating_ips: FloatingIpsTable;
  readonly dhcp_servers: DhcpServersTable;
  readonly hosts: HostsTable;
  readonly quotas: QuotasTable;
  readonly changes: ChangesTable;
  readonly epoch: EpochTable;
  readonly domains: DomainsTable;
  readonly projects: ProjectsTable;
  readonly users: UsersTable;
  readonly roles: RolesTable;
  readonly implied_roles: ImpliedRolesTable;
  readonly role_assignments: RoleAssignmentsTable;
  readonly application_credentials: ApplicationCredentialsTable;
  readonly application_credential_roles: ApplicationCredentialRolesTable;
  readonly tokens: TokensTable;
}
