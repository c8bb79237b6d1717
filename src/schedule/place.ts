/**
 * Which host carries what: every router with a port and every network with a DHCP subnet gets a live host, if there is one.
 */
import { sql, type Transaction } from 'kysely';
import { type Change, recordChanges } from '../store/changes.ts';
import type { Database } from '../store/tables.ts';
import { bindPorts } from './bind.ts';
import { placeDhcpServers } from './place-dhcp.ts';
import type { PlaceOptions } from './place-options.ts';
import { placeRouters } from './place-routers.ts';

const defaults: PlaceOptions = { baseMac: 'fa:16:3e:00:00:00', dhcpAgentsPerNetwork: 1 };

/**
 * Places what has no live host and completes what is placed: `routers.host`, `dhcp_servers`, DHCP ports with an address of
 * each DHCP subnet, the binding of router ports. Also binds again what waited for a host to be known. Records the changes.
 */
export async function placeUnplaced(trx: Transaction<Database>, options: Partial<PlaceOptions> = {}): Promise<void> {
  const chosen = { ...defaults, ...options };
  // One placement at a time: two would both find the same router without a host.
  await sql`select pg_advisory_xact_lock(hashtextextended('tapline placement', 0))`.execute(trx);
  const changes: Change[] = [
    ...(await placeRouters(trx)),
    ...(await placeDhcpServers(trx, chosen)),
    ...(await bindAgain(trx)),
  ];
  await recordChanges(trx, changes);
}

/** Ports whose host was unknown, or lacked their network's bridge, when they were bound. */
async function bindAgain(trx: Transaction<Database>): Promise<readonly Change[]> {
  const { rows } = await sql<{ id: string }>`
    select p.id from ports p join hosts h on h.name = p.host_id where p.vif_type = 'binding_failed'`.execute(trx);
  const ids = rows.map((row) => row.id);
  await bindPorts(trx, ids);
  return ids.map((id) => ({ kind: 'port', id }));
}
