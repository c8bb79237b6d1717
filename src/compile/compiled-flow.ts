import type { Flow } from '../host/host-state.ts';
import { quotePortName } from '../host/read-flows.ts';

/** Marks the flows that Tapline made (`tapline` in ASCII). */
export const FLOW_COOKIE = '0x7461706c696e65';

/** A flow of ours. `match` and `actions` are in the canonical text of `ovs-ofctl --names dump-flows`. */
export function flow(table: number, priority: number, match: string, actions: string): Flow {
  return { table, priority, match, actions, cookie: FLOW_COOKIE };
}

/** `in_port="NAME"`. */
export function inPort(name: string): string {
  return `in_port=${quotePortName(name)}`;
}

/** `output:"NAME"`. */
export function output(name: string): string {
  return `output:${quotePortName(name)}`;
}
