import type { Flow, OvsBridge } from '../host/host-state.ts';
import { parseFlow } from '../host/openflow.ts';
import type { Action } from '../host/openflow-action.ts';
import type { PortText } from '../host/openflow-port.ts';
import type { Fields } from './fields.ts';
import { type Condition, compileCondition } from './flow-match.ts';

/** A flow ready to be matched. */
export interface TableFlow {
  readonly flow: Flow;
  readonly conditions: readonly Condition[];
  readonly actions: readonly Action[];
}

/** A bridge's flows by table, highest priority first. */
export interface FlowTables {
  readonly tables: ReadonlyMap<number, readonly TableFlow[]>;
  /** Flows left out, because part of their match is not known. */
  readonly notUnderstood: readonly Flow[];
}

const prepared = new WeakMap<OvsBridge, FlowTables>();

/** Takes a bridge's flows apart once for all packets. */
export function flowTables(bridge: OvsBridge, bridgeName: string): FlowTables {
  const known = prepared.get(bridge);
  if (known !== undefined) return known;
  const made = prepare(bridge, bridgeName);
  prepared.set(bridge, made);
  return made;
}

function prepare(bridge: OvsBridge, bridgeName: string): FlowTables {
  const tables = new Map<number, TableFlow[]>();
  const notUnderstood: Flow[] = [];
  for (const flow of bridge.flows) {
    const parsed = parseFlow(flow);
    const conditions = parsed.match.map((item) => compileCondition(item, (port) => portName(bridge, bridgeName, port)));
    const known = conditions.filter((condition) => condition !== null);
    if (known.length < conditions.length) {
      notUnderstood.push(flow);
      continue;
    }
    const table = tables.get(flow.table) ?? [];
    table.push({ flow, conditions: known, actions: parsed.actions });
    tables.set(flow.table, table);
  }
  for (const table of tables.values()) table.sort((one, other) => other.flow.priority - one.flow.priority);
  return { tables, notUnderstood };
}

/** The name of a port that a flow names or numbers; `LOCAL` is the bridge's own device. */
export function portName(bridge: OvsBridge, bridgeName: string, port: PortText): string {
  if (port.kind === 'named') return port.name === 'LOCAL' ? bridgeName : port.name;
  const found = Object.entries(bridge.ports).find(([, candidate]) => candidate.ofport === port.ofport);
  return found?.[0] ?? `port ${port.ofport}`;
}

/**
 * The flow of a table that a packet meets, or null on a table miss.
 *
 * Conjunctive flows (ovs-fields(7), "Conjunctive Match Fields") stand for the flow that matches their `conj_id` once one flow
 * of every clause matched at the same priority.
 */
export function lookUp(tables: FlowTables, table: number, fields: Fields, inPort: string): TableFlow | null {
  const flows = tables.tables.get(table) ?? [];
  const matching = flows.filter((flow) => flow.conditions.every((condition) => condition(fields, inPort)));
  let index = 0;
  while (index < matching.length) {
    const priority = matching[index]?.flow.priority;
    const level = matching.slice(index).filter((flow) => flow.flow.priority === priority);
    const plain = level.find((flow) => !isConjunctive(flow));
    if (plain !== undefined) return plain;
    for (const id of fields['conj_id'] === undefined ? completeConjunctions(level) : []) {
      const found = lookUp(tables, table, { ...fields, conj_id: BigInt(id) }, inPort);
      if (found !== null && !isConjunctive(found)) return found;
    }
    index += level.length;
  }
  return null;
}

function isConjunctive(flow: TableFlow): boolean {
  return flow.actions.some((action) => action.kind === 'conjunction');
}

function completeConjunctions(level: readonly TableFlow[]): readonly number[] {
  const met = new Map<number, { clauses: number; seen: Set<number> }>();
  for (const action of level.flatMap((flow) => flow.actions)) {
    if (action.kind !== 'conjunction') continue;
    const entry = met.get(action.id) ?? { clauses: action.clauses, seen: new Set<number>() };
    entry.seen.add(action.clause);
    met.set(action.id, entry);
  }
  return [...met].filter(([, entry]) => entry.seen.size === entry.clauses).map(([id]) => id);
}
