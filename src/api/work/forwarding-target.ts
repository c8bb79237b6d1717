/** Where a forwarded port leads, and through which router. */
import { sql } from 'kysely';
import type { Work } from '../engine/resource.ts';
import { isUuid } from '../engine/validators.ts';
import { portErrors } from '../errors/port-errors.ts';
import { portForwardingErrors } from '../errors/port-forwarding-errors.ts';
import { routerErrors } from '../errors/router-errors.ts';
import { routerBetween } from './floating-ip-association.ts';

export interface ForwardingFloatingIp {
  readonly id: string;
  readonly address: string;
  readonly networkId: string;
  readonly routerId: string | null;
  readonly portId: string | null;
}

export interface Socket {
  readonly portId: string;
  readonly address: string;
}

/** Locks the floating IP, so that two forwardings do not choose two routers, and none is made while a port is given to it. */
export async function lockFloatingIp(work: Work, id: string): Promise<ForwardingFloatingIp> {
  const { rows } = await sql<ForwardingFloatingIp>`
    select id, host(floating_ip_address) as address, floating_network_id as "networkId", router_id as "routerId",
      port_id as "portId"
    from floating_ips where id = ${id} for update`.execute(work.trx);
  if (rows[0] === undefined) throw routerErrors.floatingIpNotFound(id);
  return rows[0];
}

/** Puts the floating IP on the router that reaches the socket. Throws what Neutron says when none does, or another one than its. */
export async function leadTo(work: Work, fip: ForwardingFloatingIp, socket: Socket): Promise<void> {
  if (fip.portId !== null) {
    const { portId, address } = socket;
    throw routerErrors.alreadyAssociated(fip.address, fip.id, { portId, fixedIp: address, networkId: fip.networkId });
  }
  const subnetId = await subnetOf(work, socket);
  await checkNoFloatingIp(work, fip, socket);
  const routerId = await routerBetween(work, subnetId, fip.networkId);
  if (routerId === null) {
    throw portForwardingErrors.bad(
      `External network ${fip.networkId} is not reachable from subnet ${subnetId}. Cannot set Port forwarding for port ${socket.portId} with Floating IP ${fip.id}`,
    );
  }
  if (fip.routerId !== null && fip.routerId !== routerId) {
    throw portForwardingErrors.bad(
      `The Floating IP ${fip.id} had been set on router ${fip.routerId}, the internal Neutron port ${socket.portId} can not reach it`,
    );
  }
  await work.trx.updateTable('floating_ips').set({ router_id: routerId }).where('id', '=', fip.id).execute();
}

async function subnetOf(work: Work, { portId, address }: Socket): Promise<string> {
  const { isAdmin, projectId } = work.caller;
  const { rows } = isUuid(portId)
    ? await sql<{ subnet_id: string | null; ip: string | null }>`
        select a.subnet_id, host(a.ip_address) as ip from ports p join networks n on n.id = p.network_id
        left join ip_allocations a on a.port_id = p.id and family(a.ip_address) = 4
        where p.id = ${portId} and (${isAdmin} or ${projectId} in (p.project_id, n.project_id)) order by a.position
        for share of p`.execute(work.trx)
    : { rows: [] };
  if (rows.length === 0) throw portErrors.notFound(portId);
  const addresses = rows.flatMap(({ subnet_id, ip }) => (subnet_id === null ? [] : [{ subnet_id, ip }]));
  if (addresses.length === 0) {
    throw portForwardingErrors.bad(`Requested internal port ${portId} must allocate an IPv4 address at least`);
  }
  const found = addresses.find(({ ip }) => ip === address);
  if (found !== undefined) return found.subnet_id;
  throw portForwardingErrors.bad(
    `Requested internal IP address ${address} is not suitable for internal neutron port ${portId}, as its fixed_ips are ${addresses.map(({ ip }) => ip).join(', ')}`,
  );
}

async function checkNoFloatingIp(work: Work, fip: ForwardingFloatingIp, { portId, address }: Socket): Promise<void> {
  const { rows } = await sql`
    select 1 from floating_ips where port_id = ${portId} and fixed_ip_address = ${address}::inet limit 1`.execute(
    work.trx,
  );
  if (rows.length > 0) throw portForwardingErrors.portHasFloatingIp({ portId, fixedIp: address }, fip);
}
