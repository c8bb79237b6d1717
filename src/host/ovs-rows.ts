/** Rows of Open vSwitch's database, whether they came by `ovs-vsctl list` or over RFC 7047, and the bridges they make up. */
import type { OvsBridge, OvsPort } from './host-state.ts';

export type OvsAtom = string | number | boolean;
/** A scalar, a set (also of one or none), or a map. */
export type OvsValue = OvsAtom | readonly OvsAtom[] | ReadonlyMap<string, string>;
/** By column. */
export type OvsRow = Readonly<Record<string, OvsValue>>;
/** By row's UUID. */
export type OvsTable = ReadonlyMap<string, OvsRow>;

export interface OvsTables {
  readonly Bridge: OvsTable;
  readonly Port: OvsTable;
  readonly Interface: OvsTable;
}

/** The bridges, without their flows. A bridge's own (LOCAL) port is left out: it comes and goes with the bridge. */
export function readBridges(tables: OvsTables): Readonly<Record<string, OvsBridge>> {
  return Object.fromEntries(
    [...tables.Bridge.values()].map((row) => [atom(row, 'name') ?? '', readBridge(row, tables)] as const),
  );
}

function readBridge(row: OvsRow, tables: OvsTables): OvsBridge {
  const name = atom(row, 'name');
  const ports = atoms(row, 'ports').flatMap((uuid) => {
    const port = tables.Port.get(String(uuid));
    const portName = port === undefined ? undefined : atom(port, 'name');
    if (port === undefined || portName === undefined || portName === name) return [];
    const first = atoms(port, 'interfaces')[0];
    return [[String(portName), readPort(port, tables.Interface.get(String(first)) ?? {})] as const];
  });
  const failMode = atom(row, 'fail_mode');
  const datapathType = atom(row, 'datapath_type');
  return {
    datapathType: datapathType === 'netdev' ? 'netdev' : 'system',
    ...(failMode === 'secure' || failMode === 'standalone' ? { failMode } : {}),
    otherConfig: record(row, 'other_config'),
    externalIds: record(row, 'external_ids'),
    ports: Object.fromEntries(ports),
    flows: [],
  };
}

function readPort(port: OvsRow, iface: OvsRow): OvsPort {
  const tag = atom(port, 'tag');
  const ofport = atom(iface, 'ofport');
  const error = atom(iface, 'error');
  return {
    type: portType(atom(iface, 'type')),
    ...(typeof tag === 'number' ? { tag } : {}),
    options: record(iface, 'options'),
    externalIds: record(iface, 'external_ids'),
    otherConfig: record(port, 'other_config'),
    ...(typeof ofport === 'number' ? { ofport } : {}),
    ...(typeof error === 'string' && error !== '' ? { error } : {}),
  };
}

function portType(type: OvsAtom | undefined): OvsPort['type'] {
  switch (type) {
    case 'internal':
    case 'patch':
    case 'vxlan':
    case 'gre':
    case 'geneve':
      return type;
    default:
      return '';
  }
}

/** A column's one value; undefined for none. */
export function atom(row: OvsRow, column: string): OvsAtom | undefined {
  return atoms(row, column)[0];
}

function atoms(row: OvsRow, column: string): readonly OvsAtom[] {
  const value = row[column];
  if (value === undefined || value instanceof Map) return [];
  return isSet(value) ? value : [value as OvsAtom];
}

function isSet(value: OvsValue): value is readonly OvsAtom[] {
  return Array.isArray(value);
}

function record(row: OvsRow, column: string): Readonly<Record<string, string>> {
  const value = row[column];
  return value instanceof Map ? Object.fromEntries(value) : {};
}
