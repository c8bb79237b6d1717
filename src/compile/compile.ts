import type { HostState } from '../host/host-state.ts';
import type { Share } from '../model/share.ts';
import { bridges } from './bridges.ts';
import { dhcp } from './dhcp.ts';
import { viewHost } from './host-view.ts';
import { hybridPlug } from './hybrid-plug.ts';
import { l2Population } from './l2-population.ts';
import { localVlan } from './local-vlan.ts';
import { join } from './piece.ts';
import { qos } from './qos.ts';
import { routers } from './router.ts';
import { securityGroups } from './security-groups.ts';
import { spoofGuard } from './spoof-guard.ts';
import type { Wiring } from './wiring.ts';

/**
 * The state that a host should have, from its share of the model and its own wiring: all that Tapline makes on it and nothing
 * else. The same input gives the same output, and every text in it is what the kernel's tools and OVS print back.
 */
export function compile(share: Share, wiring: Wiring): HostState {
  const view = viewHost(share, wiring);
  return join([
    bridges(view),
    ...hybridPlug(view),
    ...localVlan(view),
    ...l2Population(view),
    ...spoofGuard(view),
    ...securityGroups(view),
    ...qos(view),
    ...dhcp(view),
    ...routers(view),
  ]);
}
