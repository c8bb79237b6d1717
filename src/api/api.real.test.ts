import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestApi, otherProject, type TestApi, testProject } from './test-api.ts';

let api: TestApi;
let net: { id: string };
let sub: { id: string };

beforeAll(async () => {
  api = await openTestApi();
  net = await api.make('member', 'networks', { network: { name: 'private', description: 'tenant' } });
  sub = await api.make('member', 'subnets', {
    subnet: { network_id: net.id, ip_version: 4, cidr: '10.0.0.0/24', name: 'private-v4' },
  });
});
afterAll(async () => await api?.[Symbol.asyncDispose]());

test('a network is what Neutron answers', async () => {
  const { status, body } = await api.ask('member', 'GET', `/v2.0/networks/${net.id}`);
  expect(status).toBe(200);
  expect(body.network).toMatchObject({
    name: 'private',
    tenant_id: testProject,
    project_id: testProject,
    admin_state_up: true,
    mtu: 1450,
    status: 'ACTIVE',
    subnets: [sub.id],
    shared: false,
    'router:external': false,
    port_security_enabled: true,
    tags: [],
    revision_number: 2,
  });
  expect(body.network).not.toHaveProperty('provider:network_type');
  expect(body.network.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
});

describe('ports', () => {
  test('get an address, a MAC and the default group', async () => {
    const port = await api.make('member', 'ports', { port: { network_id: net.id } });
    expect(port).toMatchObject({
      status: 'DOWN',
      device_id: '',
      'binding:vnic_type': 'normal',
      port_security_enabled: true,
    });
    expect(port.fixed_ips).toEqual([{ subnet_id: sub.id, ip_address: expect.stringMatching(/^10\.0\.0\.\d+$/) }]);
    expect(port.mac_address).toMatch(/^fa:16:3e:/);
    expect(port.security_groups).toHaveLength(1);
  });

  test('20 made at once have 20 addresses', async () => {
    const made = await Promise.all(
      Array.from({ length: 20 }, () => api.ask('member', 'POST', '/v2.0/ports', { port: { network_id: net.id } })),
    );
    expect(made.map((one) => one.status)).toEqual(Array(20).fill(201));
    expect(new Set(made.map((one) => one.body.port.fixed_ips[0].ip_address)).size).toBe(20);
    expect(new Set(made.map((one) => one.body.port.mac_address)).size).toBe(20);
    const groups = await api.ask('member', 'GET', '/v2.0/security-groups?name=default');
    expect(groups.body.security_groups).toHaveLength(1);
  });
});

test('another project sees nothing of it', async () => {
  for (const path of [`networks/${net.id}`, `subnets/${sub.id}`]) {
    for (const method of ['GET', 'DELETE'] as const) {
      expect((await api.ask('other', method, `/v2.0/${path}`)).status).toBe(404);
    }
  }
  expect((await api.ask('other', 'GET', '/v2.0/ports')).body.ports).toEqual([]);
  const port = await api.ask('other', 'POST', '/v2.0/ports', { port: { network_id: net.id } });
  expect(port).toMatchObject({ status: 404, body: { NeutronError: { type: 'NetworkNotFound' } } });
  const given = await api.ask('other', 'POST', '/v2.0/networks', { network: { project_id: testProject } });
  expect(given.status).toBe(400);
  expect(otherProject).not.toBe(testProject);
});

test('a project has no more than its quota, however many ask at once', async () => {
  const path = `/v2.0/quotas/${testProject}`;
  expect((await api.ask('member', 'PUT', path, { quota: { router: 3 } })).status).toBe(403);
  expect((await api.ask('admin', 'PUT', path, { quota: { router: 3 } })).body.quota).toMatchObject({
    router: 3,
    network: 100,
  });
  const made = await Promise.all(
    Array.from({ length: 8 }, () => api.ask('member', 'POST', '/v2.0/routers', { router: {} })),
  );
  expect(made.filter((one) => one.status === 201)).toHaveLength(3);
  expect(made.find((one) => one.status !== 201)).toMatchObject({
    status: 409,
    body: { NeutronError: { type: 'OverQuota', message: "Quota exceeded for resources: ['router']." } },
  });
  expect((await api.ask('member', 'GET', `${path}/details`)).body.quota.router).toEqual({
    limit: 3,
    used: 3,
    reserved: 0,
  });
  expect((await api.ask('admin', 'DELETE', path)).status).toBe(204);
});

test('addresses are counted, of a /64 too', async () => {
  const six = await api.make('member', 'networks', { network: { name: 'six' } });
  await api.make('member', 'subnets', { subnet: { network_id: six.id, ip_version: 6, cidr: 'fd00:5::/64' } });
  const total = async (id: string) =>
    (await api.ask('admin', 'GET', `/v2.0/network-ip-availabilities/${id}`)).body.network_ip_availability.total_ips;
  expect(await total(net.id)).toBe(253);
  expect(await total(six.id)).toBe(Number(2n ** 64n - 1n));
  expect((await api.ask('member', 'GET', '/v2.0/network-ip-availabilities')).body.network_ip_availabilities).toEqual(
    [],
  );
});

test('a shared network is seen and used by others, and not changed by them', async () => {
  const shared = await api.make('admin', 'networks', { network: { name: 'everybody', shared: true } });
  await api.make('admin', 'subnets', { subnet: { network_id: shared.id, ip_version: 4, cidr: '10.50.0.0/24' } });
  expect((await api.ask('other', 'POST', '/v2.0/ports', { port: { network_id: shared.id } })).status).toBe(201);
  const change = await api.ask('other', 'PUT', `/v2.0/networks/${shared.id}`, { network: { name: 'mine' } });
  expect(change).toMatchObject({
    status: 403,
    body: { NeutronError: { type: 'PolicyNotAuthorized', message: 'rule:update_network is disallowed by policy' } },
  });
  const own = { subnet: { network_id: shared.id, ip_version: 4, cidr: '10.51.0.0/24' } };
  expect((await api.ask('other', 'POST', '/v2.0/subnets', own)).status).toBe(403);
  const address = { port: { network_id: shared.id, fixed_ips: [{ ip_address: '10.50.0.9' }] } };
  expect((await api.ask('other', 'POST', '/v2.0/ports', address)).status).toBe(403);
  const back = await api.ask('admin', 'PUT', `/v2.0/networks/${shared.id}`, { network: { shared: false } });
  expect(back).toMatchObject({ status: 409, body: { NeutronError: { type: 'InvalidSharedSetting' } } });
});

test('a version that is not served is 404', async () => {
  expect(await api.ask('none', 'GET', '/v3/')).toMatchObject({
    status: 404,
    body: { code: 404, title: 'Not Found', description: null },
  });
  expect((await api.ask('none', 'GET', '/')).body.versions[0]).toMatchObject({ id: 'v2.0', status: 'CURRENT' });
});

test('the document of the API is had without a token', async () => {
  const { status, body } = await api.ask('none', 'GET', '/tapline/v1/openapi.json');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    openapi: '3.1.1',
    paths: { '/networks/{id}': { get: { operationId: 'show_network' } } },
  });
});
