/** Changes of bridges and ports as the operations of one OVSDB transaction (RFC 7047, section 5.2). */
import type { OvsChange } from '../host/change.ts';
import type { OvsBridge, OvsPort } from '../host/host-state.ts';
import type { Operation } from './ovsdb.ts';

/** Finds the UUID of the row with a name. */
export type FindRow = (table: 'Bridge' | 'Port' | 'Interface', name: string) => string | undefined;

/** Operations for the changes: bridges first, then ports that go, then ports that come. */
export function ovsOperations(changes: readonly OvsChange[], find: FindRow): readonly Operation[] {
  const order: readonly OvsChange['kind'][] = [
    'add-bridge',
    'change-bridge',
    'remove-port',
    'add-port',
    'change-port',
    'remove-bridge',
  ];
  return order.flatMap((kind) =>
    changes.flatMap((change, index) => (change.kind === kind ? operations(change, `${index}`, find) : [])),
  );
}

function operations(change: OvsChange, id: string, find: FindRow): readonly Operation[] {
  switch (change.kind) {
    case 'add-bridge':
      return addBridge(change.bridge, change.settings, id);
    case 'change-bridge':
      return updateRow('Bridge', change.bridge, bridgeColumns(change.settings), {
        other_config: change.settings.otherConfig,
      });
    case 'remove-bridge': {
      const uuid = find('Bridge', change.bridge);
      return uuid === undefined ? [] : [mutate('Open_vSwitch', [], 'bridges', 'delete', uuidSet([uuid]))];
    }
    case 'add-port':
      return addPort(change.bridge, change.name, change.port, id);
    case 'change-port': {
      const { options } = change.port;
      return [
        ...updateRow('Port', change.name, tagColumn(change.port), { other_config: change.port.otherConfig }),
        ...updateRow('Interface', change.name, options === undefined ? {} : { options: wireMap(options) }, {
          external_ids: change.port.externalIds,
        }),
      ];
    }
    case 'remove-port': {
      const uuid = find('Port', change.name);
      return uuid === undefined ? [] : [mutate('Bridge', byName(change.bridge), 'ports', 'delete', uuidSet([uuid]))];
    }
  }
}

function addBridge(name: string, settings: Omit<OvsBridge, 'ports' | 'flows'>, id: string): readonly Operation[] {
  const row = {
    name,
    ...bridgeColumns(settings),
    other_config: wireMap(settings.otherConfig ?? {}),
    external_ids: wireMap(settings.externalIds ?? {}),
    ports: ['named-uuid', `port${id}`],
  };
  return [
    insert('Interface', `interface${id}`, { name, type: 'internal' }),
    insert('Port', `port${id}`, { name, interfaces: ['named-uuid', `interface${id}`] }),
    insert('Bridge', `bridge${id}`, row),
    mutate('Open_vSwitch', [], 'bridges', 'insert', ['set', [['named-uuid', `bridge${id}`]]]),
  ];
}

function addPort(bridge: string, name: string, port: OvsPort, id: string): readonly Operation[] {
  return [
    insert('Interface', `interface${id}`, {
      name,
      type: port.type,
      options: wireMap(port.options),
      external_ids: wireMap(port.externalIds),
      // A port that comes back under its old number finds its flows again.
      ...(port.ofport === undefined || port.ofport < 1 ? {} : { ofport_request: port.ofport }),
    }),
    insert('Port', `port${id}`, {
      name,
      ...tagColumn(port),
      other_config: wireMap(port.otherConfig),
      interfaces: ['named-uuid', `interface${id}`],
    }),
    mutate('Bridge', byName(bridge), 'ports', 'insert', ['set', [['named-uuid', `port${id}`]]]),
  ];
}

function bridgeColumns({ datapathType, failMode }: Omit<OvsBridge, 'ports' | 'flows'>) {
  return {
    ...(datapathType === undefined ? {} : { datapath_type: datapathType }),
    ...(failMode === undefined ? {} : { fail_mode: failMode }),
  };
}

function tagColumn({ tag }: Partial<OvsPort>) {
  return tag === undefined ? {} : { tag };
}

/** Sets columns, and entries of maps whose other entries stay. */
function updateRow(
  table: string,
  name: string,
  row: Readonly<Record<string, unknown>>,
  maps: Readonly<Record<string, Readonly<Record<string, string>> | undefined>>,
): readonly Operation[] {
  const mutations = Object.entries(maps).flatMap(([column, entries]) =>
    entries === undefined
      ? []
      : [
          [column, 'delete', ['set', Object.keys(entries)]],
          [column, 'insert', wireMap(entries)],
        ],
  );
  return [
    ...(Object.keys(row).length === 0 ? [] : [{ op: 'update', table, where: byName(name), row }]),
    ...(mutations.length === 0 ? [] : [{ op: 'mutate', table, where: byName(name), mutations }]),
  ];
}

function insert(table: string, uuidName: string, row: Readonly<Record<string, unknown>>): Operation {
  return { op: 'insert', table, 'uuid-name': uuidName, row };
}

function mutate(
  table: string,
  where: unknown,
  column: string,
  mutator: 'insert' | 'delete',
  value: unknown,
): Operation {
  return { op: 'mutate', table, where, mutations: [[column, mutator, value]] };
}

function byName(name: string): unknown {
  return [['name', '==', name]];
}

function uuidSet(uuids: readonly string[]): unknown {
  return ['set', uuids.map((uuid) => ['uuid', uuid])];
}

function wireMap(entries: Readonly<Record<string, string>>): unknown {
  return ['map', Object.entries(entries)];
}
