/** From what is wanted to the state that the host should have. Pure, but for the numbers it remembers between two plans. */
import type { HostState } from '../host/host-state.ts';
import type { Intent } from './intent.ts';

export interface Plan {
  readonly desired: HostState;
  /** Ids of the ports that a workload is plugged into, by us or by os-vif. */
  readonly plugged: ReadonlySet<string>;
}

export type Planner = (intent: Intent, observed: HostState) => Plan;
