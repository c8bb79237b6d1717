/** Floating IPs that lead nowhere end with their network, or when it is external no more. */
import { sql } from 'kysely';
import type { Work } from '../engine/resource.ts';
import { removePorts } from './remove-port.ts';

/** Deletes the floating IPs of the network that no port and no forwarding uses. */
export async function removeUnusedFloatingIps(work: Work, networkId: string): Promise<void> {
  const { rows } = await sql<{ id: string; port: string }>`
    delete from floating_ips f where f.floating_network_id = ${networkId} and f.port_id is null
      and not exists (select 1 from port_forwardings p where p.floatingip_id = f.id)
    returning f.id, f.floating_port_id as port`.execute(work.trx);
  await removePorts(
    work,
    rows.map((row) => row.port),
  );
  work.changes.push(...rows.map((row) => ({ kind: 'floatingip', id: row.id })));
}
