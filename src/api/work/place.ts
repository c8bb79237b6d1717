import { placeUnplaced } from '../../schedule/place.ts';
import type { Work } from '../engine/resource.ts';

/** Lets the scheduler look for what this work left without a host. */
export async function place(work: Work): Promise<void> {
  const { base_mac: baseMac, dhcp_agents_per_network: dhcpAgentsPerNetwork } = work.config.network;
  await placeUnplaced(work.trx, { baseMac, dhcpAgentsPerNetwork });
}
