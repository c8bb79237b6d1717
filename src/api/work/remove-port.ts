/** Removing a port, with what others must hear of it. */
import { sql } from 'kysely';
import type { Row, Work } from '../engine/resource.ts';
import { portErrors } from '../errors/port-errors.ts';
import { trunkErrors } from '../errors/trunk-errors.ts';
import { dropForwardings } from './drop-forwardings.ts';

/** Throws 409 for a port that a router, a floating IP or a trunk has, which are to let go of it first. */
export async function removePort(work: Work, current: Row): Promise<void> {
  const { rows } = await sql`
    select 1 from router_interfaces where port_id = ${current.id}
    union all select 1 from routers where gateway_port_id = ${current.id}
    union all select 1 from floating_ips where floating_port_id = ${current.id}`.execute(work.trx);
  if (rows.length > 0) throw portErrors.ownedByService(current.id, String(current['device_owner']));
  const { rows: local } = await sql`select 1 from local_ips where local_port_id = ${current.id} limit 1`.execute(
    work.trx,
  );
  if (local.length > 0) throw portErrors.heldByLocalIp(current.id);
  await checkNotTrunked(work, current.id);
  await removePorts(work, [current.id]);
}

async function checkNotTrunked(work: Work, portId: string): Promise<void> {
  const { rows } = await sql<{ trunk_id: string; parent: boolean }>`
    select trunk_id, false as parent from trunk_sub_ports where port_id = ${portId}
    union all select id, true from trunks where port_id = ${portId}`.execute(work.trx);
  const row = rows[0];
  if (row === undefined) return;
  throw row.parent ? trunkErrors.portIsParent(portId, row.trunk_id) : trunkErrors.portIsSubPort(portId, row.trunk_id);
}

/** Deletes ports. Floating IPs that led to them are free again; a local IP holds its port. */
export async function removePorts(work: Work, portIds: readonly string[]): Promise<void> {
  if (portIds.length === 0) return;
  const { rows: held } = await sql<{ local_port_id: string }>`
    select local_port_id from local_ips where local_port_id = any(${portIds}::uuid[]) limit 1`.execute(work.trx);
  if (held[0] !== undefined) throw portErrors.heldByLocalIp(held[0].local_port_id);
  await freeFloatingIps(work, sql`f.port_id = any(${portIds}::uuid[])`);
  await dropForwardings(work, sql`p.internal_port_id = any(${portIds}::uuid[])`);
  const { rows: groups } = await sql<{ id: string }>`
    select distinct security_group_id as id from port_security_groups where port_id = any(${portIds}::uuid[])`.execute(
    work.trx,
  );
  const { rows } = await sql<{ id: string; network_id: string; host_id: string }>`
    delete from ports where id = any(${portIds}::uuid[]) returning id, network_id, host_id`.execute(work.trx);
  work.changes.push(
    ...rows.map((row) => ({ kind: 'port', id: row.id, networkId: row.network_id, hosts: [row.host_id] })),
    ...groups.map((row) => ({ kind: 'security_group', id: row.id })),
  );
}

/** Disassociates the floating IPs `f` that meet the condition. */
export async function freeFloatingIps(work: Work, condition: ReturnType<typeof sql>): Promise<void> {
  const { rows } = await sql<{ id: string; host: string }>`
    update floating_ips f set port_id = null, fixed_ip_address = null, router_id = null, status = 'DOWN',
      revision_number = f.revision_number + 1, updated_at = now()
    from routers r where r.id = f.router_id and ${condition} returning f.id, r.host`.execute(work.trx);
  work.changes.push(...rows.map((row) => ({ kind: 'floatingip', id: row.id, hosts: [row.host] })));
}
