import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApi, type TestApi } from '../test-api.ts';

let api: TestApi;
let net: { id: string };
let port: { id: string; fixed_ips: { ip_address: string; subnet_id: string }[] };

beforeAll(async () => {
  api = await openTestApi();
  net = await api.make('member', 'networks', { network: {} });
  await api.make('member', 'subnets', { subnet: { network_id: net.id, ip_version: 4, cidr: '10.0.0.0/24' } });
  port = await api.make('member', 'ports', { port: { network_id: net.id } });
});
afterAll(async () => await api?.[Symbol.asyncDispose]());

const post = (body: Record<string, unknown>, as = 'member') =>
  api.ask(as, 'POST', '/v2.0/local_ips', { local_ip: body });
const count = async () => (await api.ask('admin', 'GET', '/v2.0/local_ips')).body.local_ips.length;

test('a local IP on a port holds it', async () => {
  const { body } = await post({ local_port_id: port.id, network_id: crypto.randomUUID(), name: 'dns' });
  expect(body.local_ip).toMatchObject({
    name: 'dns',
    local_port_id: port.id,
    network_id: net.id,
    local_ip_address: port.fixed_ips[0]?.ip_address,
    ip_mode: 'translate',
    revision_number: 0,
  });
  expect(await api.ask('member', 'DELETE', `/v2.0/ports/${port.id}`)).toMatchObject({
    status: 409,
    body: { NeutronError: { type: 'ServicePortInUse' } },
  });
  const path = `/v2.0/local_ips/${body.local_ip.id}`;
  const renamed = await api.ask('member', 'PUT', path, { local_ip: { name: 'ntp' } });
  expect(renamed.body.local_ip).toMatchObject({ name: 'ntp', revision_number: 1 });
  expect((await api.ask('other', 'GET', path)).status).toBe(404);
  expect((await api.ask('reader', 'DELETE', path)).status).toBe(403);
  expect((await api.ask('member', 'DELETE', path)).status).toBe(204);
  expect((await api.ask('member', 'GET', `/v2.0/ports/${port.id}`)).status).toBe(200);
});

test('a local IP on a network has a port of its own, which goes with it', async () => {
  const { body } = await post({ network_id: net.id, local_ip_address: '10.0.0.99' });
  expect(body.local_ip).toMatchObject({ local_ip_address: '10.0.0.99', network_id: net.id });
  const own = `/v2.0/ports/${body.local_ip.local_port_id}`;
  expect((await api.ask('member', 'GET', own)).body.port).toMatchObject({
    device_owner: 'network:local_ip',
    device_id: body.local_ip.id,
    status: 'N/A',
  });
  expect((await api.ask('member', 'DELETE', `/v2.0/local_ips/${body.local_ip.id}`)).status).toBe(204);
  expect((await api.ask('member', 'GET', own)).status).toBe(404);
});

test('what cannot be a local IP is refused', async () => {
  const bare = await api.make('member', 'networks', { network: {} });
  const without = await api.make('member', 'ports', { port: { network_id: bare.id } });
  const before = await count();
  const cases = [
    [{}, 400, 'LocalIPPortOrNetworkRequired'],
    [{ local_port_id: crypto.randomUUID() }, 400, 'BadRequest'],
    [{ local_port_id: without.id }, 400, 'LocalIPNoIP'],
    [{ local_port_id: port.id, local_ip_address: '10.0.0.250' }, 400, 'LocalIPRequestedIPNotFound'],
    [{ network_id: bare.id }, 400, 'BadRequest'],
    [{ network_id: net.id, local_ip_address: '10.1.0.9' }, 400, 'InvalidIpForNetwork'],
    [{ network_id: crypto.randomUUID() }, 404, 'NetworkNotFound'],
  ] as const;
  for (const [body, status, type] of cases) {
    expect(await post(body), type).toMatchObject({ status, body: { NeutronError: { type } } });
  }
  expect(await post({ network_id: net.id }, 'other')).toMatchObject({ status: 404 });
  expect(await post({ local_port_id: port.id }, 'other')).toMatchObject({ status: 400 });
  expect(await count()).toBe(before);
});

test('ports are associated once, however many ask', async () => {
  const localIp = (await post({ network_id: net.id })).body.local_ip;
  const path = `/v2.0/local_ips/${localIp.id}/port_associations`;
  const associate = (body: Record<string, unknown>, as = 'member') =>
    api.ask(as, 'POST', path, { port_association: body });
  const made = await Promise.all(Array.from({ length: 20 }, () => associate({ fixed_port_id: port.id })));
  expect(made.filter((one) => one.status === 201)).toHaveLength(1);
  expect(made.filter((one) => one.status === 409)).toHaveLength(19);
  expect(made.find((one) => one.status === 201)?.body.port_association).toEqual({
    local_ip_id: localIp.id,
    local_ip_address: localIp.local_ip_address,
    fixed_port_id: port.id,
    fixed_ip: port.fixed_ips[0]?.ip_address,
    host: '',
  });
  const list = await api.ask('member', 'GET', path);
  expect(list.body.port_associations).toHaveLength(1);
  expect((await api.ask('member', 'GET', `${path}/${port.id}`)).body.port_association.fixed_port_id).toBe(port.id);
  expect((await api.ask('other', 'GET', path)).status).toBe(404);
  expect((await associate({ fixed_port_id: crypto.randomUUID() })).body.NeutronError.type).toBe('BadRequest');

  const two = await api.make('member', 'ports', {
    port: { network_id: net.id, fixed_ips: [{ ip_address: '10.0.0.201' }, { ip_address: '10.0.0.202' }] },
  });
  expect((await associate({ fixed_port_id: two.id })).body.NeutronError.type).toBe('LocalIPNoRequestedIP');
  expect((await associate({ fixed_port_id: two.id, fixed_ip: '10.0.0.202' })).status).toBe(201);
  expect((await api.ask('member', 'GET', `${path}?limit=1`)).body.port_associations_links[0].href).toContain('marker=');

  expect(await api.ask('member', 'DELETE', `/v2.0/local_ips/${localIp.id}`)).toMatchObject({
    status: 409,
    body: { NeutronError: { type: 'LocalIPInUse' } },
  });
  expect((await api.ask('member', 'DELETE', `/v2.0/ports/${two.id}`)).status).toBe(204);
  expect((await api.ask('member', 'DELETE', `${path}/${port.id}`)).status).toBe(204);
  expect(await api.ask('member', 'GET', `${path}/${port.id}`)).toMatchObject({
    status: 404,
    body: {
      NeutronError: {
        type: 'LocalIPAssociationNotFound',
        message: `Local IP ${localIp.id} association with port ${port.id} could not be found.`,
      },
    },
  });
  expect((await api.ask('member', 'DELETE', `/v2.0/local_ips/${localIp.id}`)).status).toBe(204);
});
