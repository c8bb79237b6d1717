import type { HostState } from '../host/host-state.ts';
import { isMarked } from '../host/ownership.ts';

/**
 * Ports of br-int that someone else than Tapline made for a workload, such as os-vif for Nova: port id (`external_ids:iface-id`) to
 * the name of the OVS port. What Tapline made itself is marked (`external_ids:tapline`).
 */
export function attachedPorts(observed: HostState): Readonly<Record<string, string>> {
  const attached: Record<string, string> = {};
  for (const [name, { type, externalIds }] of Object.entries(observed.bridges['br-int']?.ports ?? {})) {
    const id = externalIds['iface-id'];
    if (type === '' && id !== undefined && !isMarked(externalIds)) attached[id] = name;
  }
  return attached;
}
