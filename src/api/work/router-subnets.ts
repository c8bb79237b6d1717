/** The subnets that a router joins. */
import { sql } from 'kysely';
import { cidrContains, toAddress, toCidr } from '../../model/addresses.ts';
import { asRepr, type JsonObject } from '../engine/json.ts';
import type { Work } from '../engine/resource.ts';
import { routerErrors } from '../errors/router-errors.ts';

/** Throws when a subnet of this port overlaps with one that the router has: it could not tell where to send a packet. */
export async function checkNoOverlap(work: Work, routerId: string, portId: string): Promise<void> {
  const { rows } = await sql<{ subnet_id: string; cidr: string; other_id: string; other_cidr: string }>`
    with joined as (
      select i.port_id from router_interfaces i where i.router_id = ${routerId}
      union select r.gateway_port_id from routers r where r.id = ${routerId} and r.gateway_port_id is not null
      union select e.port_id from router_extra_gateways e where e.router_id = ${routerId}
    )
    select s.id as subnet_id, s.cidr::text as cidr, o.id as other_id, o.cidr::text as other_cidr
    from ip_allocations a join subnets s on s.id = a.subnet_id
    cross join joined j join ip_allocations b on b.port_id = j.port_id and b.port_id <> a.port_id
    join subnets o on o.id = b.subnet_id
    where a.port_id = ${portId} and s.id <> o.id and s.cidr::inet && o.cidr::inet limit 1`.execute(work.trx);
  const row = rows[0];
  if (row === undefined) return;
  throw routerErrors.bad(
    `Cidr ${row.cidr} of subnet ${row.subnet_id} overlaps with cidr ${row.other_cidr} of subnet ${row.other_id}`,
  );
}

/** Throws when a next hop lies in no subnet that the router joins, or is the router itself. */
export async function checkRoutes(work: Work, routerId: string, routes: readonly JsonObject[]): Promise<void> {
  if (routes.length === 0) return;
  const { rows } = await sql<{ cidr: string; ip: string }>`
    select s.cidr::text as cidr, host(a.ip_address) as ip
    from ip_allocations a join subnets s on s.id = a.subnet_id
    where a.port_id in (
      select i.port_id from router_interfaces i where i.router_id = ${routerId}
      union select r.gateway_port_id from routers r where r.id = ${routerId}
      union select e.port_id from router_extra_gateways e where e.router_id = ${routerId})`.execute(work.trx);
  for (const route of routes) {
    const nexthop = String(route['nexthop']);
    if (!rows.some((row) => cidrContains(toCidr(row.cidr), toAddress(nexthop)))) {
      throw routerErrors.invalidRoutes(asRepr(routes), 'the nexthop is not connected with router');
    }
    if (rows.some((row) => row.ip === nexthop)) {
      throw routerErrors.invalidRoutes(asRepr(routes), 'the nexthop is used by router');
    }
  }
}
