/** Networks and what stands on them. */
import type { Generated } from 'kysely';
import type { Json, Standard, Timestamp } from './standard.ts';

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
  readonly segment_count: Generated<number>;
  readonly dns_domain: Generated<string>;
  readonly availability_zone_hints: Generated<string[]>;
  readonly qos_policy_id: string | null;
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
  readonly dns_publish_fixed_ip: Generated<boolean>;
  readonly segment_id: Generated<string | null>;
  readonly subnetpool_id: string | null;
  /** The pool's `space`. */
  readonly space: string | null;
  readonly prefix_delegation: Generated<boolean>;
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
  readonly dns_domain: Generated<string>;
  readonly ip_allocation: Generated<string>;
  readonly qos_policy_id: string | null;
  readonly data_plane_status: string | null;
  readonly device_profile: string | null;
  readonly numa_affinity_policy: string | null;
  readonly hints: Json<Readonly<Record<string, unknown>> | null>;
  readonly hardware_offload_type: string | null;
  readonly trusted: boolean | null;
  readonly propagate_uplink_status: Generated<boolean>;
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
  readonly normalized_cidr: string | null;
  readonly remote_group_id: string | null;
  readonly remote_address_group_id: string | null;
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
  readonly distributed: Generated<boolean>;
  readonly ha: Generated<boolean>;
  readonly flavor_id: string | null;
  readonly service_type_id: string | null;
  readonly enable_ndp_proxy: Generated<boolean>;
  readonly enable_default_route_bfd: Generated<boolean>;
  readonly enable_default_route_ecmp: Generated<boolean>;
  readonly placed_by_hand: Generated<boolean>;
  readonly qos_policy_id: string | null;
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
  readonly distributed: Generated<boolean>;
  readonly qos_policy_id: string | null;
}

export interface RbacPoliciesTable {
  readonly id: Generated<string>;
  readonly project_id: string;
  readonly object_type: string;
  readonly object_id: string;
  readonly action: string;
  readonly target_project: string;
  readonly created_at: Timestamp;
}

export interface NetworkTables {
  readonly rbac_policies: RbacPoliciesTable;
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
}
