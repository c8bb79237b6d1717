import type { Flow, OvsBridge } from '../host/host-state.ts';
import { type Action, modifyWords } from '../host/openflow-action.ts';
import { ctState, type Fields, fieldBits, ones, parseValue, readField, subfieldBits, writeField } from './fields.ts';
import { type FlowTables, flowTables, lookUp, portName } from './flow-tables.ts';
import { type NormalDrop, switchNormally } from './normal.ts';
import type { ConnectionState } from './packet.ts';

/** A look-up in one table: the flow that was met, or null on a table miss, which drops. */
export interface TableStep {
  readonly table: number;
  readonly flow: Flow | null;
}

/** A frame that leaves a bridge, and the flows that sent it. */
export interface BridgeOutput {
  readonly port: string;
  readonly fields: Fields;
  readonly steps: readonly TableStep[];
  /** Whether NORMAL knew the address, flooded, or a flow named the port. */
  readonly by: 'flow' | 'known' | 'flooded';
}

export interface PipelineResult {
  readonly outputs: readonly BridgeOutput[];
  /** All look-ups, in order; the last one says why there is no output. */
  readonly steps: readonly TableStep[];
  /** Why NORMAL put nothing out, where it was what decided. */
  readonly normalDrop: { readonly why: NormalDrop; readonly vlan: number } | null;
  /** What could not be evaluated, in words; the result holds only if it does not matter. */
  readonly assumptions: readonly string[];
}

/** OVS gives up at this many resubmits in all; far fewer tables are in use. */
const maxLookups = 256;

interface Execution {
  readonly bridge: OvsBridge;
  readonly bridgeName: string;
  readonly tables: FlowTables;
  readonly connection: ConnectionState;
  readonly inPort: string;
  readonly steps: TableStep[];
  readonly outputs: BridgeOutput[];
  readonly assumptions: Set<string>;
  normalDrop: { why: NormalDrop; vlan: number } | null;
}

/**
 * Runs a frame through a bridge's flow tables.
 *
 * What a real switch does with a first packet: `learn()` changes later packets only, and meters and queues let it pass.
 */
export function runPipeline(
  bridge: OvsBridge,
  bridgeName: string,
  inPort: string,
  fields: Fields,
  connection: ConnectionState = 'NEW',
): PipelineResult {
  const tables = flowTables(bridge, bridgeName);
  const execution: Execution = {
    bridge,
    bridgeName,
    tables,
    connection,
    inPort,
    steps: [],
    outputs: [],
    assumptions: new Set(tables.notUnderstood.map((flow) => `match not understood, left out: ${flow.match}`)),
    normalDrop: null,
  };
  lookUpAndRun(execution, 0, fields, inPort);
  return {
    outputs: execution.outputs,
    steps: execution.steps,
    normalDrop: execution.outputs.length === 0 ? execution.normalDrop : null,
    assumptions: [...execution.assumptions],
  };
}

/** Gives back the fields as the table's actions left them, because a resubmit keeps changes. */
function lookUpAndRun(execution: Execution, table: number, fields: Fields, inPort: string): Fields {
  if (execution.steps.length >= maxLookups) {
    execution.assumptions.add(`stopped after ${maxLookups} table look-ups: the flows resubmit in a circle`);
    return fields;
  }
  const found = lookUp(execution.tables, table, fields, inPort);
  execution.steps.push({ table, flow: found?.flow ?? null });
  return found === null ? fields : runActions(execution, table, found.actions, fields, inPort);
}

function runActions(
  execution: Execution,
  table: number,
  actions: readonly Action[],
  start: Fields,
  inPort: string,
): Fields {
  let fields = start;
  for (const action of actions) fields = runAction(execution, table, action, fields, inPort);
  return fields;
}

function runAction(execution: Execution, table: number, action: Action, fields: Fields, inPort: string): Fields {
  const { bridge, bridgeName } = execution;
  switch (action.kind) {
    case 'output':
      emit(execution, portName(bridge, bridgeName, action.port), fields);
      return fields;
    case 'inPort':
      put(execution, execution.inPort, fields, 'flow');
      return fields;
    case 'local':
      emit(execution, bridgeName, fields);
      return fields;
    case 'flood':
    case 'all':
      for (const port of Object.keys(bridge.ports)) emit(execution, port, fields);
      return fields;
    case 'normal':
      runNormal(execution, fields);
      return fields;
    case 'gotoTable':
      return lookUpAndRun(execution, action.table, fields, inPort);
    case 'resubmitPort':
      return lookUpAndRun(execution, table, fields, portName(bridge, bridgeName, action.port));
    case 'resubmitTable':
      return lookUpAndRun(
        execution,
        action.table ?? table,
        fields,
        action.port === null ? inPort : portName(bridge, bridgeName, action.port),
      );
    case 'ct':
      runConntrack(execution, action.arguments, fields, inPort);
      return fields;
    case 'ctClear':
      return { ...fields, ct_state: 0n };
    case 'outputField':
    case 'group':
    case 'unknown':
      execution.assumptions.add(`action not evaluated: ${action.kind === 'unknown' ? action.text : action.kind}`);
      return fields;
    case 'drop':
    case 'learn':
    case 'conjunction':
    case 'note':
    case 'meter':
    case 'setQueue':
    case 'popQueue':
      return fields;
    default:
      return rewrite(execution, action, fields);
  }
}

type Rewrite = Extract<
  Action,
  { kind: 'pushVlan' | 'popVlan' | 'modVlanVid' | 'setField' | 'load' | 'move' | 'modify' | 'decTtl' }
>;

function rewrite(execution: Execution, action: Rewrite, fields: Fields): Fields {
  const tci = fields['vlan_tci'] ?? 0n;
  switch (action.kind) {
    case 'pushVlan':
      return { ...fields, vlan_tci: 0x1000n, ...(tci === 0n ? {} : { inner_tci: tci }) };
    case 'popVlan':
      return { ...fields, vlan_tci: fields['inner_tci'] ?? 0n, inner_tci: 0n };
    case 'modVlanVid':
      return { ...fields, vlan_tci: (tci & 0xe000n) | BigInt(action.vlan | 0x1000) };
    case 'decTtl':
      return { ...fields, nw_ttl: (fields['nw_ttl'] ?? 1n) - 1n };
    case 'setField':
      return setField(execution, fields, action.field, action.value, action.mask);
    case 'modify':
      return setField(execution, fields, modifyWords[action.word], action.value, null);
    case 'load': {
      const to = subfieldBits(action.to);
      if (to !== null && /^(0x[0-9a-f]+|\d+)$/.test(action.value)) return writeField(fields, to, BigInt(action.value));
      execution.assumptions.add(`field not known: ${action.to.field}`);
      return fields;
    }
    case 'move': {
      const from = subfieldBits(action.from);
      const to = subfieldBits(action.to);
      if (from !== null && to !== null) return writeField(fields, to, readField(fields, from));
      execution.assumptions.add(`field not known: ${action.from.field} or ${action.to.field}`);
      return fields;
    }
  }
}

function setField(execution: Execution, fields: Fields, name: string, text: string, mask: string | null): Fields {
  if (name === 'dl_vlan_pcp') {
    const tci = (fields['vlan_tci'] ?? 0n) & 0x1fffn;
    return { ...fields, vlan_tci: tci | 0x1000n | (BigInt(text) << 13n) };
  }
  const field = fieldBits(name);
  const value = field === null ? null : parseValue(field, text, mask);
  if (field === null || value === null) {
    execution.assumptions.add(`field not known: ${name}`);
    return fields;
  }
  // `mod_nw_tos` writes DSCP and leaves the ECN bits alone.
  return writeField(fields, field, value.value, name === 'nw_tos' ? value.mask & 0xfcn : value.mask);
}

function runNormal(execution: Execution, fields: Fields): void {
  const switching = switchNormally(execution.bridge, execution.bridgeName, execution.inPort, fields);
  if (switching.kind === 'dropped') {
    execution.normalDrop = { why: switching.why, vlan: switching.vlan };
    return;
  }
  for (const frame of switching.outputs) put(execution, frame.port, frame.fields, switching.kind);
}

/**
 * `ct(table=…)` goes on in that table with the connection's state, and the rest of the actions with the packet as it was.
 * `ct()` without a table only commits.
 */
function runConntrack(execution: Execution, options: readonly string[], fields: Fields, inPort: string): void {
  const table = options.find((option) => option.startsWith('table='));
  if (options.some((option) => option.startsWith('nat'))) execution.assumptions.add('ct(nat) not evaluated');
  if (table === undefined) return;
  const state = execution.connection === 'NEW' ? ctState('trk', 'new') : ctState('trk', 'est', 'rpl');
  lookUpAndRun(execution, Number(table.slice('table='.length)), { ...fields, ct_state: state }, inPort);
}

/** OVS never sends a frame out of the port that it came in by, unless IN_PORT says so. */
function emit(execution: Execution, port: string, fields: Fields): void {
  if (port !== execution.inPort) put(execution, port, fields, 'flow');
}

function put(execution: Execution, port: string, fields: Fields, by: BridgeOutput['by']): void {
  const vlan = (fields['vlan_tci'] ?? 0n) & ones(16);
  execution.outputs.push({ port, fields: { ...fields, vlan_tci: vlan }, steps: [...execution.steps], by });
}
