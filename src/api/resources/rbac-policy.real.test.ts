import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestApi, otherProject, type TestApi, testProject } from '../test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi({ flat_networks: ['*'] });
  await api.ask('admin', 'PUT', `/v2.0/quotas/${testProject}`, { quota: { rbac_policy: -1 } });
});
afterAll(async () => await api?.[Symbol.asyncDispose]());

const policies = '/v2.0/rbac-policies';
const adminProject = 'a'.repeat(32);

async function share(as: string, object_id: string, more: Record<string, unknown> = {}) {
  return await api.ask(as, 'POST', policies, {
    rbac_policy: {
      object_type: 'network',
      object_id,
      action: 'access_as_shared',
      target_tenant: otherProject,
      ...more,
    },
  });
}

const network = async (as = 'member', more: Record<string, unknown> = {}) =>
  await api.make(as, 'networks', { network: { name: 'n', ...more } });
const see = async (as: string, id: string) => await api.ask(as, 'GET', `/v2.0/networks/${id}`);
const port = async (as: string, network_id: string) =>
  await api.ask(as, 'POST', '/v2.0/ports', { port: { network_id } });
const policiesOf = async (object_id: string) =>
  (await api.ask('admin', 'GET', `${policies}?object_id=${object_id}`)).body.rbac_policies;

function errorOf({ status, body }: { readonly status: number; readonly body: { NeutronError?: { type: string } } }) {
  return [status, body.NeutronError?.type];
}

test('a policy lets one project see a network, and is seen by its owner alone', async () => {
  const { id, revision_number } = await network();
  expect((await see('other', id)).status).toBe(404);
  const made = await share('member', id);
  expect(made.status).toBe(201);
  const policy = made.body.rbac_policy;
  expect(policy).toEqual({
    id: policy.id,
    object_type: 'network',
    object_id: id,
    action: 'access_as_shared',
    target_tenant: otherProject,
    project_id: testProject,
    tenant_id: testProject,
  });
  expect((await see('other', id)).body.network).toMatchObject({ shared: true, 'router:external': false });
  expect((await see('member', id)).body.network).toMatchObject({ shared: false });
  expect((await see('admin', id)).body.network.revision_number).toBeGreaterThan(revision_number);
  const listed = async (as: string) => (await api.ask(as, 'GET', policies)).body.rbac_policies;
  expect(await listed('other')).toEqual([]);
  expect((await api.ask('other', 'GET', `${policies}/${policy.id}`)).status).toBe(404);
  expect(await listed('member')).toContainEqual(policy);
  const fields = await api.ask('member', 'GET', `${policies}/${policy.id}?fields=project_id&fields=target_tenant`);
  expect(fields.body.rbac_policy).toEqual({ project_id: testProject, target_tenant: otherProject });
  expect(errorOf(await share('member', id))).toEqual([409, 'DuplicateRbacPolicy']);
});

test('a subnet of a shared network is seen with it, and a port there is seen by the owner of the network', async () => {
  const { id } = await network();
  const subnet = await api.make('member', 'subnets', {
    subnet: { network_id: id, ip_version: 4, cidr: '10.9.0.0/24' },
  });
  expect((await api.ask('other', 'GET', `/v2.0/subnets/${subnet.id}`)).status).toBe(404);
  await share('member', id);
  expect((await api.ask('other', 'GET', `/v2.0/subnets/${subnet.id}`)).status).toBe(200);
  const shared = async (as: string, value: boolean) =>
    (await api.ask(as, 'GET', `/v2.0/subnets?shared=${value}&id=${subnet.id}`)).body.subnets.length;
  expect([await shared('other', true), await shared('other', false)]).toEqual([1, 0]);
  expect([await shared('member', true), await shared('member', false)]).toEqual([0, 1]);
  const made = (await port('other', id)).body.port;
  expect((await api.ask('member', 'DELETE', `/v2.0/ports/${made.id}`)).status).toBe(204);
});

describe('who may not', () => {
  test('only admins name everybody', async () => {
    const { id } = await network();
    expect(errorOf(await share('member', id, { target_tenant: '*' }))).toEqual([403, 'PolicyNotAuthorized']);
    const policy = (await share('member', id)).body.rbac_policy;
    const everybody = { rbac_policy: { target_tenant: '*' } };
    const update = await api.ask('member', 'PUT', `${policies}/${policy.id}`, everybody);
    expect(errorOf(update)).toEqual([403, 'PolicyNotAuthorized']);
    expect((await policiesOf(id)).map((one: { target_tenant: string }) => one.target_tenant)).toEqual([otherProject]);
  });

  test('only admins share what is another project’s', async () => {
    const { id } = await network();
    await share('member', id);
    expect(errorOf(await share('other', id, { target_tenant: testProject }))).toEqual([400, 'InvalidInput']);
    expect((await share('admin', id, { target_tenant: adminProject })).body.rbac_policy.project_id).toBe(adminProject);
  });

  test('what is not there, no kind and no action of a kind', async () => {
    const { id } = await network();
    const absent = '00000000-0000-4000-8000-000000000000';
    expect(errorOf(await share('admin', absent))).toEqual([400, 'InvalidInput']);
    expect(errorOf(await share('admin', id, { object_type: 'house' }))).toEqual([400, 'InvalidInput']);
    expect(errorOf(await share('admin', id, { action: 'access_as_guest' }))).toEqual([400, 'InvalidActionForType']);
    const group = await api.make('member', 'security-groups', { security_group: { name: 'g' } });
    const external = { object_type: 'security_group', action: 'access_as_external' };
    expect(errorOf(await share('admin', group.id, external))).toEqual([400, 'InvalidActionForType']);
    expect(errorOf(await share('admin', id, { target_tenant: null }))).toEqual([400, 'HTTPBadRequest']);
    expect(await policiesOf(id)).toEqual([]);
  });
});

test('sharing is not taken back from a project that uses the network, unless another policy names it', async () => {
  const { id } = await network();
  const policy = (await share('member', id)).body.rbac_policy;
  const made = (await port('other', id)).body.port;
  const one = `${policies}/${policy.id}`;
  const moved = { rbac_policy: { target_tenant: adminProject } };
  expect(errorOf(await api.ask('member', 'PUT', one, moved))).toEqual([409, 'RbacPolicyInUse']);
  const refused = await api.ask('member', 'DELETE', one);
  expect(errorOf(refused)).toEqual([409, 'RbacPolicyInUse']);
  expect(refused.body.NeutronError.message).toMatch(`RBAC policy on object ${id} cannot be removed`);
  const everybody = (await share('admin', id, { target_tenant: '*' })).body.rbac_policy;
  expect((await api.ask('member', 'DELETE', one)).status).toBe(204);
  expect((await api.ask('admin', 'DELETE', `${policies}/${everybody.id}`)).status).toBe(409);
  await api.ask('other', 'DELETE', `/v2.0/ports/${made.id}`);
  expect((await api.ask('admin', 'DELETE', `${policies}/${everybody.id}`)).status).toBe(204);
});

test('`shared` and `router:external` are policies for everybody', async () => {
  const { id } = await network('admin', { shared: true, 'router:external': true, is_default: true });
  const said = async () =>
    (await policiesOf(id)).map((one: Record<string, string>) => `${one['action']} ${one['target_tenant']}`).sort();
  expect(await said()).toEqual(['access_as_external *', 'access_as_shared *']);
  const [external] = (await policiesOf(id)).filter((one: { action: string }) => one.action === 'access_as_external');
  expect(errorOf(await api.ask('admin', 'DELETE', `${policies}/${external.id}`))).toEqual([409, 'RbacPolicyInUse']);
  const off = await api.ask('admin', 'PUT', `/v2.0/networks/${id}`, {
    network: { shared: false, 'router:external': false },
  });
  expect(off.body.network).toMatchObject({ shared: false, 'router:external': false });
  expect(await said()).toEqual([]);
  await api.ask('admin', 'PUT', `/v2.0/networks/${id}`, { network: { shared: true, 'router:external': true } });
  expect(await said()).toEqual(['access_as_external *', 'access_as_shared *']);
  expect((await api.ask('admin', 'DELETE', `/v2.0/networks/${id}`)).status).toBe(204);
  expect(await said()).toEqual([]);
});

test('a network can be external for one project alone', async () => {
  const { id } = await network('admin', { 'provider:network_type': 'flat', 'provider:physical_network': 'out' });
  await api.make('admin', 'subnets', {
    subnet: { network_id: id, ip_version: 4, cidr: '192.0.2.0/24', enable_dhcp: false },
  });
  const gateway = { router: { external_gateway_info: { network_id: id } } };
  expect(errorOf(await api.ask('other', 'POST', '/v2.0/routers', gateway))).toEqual([404, 'NetworkNotFound']);
  const policy = (await share('admin', id, { action: 'access_as_external' })).body.rbac_policy;
  expect((await see('other', id)).body.network).toMatchObject({ 'router:external': true, shared: false });
  expect((await see('member', id)).status).toBe(404);
  const floating = { floatingip: { floating_network_id: id } };
  expect(errorOf(await api.ask('member', 'POST', '/v2.0/floatingips', floating))).toEqual([404, 'NetworkNotFound']);
  const router = (await api.ask('other', 'POST', '/v2.0/routers', gateway)).body.router;
  expect(errorOf(await api.ask('admin', 'DELETE', `${policies}/${policy.id}`))).toEqual([409, 'RbacPolicyInUse']);
  await api.ask('other', 'DELETE', `/v2.0/routers/${router.id}`);
  expect((await api.ask('admin', 'DELETE', `${policies}/${policy.id}`)).status).toBe(204);
  expect((await see('admin', id)).body.network['router:external']).toBe(false);
});

test('of ports that are made and sharing that is taken back at once, no port is left without', async () => {
  for (let round = 0; round < 10; round += 1) {
    const { id } = await network();
    const policy = (await share('member', id)).body.rbac_policy;
    const [taken, ...made] = await Promise.all([
      api.ask('member', 'DELETE', `${policies}/${policy.id}`),
      ...Array.from({ length: 4 }, () => port('other', id)),
    ]);
    const ports = made.filter(({ status }) => status === 201).length;
    expect(made.every(({ status }) => status === 201 || status === 404)).toBe(true);
    if (taken.status === 204) expect(ports).toBe(0);
    else expect([taken.status, ports > 0]).toEqual([409, true]);
  }
});

test('however policies come and go at once, a network is external exactly while one says so', async () => {
  const { id } = await network('admin');
  const targets = Array.from({ length: 6 }, (_, index) => String(index).repeat(32));
  for (let round = 0; round < 3; round += 1) {
    const made = await Promise.all(
      targets.map((target_tenant) => share('admin', id, { action: 'access_as_external', target_tenant })),
    );
    expect((await see('admin', id)).body.network['router:external']).toBe(true);
    await Promise.all(made.map(({ body }) => api.ask('admin', 'DELETE', `${policies}/${body.rbac_policy.id}`)));
    expect((await see('admin', id)).body.network['router:external']).toBe(false);
  }
});

test('a project may have so many policies', async () => {
  const { id } = await network('admin');
  const made = await Promise.all(
    Array.from({ length: 20 }, (_, index) => share('other', id, { target_tenant: String(index) })),
  );
  expect(made.map(errorOf)).toContainEqual([400, 'InvalidInput']);
  const own = await network('other');
  const mine = await Promise.all(
    Array.from({ length: 20 }, (_, index) => share('other', own.id, { target_tenant: `project ${index}` })),
  );
  expect(mine.filter(({ status }) => status === 201)).toHaveLength(10);
  expect(mine.filter(({ status }) => status === 409)[0]?.body.NeutronError.type).toBe('OverQuota');
});

test('a subnet pool of an address scope is shared only with who may use the scope, and not taken from who uses it', async () => {
  const scope = await api.make('member', 'address-scopes', { address_scope: { name: 's', ip_version: 4 } });
  const pool = await api.make('member', 'subnetpools', {
    subnetpool: { name: 'p', prefixes: ['10.64.0.0/16'], address_scope_id: scope.id, default_prefixlen: 24 },
  });
  expect(errorOf(await share('member', pool.id, { object_type: 'subnetpool' }))).toEqual([400, 'InvalidInput']);
  expect((await share('member', scope.id, { object_type: 'address_scope' })).status).toBe(201);
  const policy = (await share('member', pool.id, { object_type: 'subnetpool' })).body.rbac_policy;
  const own = await network('other');
  const subnet = { network_id: own.id, ip_version: 4, subnetpool_id: pool.id };
  const made = await api.make('other', 'subnets', { subnet });
  const unshare = async () => await api.ask('member', 'DELETE', `${policies}/${policy.id}`);
  expect(errorOf(await unshare())).toEqual([409, 'RbacPolicyInUse']);
  await api.ask('other', 'DELETE', `/v2.0/subnets/${made.id}`);
  expect((await unshare()).status).toBe(204);
});
