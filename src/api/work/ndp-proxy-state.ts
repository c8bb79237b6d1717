/** Whether a router answers for the IPv6 addresses of its inside (`enable_ndp_proxy`), and what that needs. */
import { sql } from 'kysely';
import { readOne } from '../engine/read.ts';
import type { Work } from '../engine/resource.ts';
import { ndpProxyErrors } from '../errors/ndp-proxy-errors.ts';
import { network } from '../resources/network.ts';

/** Throws 409 unless the gateway has an IPv6 address on a network of an address scope. */
export async function setNdpProxy(work: Work, routerId: string, enabled: boolean): Promise<void> {
  if (enabled) {
    const { rows } = await sql<{ network_id: string }>`
      select r.gateway_network_id as network_id from routers r
      where r.id = ${routerId} and ${hasSixthAddress}`.execute(work.trx);
    const scope = rows[0] && (await addressScopeOf(work, rows[0].network_id));
    if (scope === undefined || scope === null) {
      throw ndpProxyErrors.gatewayNotValid(
        routerId,
        'The router has no external gateway or the external gateway port has no IPv6 address or IPv6 address scope',
      );
    }
  }
  await work.trx.updateTable('routers').set({ enable_ndp_proxy: enabled }).where('id', '=', routerId).execute();
}

/** The IPv6 address scope of a network, as its description tells it. */
export async function addressScopeOf(work: Work, networkId: string): Promise<string | null> {
  const seen = { ...work.caller, isAdmin: true };
  const row = await readOne(work.trx, network, seen, networkId, { fields: ['id', 'ipv6_address_scope'] });
  const scope = row['ipv6_address_scope'];
  return typeof scope === 'string' ? scope : null;
}

/** A gateway whose addresses changed must still have one of IPv6 while the router proxies. */
export async function checkNdpAddresses(work: Work, routerId: string): Promise<void> {
  const { rows } = await sql`
    select 1 from routers r where r.id = ${routerId} and r.enable_ndp_proxy and not ${hasSixthAddress}`.execute(
    work.trx,
  );
  if (rows.length > 0) throw ndpProxyErrors.sixthGatewayInUse(routerId);
}

export async function checkGatewayUnneededByNdp(work: Work, routerId: string): Promise<void> {
  const { rows } = await sql`select 1 from ndp_proxies where router_id = ${routerId} limit 1`.execute(work.trx);
  if (rows.length > 0) throw ndpProxyErrors.gatewayInUse(routerId);
}

export async function checkInterfaceUnneededByNdp(work: Work, routerId: string, subnetId: string): Promise<void> {
  const { rows } = await sql`
    select 1 from ndp_proxies n join subnets s on s.id = ${subnetId} and n.ip_address << s.cidr::inet
    where n.router_id = ${routerId} limit 1`.execute(work.trx);
  if (rows.length > 0) throw ndpProxyErrors.interfaceInUse(routerId, subnetId);
}

const hasSixthAddress = sql<boolean>`exists (
  select 1 from ip_allocations a where a.port_id = r.gateway_port_id and family(a.ip_address) = 6)`;
