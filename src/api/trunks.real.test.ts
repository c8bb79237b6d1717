import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestApi, type TestAnswer, type TestApi, testProject } from './test-api.ts';

let api: TestApi;
let net: { id: string };
beforeAll(async () => {
  api = await openTestApi({ network_vlan_ranges: ['physnet1:100:200'] });
  net = await api.make('member', 'networks', { network: {} });
});
afterAll(async () => await api?.[Symbol.asyncDispose]());

const makePort = (given: object = {}, as = 'member') =>
  api.make(as, 'ports', { port: { network_id: net.id, ...given } });
const makeTrunk = (portId: string, given: object = {}) =>
  api.ask('member', 'POST', '/v2.0/trunks', { trunk: { port_id: portId, ...given } });
const vlan = (portId: string, id: number) => ({ port_id: portId, segmentation_type: 'vlan', segmentation_id: id });
const act = (id: string, action: string, subPorts: unknown, as = 'member') =>
  api.ask(as, 'PUT', `/v2.0/trunks/${id}/${action}`, { sub_ports: subPorts });
const errorType = ({ status, body }: TestAnswer) => [status, body.NeutronError?.type];

test('a trunk is made, shown to its project, changed and deleted', async () => {
  const [parent, sub] = [await makePort(), await makePort()];
  const { status, body } = await makeTrunk(parent.id, { name: 't', sub_ports: [vlan(sub.id, 2)] });
  expect(status).toBe(201);
  const { trunk } = body;
  expect(trunk).toMatchObject({
    name: 't',
    description: '',
    admin_state_up: true,
    status: 'DOWN',
    port_id: parent.id,
    project_id: testProject,
    sub_ports: [vlan(sub.id, 2)],
    tags: [],
  });
  const path = `/v2.0/trunks/${trunk.id}`;
  expect((await api.ask('other', 'GET', path)).status).toBe(404);
  expect((await api.ask('other', 'GET', '/v2.0/trunks')).body.trunks).toEqual([]);
  const { trunk_details: details } = (await api.ask('member', 'GET', `/v2.0/ports/${parent.id}`)).body.port;
  expect(details).toEqual({ trunk_id: trunk.id, sub_ports: [{ ...vlan(sub.id, 2), mac_address: sub.mac_address }] });
  for (const [id, type] of [
    [parent.id, 'PortInUseAsTrunkParent'],
    [sub.id, 'PortInUseAsSubPort'],
  ]) {
    expect(errorType(await api.ask('member', 'DELETE', `/v2.0/ports/${id}`))).toEqual([409, type]);
  }
  const changed = await api.ask('member', 'PUT', path, { trunk: { name: 'u', admin_state_up: false } });
  expect(changed.body.trunk).toMatchObject({
    name: 'u',
    admin_state_up: false,
    revision_number: trunk.revision_number + 1,
  });
  expect(errorType(await api.ask('member', 'DELETE', path))).toEqual([409, 'TrunkDisabled']);
  expect(errorType(await act(trunk.id, 'add_subports', [vlan(parent.id, 3)]))).toEqual([409, 'TrunkDisabled']);
  await api.ask('member', 'PUT', path, { trunk: { admin_state_up: true } });
  expect((await api.ask('member', 'DELETE', path)).status).toBe(204);
  expect((await api.ask('member', 'DELETE', `/v2.0/ports/${sub.id}`)).status).toBe(204);
});

describe('sub-ports', () => {
  test('come and go', async () => {
    const ports = [await makePort(), await makePort(), await makePort()];
    const [parent, first, second] = ports.map((port) => port.id);
    const { trunk } = (await makeTrunk(parent)).body;
    const added = await act(trunk.id, 'add_subports', [vlan(first, 2), vlan(second, 3)]);
    expect(added.body.sub_ports).toEqual([vlan(first, 2), vlan(second, 3)]);
    expect(errorType(await act(trunk.id, 'add_subports', [vlan(second, 4)], 'other'))).toEqual([404, 'TrunkNotFound']);
    const left = await act(trunk.id, 'remove_subports', [{ port_id: first }]);
    expect(left.body.sub_ports).toEqual([vlan(second, 3)]);
    expect((await api.ask('member', 'GET', `/v2.0/trunks/${trunk.id}/get_subports`)).body).toEqual({
      sub_ports: [vlan(second, 3)],
    });
    expect(errorType(await act(trunk.id, 'remove_subports', [vlan(first, 2)]))).toEqual([404, 'SubPortNotFound']);
    expect(errorType(await act(trunk.id, 'remove_subports', vlan(second, 3)))).toEqual([400, 'InvalidInput']);
    expect(errorType(await act(trunk.id, 'add_subports', vlan(first, 3)))).toEqual([400, 'InvalidInput']);
    expect(errorType(await act(trunk.id, 'add_subports', [vlan(first, 3)]))).toEqual([409, 'DuplicateSubPort']);
    expect(errorType(await act(trunk.id, 'add_subports', [vlan(first, 4095)]))).toEqual([400, 'InvalidInput']);
    expect(errorType(await act(trunk.id, 'add_subports', [vlan(parent, 5)]))).toEqual([409, 'ParentPortInUse']);
    expect(
      errorType(await act(trunk.id, 'add_subports', [{ ...vlan(first, 5), segmentation_type: 'inherit' }])),
    ).toEqual([400, 'InvalidInput']);
    expect(errorType(await act(trunk.id, 'add_subports', [vlan(trunk.id, 5)]))).toEqual([404, 'PortNotFound']);
    const strange = await makePort({}, 'admin');
    expect(errorType(await act(trunk.id, 'add_subports', [vlan(strange.id, 5)]))).toEqual([404, 'PortNotFound']);
    const used = await makePort({ device_id: 'vm' });
    expect(errorType(await act(trunk.id, 'add_subports', [vlan(used.id, 5)]))).toEqual([409, 'PortInUse']);
    expect((await api.ask('member', 'GET', `/v2.0/trunks/${trunk.id}`)).body.trunk.sub_ports).toEqual([
      vlan(second, 3),
    ]);
    expect(errorType(await makeTrunk(second))).toEqual([409, 'TrunkPortInUse']);
    expect(errorType(await makeTrunk(parent))).toEqual([409, 'ParentPortInUse']);
  });

  test('inherit the VLAN of their network, and are no bigger than the parent', async () => {
    const vlanNet = await api.make('admin', 'networks', {
      network: { 'provider:network_type': 'vlan', 'provider:physical_network': 'physnet1', shared: true },
    });
    const { 'provider:segmentation_id': segment } = vlanNet;
    const [parent, sub] = [await makePort({ network_id: vlanNet.id }), await makePort({ network_id: vlanNet.id })];
    const inherits = { port_id: sub.id, segmentation_type: 'inherit' };
    const { trunk } = (await makeTrunk(parent.id, { sub_ports: [inherits] })).body;
    expect(trunk.sub_ports).toEqual([vlan(sub.id, segment)]);
    const [small, big] = [await makePort(), await makePort({ network_id: vlanNet.id })];
    expect(errorType(await makeTrunk(small.id, { sub_ports: [vlan(big.id, 5)] }))).toEqual([
      409,
      'SubPortMtuGreaterThanTrunkPortMtu',
    ]);
    expect((await makeTrunk(small.id)).status).toBe(201);
  });

  test('are where their parent is', async () => {
    const [parent, sub] = [await makePort(), await makePort()];
    const { trunk } = (await makeTrunk(parent.id, { sub_ports: [vlan(sub.id, 2)] })).body;
    const host = (as: string, value: string) =>
      api.ask(as, 'PUT', `/v2.0/ports/${parent.id}`, { port: { 'binding:host_id': value } });
    const show = async () => (await api.ask('admin', 'GET', `/v2.0/ports/${sub.id}`)).body.port;
    expect((await host('admin', 'h1')).status).toBe(200);
    expect(await show()).toMatchObject({ 'binding:host_id': 'h1', device_owner: 'trunk:subport', status: 'DOWN' });
    expect(errorType(await api.ask('member', 'DELETE', `/v2.0/trunks/${trunk.id}`))).toEqual([409, 'TrunkInUse']);
    await act(trunk.id, 'remove_subports', [vlan(sub.id, 2)]);
    expect(await show()).toMatchObject({ 'binding:host_id': '', device_owner: '' });
    await act(trunk.id, 'add_subports', [vlan(sub.id, 2)]);
    expect(await show()).toMatchObject({ 'binding:host_id': 'h1' });
    await host('admin', '');
    expect(await show()).toMatchObject({ 'binding:host_id': '' });
    expect((await api.ask('member', 'DELETE', `/v2.0/trunks/${trunk.id}`)).status).toBe(204);
    expect(await show()).toMatchObject({ device_owner: '' });
    await host('admin', 'h1');
    expect(errorType(await makeTrunk(parent.id))).toEqual([409, 'ParentPortInUse']);
  });

  test('belong to one trunk, and are no parents, however many try at once', async () => {
    const ports = await Promise.all(Array.from({ length: 8 }, () => makePort()));
    const ids = ports.map((port) => port.id);
    // Each wants to be a parent and have its neighbour as a sub-port.
    const made = await Promise.all(
      ids.map((id, n) => makeTrunk(id, { sub_ports: [vlan(ids[(n + 1) % ids.length], 2)] })),
    );
    expect(made.every((one) => one.status === 201 || one.status === 409)).toBe(true);
    const { trunks } = (await api.ask('member', 'GET', `/v2.0/trunks?${ids.map((id) => `port_id=${id}`).join('&')}`))
      .body;
    const parents = trunks.map((one: { port_id: string }) => one.port_id);
    const subs = trunks.flatMap((one: { sub_ports: { port_id: string }[] }) => one.sub_ports.map((sub) => sub.port_id));
    expect(new Set([...parents, ...subs]).size).toBe(parents.length + subs.length);
    expect(parents.length).toBe(made.filter((one) => one.status === 201).length);
  });
});
