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
