/** Dynamic routing, and taps on ports. */
import type { Generated } from 'kysely';

interface Named {
  readonly id: Generated<string>;
  readonly project_id: string;
  readonly name: Generated<string>;
}

export interface BgpSpeakersTable extends Named {
  readonly local_as: number;
  readonly ip_version: number;
  readonly advertise_floating_ip_host_routes: Generated<boolean>;
  readonly advertise_tenant_networks: Generated<boolean>;
}

export interface BgpPeersTable extends Named {
  readonly peer_ip: string;
  readonly remote_as: number;
  readonly auth_type: string;
  readonly password: string | null;
}

export interface TapServicesTable extends Named {
  readonly description: Generated<string>;
  readonly port_id: string;
}

export interface TapFlowsTable extends Named {
  readonly description: Generated<string>;
  readonly tap_service_id: string;
  readonly source_port: string;
  readonly direction: string;
  readonly vlan_filter: string | null;
}

export interface TapMirrorsTable extends Named {
  readonly description: Generated<string>;
  readonly port_id: string;
  readonly mirror_type: string;
  readonly remote_ip: string;
}

export interface TapMirrorTunnelsTable {
  readonly tap_mirror_id: string;
  readonly remote_ip: string;
  readonly direction: string;
  readonly tunnel_id: number;
}

export interface RoutingAndTapTables {
  readonly bgp_speakers: BgpSpeakersTable;
  readonly bgp_peers: BgpPeersTable;
  readonly tap_services: TapServicesTable;
  readonly tap_flows: TapFlowsTable;
  readonly tap_mirrors: TapMirrorsTable;
  readonly tap_mirror_tunnels: TapMirrorTunnelsTable;
}
