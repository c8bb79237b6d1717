/** Where a floating IP leads, and through which router. */
import { sql } from 'kysely';
import type { Work } from '../engine/resource.ts';
import { isUuid } from '../engine/validators.ts';
import { portErrors } from '../errors/port-errors.ts';
import { routerErrors } from '../errors/router-errors.ts';

export interface Association {
  readonly portId: string;
  readonly fixedIp: string;
  readonly routerId: string;
}

export interface AssociationAsked {
  readonly portId: string;
  /** Null: the port's only IPv4 address. */
  readonly fixedIp: string | null;
  /** The floating IP's network and owner. */
  readonly networkId: string;
  readonly projectId: string;
}

/** Throws what Neutron says of a port that is not there, has no such address, or cannot be reached. */
export async function findAssociation(work: Work, asked: AssociationAsked): Promise<Association> {
  const { subnetId, fixedIp } = await chooseFixedIp(work, asked);
  const routerId = await routerBetween(work, subnetId, asked.networkId);
  if (routerId === null) throw routerErrors.notReachable(asked.networkId, subnetId, asked.portId);
  return { portId: asked.portId, fixedIp, routerId };
}

/** The router that joins the subnet and leads to the external network: by a gateway, or by an interface there. Null: none. */
export async function routerBetween(work: Work, subnetId: string, networkId: string): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    select r.id from routers r
    join router_interfaces i on i.router_id = r.id
    join ip_allocations a on a.port_id = i.port_id and a.subnet_id = ${subnetId}
    join subnets s on s.id = a.subnet_id
    where r.gateway_network_id = ${networkId}
      or exists (select 1 from router_extra_gateways e where e.router_id = r.id and e.network_id = ${networkId})
      or exists (select 1 from router_interfaces o join ports p on p.id = o.port_id
        where o.router_id = r.id and o.port_id <> i.port_id and p.network_id = ${networkId})
    order by (r.gateway_network_id = ${networkId}) desc nulls last, (s.gateway_ip = a.ip_address) desc nulls last, r.id
    limit 1`.execute(work.trx);
  return rows[0]?.id ?? null;
}

async function chooseFixedIp(
  work: Work,
  asked: AssociationAsked,
): Promise<{ readonly subnetId: string; readonly fixedIp: string }> {
  const { portId } = asked;
  if (!isUuid(portId)) throw portErrors.notFound(portId);
  const { isAdmin, projectId } = work.caller;
  const { rows } = await sql<{ owner: string; subnet_id: string | null; ip: string | null; version: number | null }>`
    select p.project_id as owner, a.subnet_id, host(a.ip_address) as ip, family(a.ip_address) as version
    from ports p join networks n on n.id = p.network_id left join ip_allocations a on a.port_id = p.id
    where p.id = ${portId} and (${isAdmin} or ${projectId} in (p.project_id, n.project_id)) order by a.position`.execute(
    work.trx,
  );
  if (rows[0] === undefined) throw portErrors.notFound(portId);
  if (rows[0].owner !== asked.projectId && !isAdmin) throw routerErrors.portOfOtherProject(portId);
  const fourth = rows.flatMap(({ subnet_id, ip, version }) =>
    subnet_id !== null && ip !== null && version === 4 ? [{ subnetId: subnet_id, fixedIp: ip }] : [],
  );
  if (asked.fixedIp !== null) {
    const found = fourth.find((one) => one.fixedIp === asked.fixedIp);
    if (found === undefined) throw routerErrors.badFloatingIp(`Port ${portId} does not have fixed ip ${asked.fixedIp}`);
    return found;
  }
  const [only, second] = fourth;
  if (only === undefined) {
    throw routerErrors.badFloatingIp(`Cannot add floating IP to port ${portId} that has no fixed IPv4 addresses`);
  }
  if (second !== undefined) {
    throw routerErrors.badFloatingIp(
      `Port ${portId} has multiple fixed IPv4 addresses.  Must provide a specific IPv4 address when assigning a floating IP`,
    );
  }
  return only;
}
