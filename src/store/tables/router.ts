/** What routers and floating IPs have beside themselves. */
import type { Generated } from 'kysely';
import type { Timestamp } from './standard.ts';

export interface FlavorsTable {
  readonly id: Generated<string>;
  readonly name: Generated<string>;
  readonly description: string | null;
  readonly service_type: string;
  readonly enabled: Generated<boolean>;
}

export interface ServiceProfilesTable {
  readonly id: Generated<string>;
  readonly description: string | null;
  readonly driver: Generated<string>;
  readonly metainfo: Generated<string>;
  readonly enabled: Generated<boolean>;
}

export interface FlavorServiceProfilesTable {
  readonly flavor_id: string;
  readonly service_profile_id: string;
  readonly position: Generated<number>;
}

export interface RouterExtraGatewaysTable {
  readonly port_id: string;
  readonly router_id: string;
  readonly network_id: string;
  readonly number: Generated<number>;
}

export interface HaNetworksTable {
  readonly project_id: string;
  readonly network_id: string;
}

export interface ConntrackHelpersTable {
  readonly id: Generated<string>;
  readonly project_id: string;
  readonly router_id: string;
  readonly protocol: string;
  readonly port: number;
  readonly helper: string;
}

export interface PortForwardingsTable {
  readonly id: Generated<string>;
  readonly project_id: string;
  readonly floatingip_id: string;
  readonly protocol: string;
  readonly external_first: number;
  readonly external_last: number;
  readonly internal_first: number;
  readonly internal_last: number;
  readonly internal_port_id: string;
  readonly internal_ip_address: string;
  readonly description: Generated<string>;
}

export interface NdpProxiesTable {
  readonly id: Generated<string>;
  readonly project_id: string;
  readonly name: Generated<string>;
  readonly description: Generated<string>;
  readonly router_id: string;
  readonly port_id: string;
  readonly ip_address: string;
  readonly revision_number: Generated<number>;
  readonly created_at: Timestamp;
  readonly updated_at: Timestamp;
}

export interface RouterTables {
  readonly flavors: FlavorsTable;
  readonly service_profiles: ServiceProfilesTable;
  readonly flavor_service_profiles: FlavorServiceProfilesTable;
  readonly router_extra_gateways: RouterExtraGatewaysTable;
  readonly ha_networks: HaNetworksTable;
  readonly conntrack_helpers: ConntrackHelpersTable;
  readonly port_forwardings: PortForwardingsTable;
  readonly ndp_proxies: NdpProxiesTable;
}
