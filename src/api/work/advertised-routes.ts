/** What a BGP speaker tells: where floating IPs and projects' networks are to be sent. Computed from the model, not kept. */
import { type Kysely, sql } from 'kysely';
import type { Database } from '../../store/tables.ts';

type AdvertisedRoute = { readonly destination: string; readonly next_hop: string };

/**
 * Floating IPs of the speaker's networks, by the gateway of their router; then, of the routers with a gateway there, the subnets
 * of the address scope that the gateway's network has, which need no translation.
 */
export async function advertisedRoutes(db: Kysely<Database>, speakerId: string): Promise<AdvertisedRoute[]> {
  const { rows } = await sql<AdvertisedRoute>`
    with speaker as (select * from bgp_speakers where id = ${speakerId}),
    gateways as (
      select r.id as router_id, n.network_id, a.ip_address
      from bgp_speaker_networks n
      join routers r on r.gateway_network_id = n.network_id
      join ip_allocations a on a.port_id = r.gateway_port_id
      where n.bgp_speaker_id = ${speakerId}
    ),
    scopes as (
      select distinct s.ip_version, p.address_scope_id
      from bgp_speaker_networks n
      join subnets s on s.network_id = n.network_id
      join subnetpools p on p.id = s.subnetpool_id
      where n.bgp_speaker_id = ${speakerId} and p.address_scope_id is not null
    )
    select host(f.floating_ip_address) || '/32' as destination, host(g.ip_address) as next_hop
    from speaker k
    join gateways g on family(g.ip_address) = 4
    join floating_ips f on f.router_id = g.router_id and f.floating_network_id = g.network_id
    where k.advertise_floating_ip_host_routes and k.ip_version = 4
    union
    select s.cidr::text, host(g.ip_address)
    from speaker k
    join gateways g on family(g.ip_address) = k.ip_version
    join router_interfaces i on i.router_id = g.router_id
    join ip_allocations a on a.port_id = i.port_id
    join subnets s on s.id = a.subnet_id and s.ip_version = k.ip_version and s.network_id <> g.network_id
    join subnetpools p on p.id = s.subnetpool_id
    join scopes c on c.address_scope_id = p.address_scope_id and c.ip_version = k.ip_version
    where k.advertise_tenant_networks
    order by destination, next_hop`.execute(db);
  return rows;
}
