import { placeUnplaced } from '../../schedule/place.ts';
import type { Work } from '../engine/resource.ts';

/** Lets the scheduler look for what this work left without a host. */
export async function place(work: Work): Promise<void> {
  const { base_mac: baseMac, dhcp_agents_per_network: dhcpAgentsPerNetwork } = work.config.network;
  await placeUnplaced(work.trx, { baseMac, dhcpAgentsPerNetwork });
}

/** The same for a router whose networks changed: an admin who took it from its host did not mean what it is now. */
export async function placeChanged(work: Work, routerId: string): Promise<void> {
  await work.trx
    .updateTable('routers')
    .set({ placed_by_hand: false })
    .where('id', '=', routerId)
    .where('host', '=', '')
    .execute();
  await place(work);
}
