import type { Flow } from './host-state.ts';
import type { Action } from './openflow-action.ts';
import { parseActions, printActions } from './openflow-action-text.ts';
import { type MatchItem, parseMatch, printMatch } from './openflow-match.ts';

/** A flow's match and actions taken apart. */
export interface ParsedFlow {
  readonly match: readonly MatchItem[];
  readonly actions: readonly Action[];
}

/**
 * Takes apart a flow in the forms that OVS 3.1 prints (OpenFlow 1.0 to 1.4, with or without port names).
 *
 * Total: what is not known comes back as `{ kind: 'unknown', text }`, and `printFlow(parseFlow(flow))` is the same text.
 */
export function parseFlow(flow: Pick<Flow, 'match' | 'actions'>): ParsedFlow {
  return { match: parseMatch(flow.match), actions: parseActions(flow.actions) };
}

/** The texts that `parseFlow` read. */
export function printFlow(flow: ParsedFlow): Pick<Flow, 'match' | 'actions'> {
  return { match: printMatch(flow.match), actions: printActions(flow.actions) };
}
