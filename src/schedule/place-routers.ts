/** Routers and their ports on hosts with the role `l3`. */
import { sql, type Transaction } from 'kysely';
import type { Change } from '../store/changes.ts';
import type { Database } from '../store/tables.ts';
import { bindPorts } from './bind.ts';
import { isAlive, leastLoaded, type Needs, readLiveHosts } from './live-hosts.ts';

type Trx = Transaction<Database>;

interface Unplaced {
  readonly id: string;
  readonly host: string;
  readonly segments: Needs['segments'];
}

/**
 * Gives each router with a port and without a live host the least loaded one, and binds router ports to their hosts. What an
 * admin placed by hand stays where it is.
 */
export async function placeRouters(trx: Trx): Promise<readonly Change[]> {
  const changes: Change[] = [];
  const unplaced = await readUnplaced(trx);
  if (unplaced.length > 0) {
    const hosts = await readLiveHosts(trx);
    const load = new Map(hosts.map((host) => [host.name, host.routers]));
    for (const router of unplaced) {
      const host = leastLoaded(hosts, 'l3', router, load);
      if (host === null) continue;
      load.set(host.name, (load.get(host.name) ?? 0) + 1);
      await trx.updateTable('routers').set({ host: host.name }).where('id', '=', router.id).execute();
      changes.push({ kind: 'router', id: router.id, hosts: [router.host] });
    }
  }
  return [...changes, ...(await bindRouterPorts(trx))];
}

async function readUnplaced(trx: Trx): Promise<readonly Unplaced[]> {
  const { rows } = await sql<Unplaced>`
    select r.id, r.host, s.segments
    from routers r
    cross join lateral (
      select json_agg(json_build_object('network_type', n.network_type, 'physical_network', n.physical_network)) as segments
      from ports p join networks n on n.id = p.network_id
      where p.id = r.gateway_port_id or p.id in (select i.port_id from router_interfaces i where i.router_id = r.id)
    ) s
    where s.segments is not null and not r.placed_by_hand and not exists (select 1 from hosts h where h.name = r.host and h.admin_state_up and ${isAlive})
    order by r.created_at, r.id`.execute(trx);
  return rows;
}

/** A router's port is where its router is: of one router, or of all. */
export async function bindRouterPorts(trx: Trx, routerId: string | null = null): Promise<readonly Change[]> {
  const { rows } = await sql<{ id: string; host: string }>`
    update ports p
    set host_id = w.host, status = 'DOWN', revision_number = p.revision_number + 1, updated_at = now()
    from (
      select r.id as router_id, r.host, r.gateway_port_id as port_id from routers r where r.gateway_port_id is not null
      union all
      select r.id, r.host, i.port_id from routers r join router_interfaces i on i.router_id = r.id
    ) w, ports o
    where w.port_id = p.id and o.id = p.id and p.host_id <> w.host and (${routerId}::uuid is null or w.router_id = ${routerId}::uuid)
    returning p.id, o.host_id as host`.execute(trx);
  await bindPorts(
    trx,
    rows.map((row) => row.id),
  );
  return rows.map((row) => ({ kind: 'port', id: row.id, hosts: [row.host] }));
}
