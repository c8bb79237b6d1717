import type { Flow } from '../host/host-state.ts';
import { OUR_COOKIE } from '../host/ownership.ts';
import { quotePortName } from '../host/read-flows.ts';

/** A flow of ours. `match` and `actions` are in the canonical text of `ovs-ofctl --names dump-flows`. */
export function flow(table: number, priority: number, match: string, actions: string): Flow {
  return { table, priority, match, actions, cookie: OUR_COOKIE };
}

/** `in_port="NAME"`. */
export function inPort(name: string): string {
  return `in_port=${quotePortName(name)}`;
}

/** `output:"NAME"`. */
export function output(name: string): string {
  return `output:${quotePortName(name)}`;
}
