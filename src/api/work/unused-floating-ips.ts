import { sql } from 'kysely';
import type { Work } from '../engine/resource.ts';
import { removePorts } from './remove-port.ts';

/** Removes the floating IPs of a network that lead nowhere. */
export async function removeUnusedFloatingIps(work: Work, networkId: string): Promise<void> {
  const { rows } = await sql<{ id: string; port_id: string }>`
    delete from floating_ips where floating_network_id = ${networkId} and port_id is null
    returning id, floating_port_id as port_id`.execute(work.trx);
  await removePorts(
    work,
    rows.map((row) => row.port_id),
  );
  work.changes.push(...rows.map(({ id }) => ({ kind: 'floatingip', id })));
}
