import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestApi, otherProject, type TestApi, testProject } from './test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(async () => await api?.[Symbol.asyncDispose]());

const topology = async (as: string, project: string, query = '') =>
  await api.ask(as, 'GET', `/v2.0/auto-allocated-topology/${project}${query}`);
const failure = (message: string) => ({
  status: 409,
  body: { NeutronError: { type: 'AutoAllocationFailure', message } },
});
const countOf = async (as: string, collection: string) => {
  const { body } = await api.ask(as, 'GET', `/v2.0/${collection}`);
  return body[collection].filter((one: { name: string }) => one.name.startsWith('auto_allocated_')).length;
};
const counts = async (as: string) => [
  await countOf(as, 'networks'),
  await countOf(as, 'subnets'),
  await countOf(as, 'routers'),
];

test('a cloud without the means says which it lacks', async () => {
  expect(await topology('member', testProject, '?fields=dry-run')).toMatchObject(
    failure('Deployment error: No default router:external network.'),
  );
  const external = await api.make('admin', 'networks', { network: { name: 'public', 'router:external': true } });
  await api.make('admin', 'subnets', {
    subnet: { network_id: external.id, ip_version: 4, cidr: '203.0.113.0/24', enable_dhcp: false },
  });
  const path = `/v2.0/networks/${external.id}`;
  const put = await api.ask('admin', 'PUT', path, { network: { is_default: true } });
  expect(put.body.network.is_default).toBe(true);
  expect((await api.ask('admin', 'PUT', path, { network: { description: 'x' } })).body.network.is_default).toBe(true);
  expect(await topology('member', testProject)).toMatchObject(
    failure('Deployment error: No default subnetpools defined.'),
  );
  expect(await counts('member')).toEqual([0, 0, 0]);
});

test('one external network is the default', async () => {
  const second = { network: { name: 'second', 'router:external': true, is_default: true } };
  expect(await api.ask('admin', 'POST', '/v2.0/networks', second)).toMatchObject({
    status: 409,
    body: { NeutronError: { type: 'DefaultExternalNetworkExists' } },
  });
  expect((await api.ask('admin', 'GET', '/v2.0/networks?name=second')).body.networks).toEqual([]);
  const internal = await api.make('admin', 'networks', { network: { name: 'internal', is_default: true } });
  expect(internal.is_default).toBe(false);
  expect((await api.ask('admin', 'GET', '/v2.0/networks?is_default=true')).body.networks).toHaveLength(1);
});

describe('with default pools', () => {
  beforeAll(async () => {
    for (const prefixes of [['10.200.0.0/16'], ['fd00:200::/48']]) {
      await api.make('admin', 'subnetpools', {
        subnetpool: {
          name: 'default',
          prefixes,
          is_default: true,
          shared: true,
          default_prefixlen: prefixes[0]?.includes(':') ? 64 : 26,
        },
      });
    }
  });

  test('a dry run passes and makes nothing', async () => {
    expect((await topology('member', testProject, '?fields=dry-run')).body.auto_allocated_topology).toEqual({
      id: 'dry-run=pass',
      tenant_id: testProject,
      project_id: testProject,
    });
    expect(await topology('member', testProject, '?fields=name')).toMatchObject({
      status: 400,
      body: { NeutronError: { type: 'BadRequest', message: 'Bad auto_allocate request: Unrecognized field.' } },
    });
    expect(await counts('member')).toEqual([0, 0, 0]);
  });

  test('twenty who ask at once get one network, with a way out', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, async () => await topology('member', testProject)));
    expect(new Set(answers.map((one) => `${one.status} ${one.body.auto_allocated_topology?.id}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(200);
    expect(await counts('member')).toEqual([1, 2, 1]);
    const router = (await api.ask('member', 'GET', '/v2.0/routers?name=auto_allocated_router')).body.routers[0];
    expect(router.external_gateway_info.external_fixed_ips).toHaveLength(1);
    const ports = await api.ask('member', 'GET', `/v2.0/ports?device_id=${router.id}`);
    expect(ports.body.ports.length).toBeGreaterThan(0);
    const network = answers[0]?.body.auto_allocated_topology.id;
    expect((await api.ask('member', 'GET', `/v2.0/networks/${network}`)).body.network.admin_state_up).toBe(true);
    expect(await counts('other')).toEqual([0, 0, 0]);
  });

  test('the project that asks is meant where none is named; another is for admins', async () => {
    const own = await topology('member', 'None');
    expect(own.body.auto_allocated_topology.tenant_id).toBe(testProject);
    for (const method of ['GET', 'DELETE'] as const) {
      const foreign = await api.ask('member', method, `/v2.0/auto-allocated-topology/${otherProject}`);
      expect(foreign).toMatchObject({ status: 403, body: { NeutronError: { type: 'NotAuthorized' } } });
    }
    expect((await topology('admin', otherProject)).status).toBe(200);
    expect(await counts('other')).toEqual([1, 2, 1]);
  });

  test('what was made is removed, all or nothing', async () => {
    const path = `/v2.0/auto-allocated-topology/${testProject}`;
    const { id } = (await topology('member', testProject)).body.auto_allocated_topology;
    const port = await api.make('member', 'ports', { port: { network_id: id } });
    expect(await api.ask('member', 'DELETE', path)).toMatchObject({
      status: 409,
      body: { NeutronError: { type: 'NetworkInUse' } },
    });
    expect(await counts('member')).toEqual([1, 2, 1]);
    await api.ask('member', 'DELETE', `/v2.0/ports/${port.id}`);
    expect((await api.ask('member', 'DELETE', path)).status).toBe(204);
    expect(await counts('member')).toEqual([0, 0, 0]);
    expect((await api.ask('member', 'DELETE', path)).status).toBe(204);
  });

  test('a project without room for it gets nothing', async () => {
    await api.ask('admin', 'PUT', `/v2.0/quotas/${testProject}`, { quota: { router: 0 } });
    expect(await topology('member', testProject)).toMatchObject({
      status: 409,
      body: { NeutronError: { type: 'OverQuota' } },
    });
    expect(await counts('member')).toEqual([0, 0, 0]);
    await api.ask('admin', 'DELETE', `/v2.0/quotas/${testProject}`);
  });
});
