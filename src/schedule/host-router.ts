/** A router where an admin puts it. The scheduler lets it be. */
import { sql, type Transaction } from 'kysely';
import type { Change } from '../store/changes.ts';
import type { Database } from '../store/tables.ts';
import { carries } from './bind.ts';
import { bindRouterPorts } from './place-routers.ts';

type Trx = Transaction<Database>;

/** Whether the host has what every network of the router needs. */
export async function canCarry(trx: Trx, routerId: string, host: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from routers r join ports p on p.id = r.gateway_port_id
      or p.id in (select i.port_id from router_interfaces i where i.router_id = r.id)
    join networks n on n.id = p.network_id join hosts h on h.name = ${host}
    where r.id = ${routerId} and not ${carries} limit 1`.execute(trx);
  return rows.length === 0;
}

/** Puts the router on the host, or on none for an empty name, with its ports. */
export async function hostRouter(trx: Trx, routerId: string, host: string): Promise<readonly Change[]> {
  const { rows } = await sql<{ host: string }>`
    update routers r set host = ${host}, placed_by_hand = true from routers o
    where r.id = ${routerId} and o.id = r.id returning o.host`.execute(trx);
  return [
    ...rows.map((row) => ({ kind: 'router', id: routerId, hosts: [row.host] })),
    ...(await bindRouterPorts(trx, routerId)),
  ];
}
