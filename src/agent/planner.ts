/** From what is wanted to the state that the host should have. No I/O; between two plans it remembers the local numbers. */
import { allocate, type LocalNumbers } from '../compile/allocate.ts';
import { attachedPorts } from '../compile/attached-ports.ts';
import { compile } from '../compile/compile.ts';
import type { Wiring } from '../compile/wiring.ts';
import type { Problem } from '../driver/host-driver.ts';
import type { HostState } from '../host/host-state.ts';
import type { Intent } from './intent.ts';
import { unlimited } from './unlimited.ts';
import { unwired } from './unwired.ts';

export interface Plan {
  readonly desired: HostState;
  /** Ids of the ports that a workload is plugged into, by us or by os-vif. */
  readonly plugged: ReadonlySet<string>;
  /** What this host cannot do for its ports, whatever the driver achieves. */
  readonly problems: readonly Problem[];
}

export type Planner = (intent: Intent, observed: HostState) => Plan;

/** What a host's configuration says about its wiring. */
export type HostFacts = Omit<Wiring, 'localVlans' | 'conntrackZones' | 'plugs' | 'attached'>;

/** Plans for one host. Local VLANs and conntrack zones stay what they are, over restarts too. */
export function planner(facts: HostFacts): Planner {
  let numbers: LocalNumbers | undefined;
  return ({ held: { share }, plugs }, observed) => {
    numbers = allocate(share, observed, numbers, facts.host);
    const wiring: Wiring = { ...facts, ...numbers, plugs, attached: attachedPorts(observed) };
    return {
      desired: compile(share, wiring),
      plugged: new Set([...Object.keys(plugs), ...Object.keys(wiring.attached)]),
      problems: [...unwired(share, wiring), ...unlimited(share, wiring)],
    };
  };
}
