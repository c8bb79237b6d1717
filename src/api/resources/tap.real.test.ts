import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApi, type TestApi } from '../test-api.ts';

let api: TestApi;
let net: { id: string };

beforeAll(async () => {
  api = await openTestApi();
  net = await api.make('member', 'networks', { network: {} });
});
afterAll(async () => await api?.[Symbol.asyncDispose]());

const port = () => api.make('member', 'ports', { port: { network_id: net.id } });
const service = (portId: string, as = 'member') =>
  api.ask(as, 'POST', '/v2.0/taas/tap_services', { tap_service: { port_id: portId, name: 't' } });
const flow = (body: Record<string, unknown>, as = 'member') =>
  api.ask(as, 'POST', '/v2.0/taas/tap_flows', { tap_flow: { direction: 'BOTH', ...body } });
const mirror = (body: Record<string, unknown>) =>
  api.ask('member', 'POST', '/v2.0/taas/tap_mirrors', {
    tap_mirror: { mirror_type: 'gre', remote_ip: '192.0.2.9', directions: { IN: 101 }, ...body },
  });
const type = (answer: { body: { NeutronError: { type: string } } }) => answer.body.NeutronError.type;

test('a tap service and its flows go with their ports', async () => {
  const [to, from, other] = [await port(), await port(), await port()];
  const tap = (await service(to.id)).body.tap_service;
  expect(tap).toMatchObject({ port_id: to.id, status: 'DOWN', description: '' });
  const one = (await flow({ tap_service_id: tap.id, source_port: from.id, vlan_filter: '189,279,999-1008' })).body
    .tap_flow;
  expect(one).toMatchObject({ direction: 'BOTH', vlan_filter: '189,279,999-1008', status: 'DOWN' });
  const two = (await flow({ tap_service_id: tap.id, source_port: other.id })).body.tap_flow;
  const renamed = await api.ask('member', 'PUT', `/v2.0/taas/tap_flows/${one.id}`, { tap_flow: { description: 'x' } });
  expect(renamed.body.tap_flow.description).toBe('x');
  await api.ask('member', 'DELETE', `/v2.0/ports/${from.id}`);
  expect(type(await api.ask('member', 'DELETE', `/v2.0/taas/tap_flows/${one.id}`))).toBe('TapFlowNotFound');
  await api.ask('member', 'DELETE', `/v2.0/ports/${to.id}`);
  expect(type(await api.ask('member', 'GET', `/v2.0/taas/tap_services/${tap.id}`))).toBe('TapServiceNotFound');
  expect((await api.ask('member', 'GET', `/v2.0/taas/tap_flows/${two.id}`)).status).toBe(404);
});

test("taps are of one's own ports", async () => {
  const [to, from] = [await port(), await port()];
  const tap = (await service(to.id)).body.tap_service;
  expect(type(await service(to.id, 'other'))).toBe('PortNotFound');
  expect(type(await service(to.id, 'admin'))).toBe('PortDoesNotBelongToTenant');
  expect((await service(to.id, 'reader')).status).toBe(403);
  expect(type(await flow({ tap_service_id: tap.id, source_port: from.id }, 'other'))).toBe('TapServiceNotFound');
  expect(type(await flow({ tap_service_id: tap.id, source_port: from.id }, 'admin'))).toBe(
    'TapServiceNotBelongToTenant',
  );
  expect(type(await flow({ tap_service_id: tap.id, source_port: crypto.randomUUID() }))).toBe('InvalidSourcePort');
  expect((await flow({ tap_service_id: tap.id, source_port: from.id, vlan_filter: 'x' })).status).toBe(400);
  expect((await api.ask('other', 'GET', '/v2.0/taas/tap_services')).body.tap_services).toEqual([]);
});

test('the tunnel of a mirror is its own at its end', async () => {
  const mirrored = await port();
  const made = await Promise.all(Array.from({ length: 5 }, () => mirror({ port_id: mirrored.id })));
  expect(made.filter((one) => one.status === 201)).toHaveLength(1);
  expect(type(made.find((one) => one.status !== 201) ?? { body: { NeutronError: { type: '' } } })).toBe(
    'TapMirrorTunnelConflict',
  );
  const both = await mirror({ port_id: mirrored.id, directions: { BOTH: 7, IN: null }, remote_ip: 'FD00::9' });
  expect(both.body.tap_mirror).toMatchObject({ directions: { BOTH: 7 }, remote_ip: 'fd00::9', mirror_type: 'gre' });
  expect((await mirror({ port_id: mirrored.id, directions: {} })).status).toBe(400);
  expect((await mirror({ port_id: mirrored.id, directions: { UP: 1 } })).status).toBe(400);
  await api.ask('member', 'DELETE', `/v2.0/ports/${mirrored.id}`);
  expect((await api.ask('member', 'GET', '/v2.0/taas/tap_mirrors')).body.tap_mirrors).toEqual([]);
});
