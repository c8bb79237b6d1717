/** What differs in Open vSwitch: bridges, ports, flows. */
import type { Awaited, FlowChange, OvsChange } from './change.ts';
import { portsOf } from './flow-ports.ts';
import { type Flow, type HostState, type OvsBridge, type OvsPort, ROOT } from './host-state.ts';
import { isLearned, isMarked, isOurFlow, marked, OUR_BRIDGES, OUR_COOKIE } from './ownership.ts';

/** Differences of bridges, ports and flows. */
export function ovsChanges(desired: HostState, observed: HostState): readonly (OvsChange | FlowChange | Awaited)[] {
  const changes: (OvsChange | FlowChange | Awaited)[] = [];
  for (const [name, wanted] of Object.entries(desired.bridges)) {
    const present = observed.bridges[name];
    const isOurs = OUR_BRIDGES.includes(name);
    if (present === undefined && !isOurs) {
      changes.push({ kind: 'await-bridge', name });
      continue;
    }
    const { ports: _, flows: __, macTable: ___, ...settings } = wanted;
    if (present === undefined) {
      changes.push({ kind: 'add-bridge', bridge: name, settings: { ...settings, externalIds: marked({}) } });
    } else if (isOurs) {
      const differing = bridgeDifference(settings, present);
      if (Object.keys(differing).length > 0) {
        changes.push({ kind: 'change-bridge', bridge: name, settings: differing });
      }
    }
    const anew = new Set(Object.keys(wanted.ports).filter((port) => isDeviceNew(port, desired, observed)));
    changes.push(...portChanges(name, wanted.ports, present?.ports ?? {}, anew));
    changes.push(...flowChanges(name, wanted.flows, present?.flows ?? [], isOurs, anew));
  }
  for (const [name, present] of Object.entries(observed.bridges)) {
    if (desired.bridges[name] !== undefined) continue;
    if (isMarked(present.externalIds)) {
      changes.push({ kind: 'remove-bridge', bridge: name });
    } else {
      changes.push(...portChanges(name, {}, present.ports, none), ...flowChanges(name, [], present.flows, false, none));
    }
  }
  return changes;
}

const none: ReadonlySet<string> = new Set();

type Settings = Omit<OvsBridge, 'ports' | 'flows'>;

function bridgeDifference(wanted: Settings, present: Settings): Settings {
  const { datapathType, failMode, otherConfig } = wanted;
  return {
    ...(datapathType !== undefined && datapathType !== present.datapathType ? { datapathType } : {}),
    ...(failMode !== undefined && failMode !== present.failMode ? { failMode } : {}),
    ...missing('otherConfig', otherConfig ?? {}, present.otherConfig ?? {}),
  };
}

/**
 * A port whose device we are about to make anew. The userspace datapath still has the old device open, by its number, and
 * takes up the new one only when the port leaves and comes back.
 */
function isDeviceNew(port: string, desired: HostState, observed: HostState): boolean {
  const wanted = desired.namespaces[ROOT]?.links[port];
  const hasNone = observed.namespaces[ROOT]?.links[port] === undefined;
  return wanted !== undefined && wanted.kind !== 'internal' && wanted.kind !== 'other' && hasNone;
}

function portChanges(
  bridge: string,
  wanted: Readonly<Record<string, OvsPort>>,
  present: Readonly<Record<string, OvsPort>>,
  anew: ReadonlySet<string>,
): readonly OvsChange[] {
  const changes: OvsChange[] = [];
  for (const [name, port] of Object.entries(wanted)) {
    const has = present[name];
    if (has === undefined || has.type !== port.type || anew.has(name)) {
      if (has !== undefined) changes.push({ kind: 'remove-port', bridge, name, port: has });
      const number = has?.ofport === undefined ? {} : { ofport: has.ofport };
      const wholePort = { ...port, ...number, externalIds: marked(port.externalIds) };
      changes.push({ kind: 'add-port', bridge, name, port: wholePort });
      continue;
    }
    const differing: Partial<OvsPort> = {
      ...(port.tag !== undefined && port.tag !== has.tag ? { tag: port.tag } : {}),
      ...(isSameRecord(port.options, has.options) ? {} : { options: port.options }),
      ...missing('externalIds', port.externalIds, has.externalIds),
      ...missing('otherConfig', port.otherConfig, has.otherConfig),
    };
    if (Object.keys(differing).length > 0) changes.push({ kind: 'change-port', bridge, name, port: differing });
  }
  for (const [name, port] of Object.entries(present)) {
    if (wanted[name] === undefined && isMarked(port.externalIds)) {
      changes.push({ kind: 'remove-port', bridge, name, port });
    }
  }
  return changes;
}

/**
 * On a bridge of ours every wanted flow carries our cookie, so that it can be found again. On the operator's, a flow that
 * does the same already is left to the operator: taking it over would take it away with us. The switch keeps a flow by the
 * number of its port, so those of a port that is made anew are made anew with it.
 */
function flowChanges(
  bridge: string,
  wanted: readonly Flow[],
  present: readonly Flow[],
  isOurs: boolean,
  anew: ReadonlySet<string>,
): readonly FlowChange[] {
  const isOrphan = (flow: Flow) => anew.size > 0 && portsOf(flow).some((port) => anew.has(port));
  const have = new Map(present.filter((flow) => !isLearned(flow)).map((flow) => [flowKey(flow), flow]));
  const keys = new Set(wanted.map(flowKey));
  const added = wanted.filter((flow) => {
    const has = have.get(flowKey(flow));
    if (has === undefined || has.actions !== flow.actions || isOrphan(has)) return true;
    return isOurs && has.cookie !== (flow.cookie ?? OUR_COOKIE);
  });
  const removed = present.filter((flow) => isOurFlow(flow) && (!keys.has(flowKey(flow)) || isOrphan(flow)));
  return [
    ...removed.map((flow) => ({ kind: 'remove-flow' as const, bridge, flow })),
    ...added.map((flow) => ({ kind: 'add-flow' as const, bridge, flow: { cookie: OUR_COOKIE, ...flow } })),
  ];
}

/** What makes two flows the same entry of a bridge. */
export function flowKey(flow: Flow): string {
  return `${flow.table} ${flow.priority} ${flow.match}`;
}

/** The entries of a record that are not there or have another value; other entries may stand beside them. */
function missing<Key extends string>(
  key: Key,
  wanted: Readonly<Record<string, string>>,
  present: Readonly<Record<string, string>>,
) {
  const entries = Object.entries(wanted).filter(([name, value]) => present[name] !== value);
  return (entries.length === 0 ? {} : { [key]: Object.fromEntries(entries) }) as {
    readonly [K in Key]?: Readonly<Record<string, string>>;
  };
}

function isSameRecord(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}
