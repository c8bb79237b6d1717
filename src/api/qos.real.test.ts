import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestApi, type TestAnswer, type TestApi, testProject } from './test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi({ network_vlan_ranges: ['physnet1:100:200'] });
});
afterAll(async () => await api?.[Symbol.asyncDispose]());

const makePolicy = (given: object = {}): Promise<TestAnswer['body']> =>
  api.make('admin', 'qos/policies', { policy: given });
const rulePath = (policyId: string, kind: string) => `/v2.0/qos/policies/${policyId}/${kind}_rules`;
const addRule = (policyId: string, kind: string, rule: object, as = 'admin') =>
  api.ask(as, 'POST', rulePath(policyId, kind), { [`${kind}_rule`]: rule });
const errorType = ({ status, body }: TestAnswer) => [status, body.NeutronError?.type];

describe('policies', () => {
  test('are made, changed and deleted by admins alone', async () => {
    const policy = await makePolicy({ name: 'gold', description: 'fast', project_id: testProject });
    expect(policy).toMatchObject({
      name: 'gold',
      description: 'fast',
      shared: false,
      is_default: false,
      rules: [],
      tenant_id: testProject,
      revision_number: 0,
      tags: [],
    });
    const path = `/v2.0/qos/policies/${policy.id}`;
    expect((await api.ask('member', 'GET', path)).body.policy.name).toBe('gold');
    expect(errorType(await api.ask('member', 'PUT', path, { policy: { name: 'x' } }))).toEqual([
      403,
      'PolicyNotAuthorized',
    ]);
    expect(errorType(await api.ask('member', 'POST', '/v2.0/qos/policies', { policy: {} }))).toEqual([
      403,
      'PolicyNotAuthorized',
    ]);
    expect(errorType(await api.ask('other', 'GET', path))).toEqual([404, 'QosPolicyNotFound']);
    expect((await api.ask('admin', 'PUT', path, { policy: { name: 'silver' } })).body.policy).toMatchObject({
      name: 'silver',
      revision_number: 1,
    });
    expect((await api.ask('admin', 'PUT', `${path}/tags/one`)).status).toBe(201);
    expect((await api.ask('admin', 'GET', `/v2.0/policies/${policy.id}/tags`)).body).toEqual({ tags: ['one'] });
    expect((await api.ask('admin', 'DELETE', path)).status).toBe(204);
    expect((await api.ask('admin', 'GET', path)).status).toBe(404);
  });

  test('one of them is the default of a project, however many try at once', async () => {
    const made = await Promise.all(
      Array.from({ length: 6 }, () =>
        api.ask('admin', 'POST', '/v2.0/qos/policies', { policy: { project_id: testProject, is_default: true } }),
      ),
    );
    expect(made.filter((one) => one.status === 201)).toHaveLength(1);
    const refused = made.find((one) => one.status !== 201);
    expect(refused && errorType(refused)).toEqual([409, 'QoSPolicyDefaultAlreadyExists']);
    const { id } = made.find((one) => one.status === 201)?.body.policy ?? {};
    const network = await api.make('member', 'networks', { network: {} });
    expect(network.qos_policy_id).toBe(id);
    const free = { network: { qos_policy_id: null } };
    expect(
      (await api.ask('member', 'PUT', `/v2.0/networks/${network.id}`, free)).body.network.qos_policy_id,
    ).toBeNull();
    expect((await api.ask('admin', 'DELETE', `/v2.0/qos/policies/${id}`)).status).toBe(204);
  });

  test('sharing lets others use them, and ends only when nobody does', async () => {
    const policy = await makePolicy({ shared: true });
    const path = `/v2.0/qos/policies/${policy.id}`;
    expect((await api.ask('other', 'GET', path)).body.policy.shared).toBe(true);
    expect((await api.ask('other', 'PUT', `/v2.0/policies/${policy.id}/tags/seen`)).status).toBe(201);
    expect(errorType(await api.ask('other', 'DELETE', path))).toEqual([403, 'PolicyNotAuthorized']);
    const network = await api.make('other', 'networks', { network: { qos_policy_id: policy.id } });
    const unshare = { policy: { shared: false } };
    expect(errorType(await api.ask('admin', 'PUT', path, unshare))).toEqual([409, 'RbacPolicyInUse']);
    expect((await api.ask('other', 'GET', path)).status).toBe(200);
    expect((await api.ask('other', 'DELETE', `/v2.0/networks/${network.id}`)).status).toBe(204);
    expect((await api.ask('admin', 'PUT', path, unshare)).body.policy.shared).toBe(false);
    expect((await api.ask('other', 'GET', path)).status).toBe(404);
    expect((await api.ask('other', 'PUT', `/v2.0/policies/${policy.id}/tags/unseen`)).status).toBe(404);
    expect((await api.ask('other', 'GET', `/v2.0/qos/policies?limit=1&marker=${policy.id}`)).body.policies).toEqual([]);
    expect(
      errorType(await api.ask('other', 'POST', '/v2.0/networks', { network: { qos_policy_id: policy.id } })),
    ).toEqual([404, 'QosPolicyNotFound']);
  });

  test("an admin's policy is not the project's to take away", async () => {
    const policy = await makePolicy();
    const network = await api.make('member', 'networks', { network: {} });
    const path = `/v2.0/networks/${network.id}`;
    await api.ask('admin', 'PUT', path, { network: { qos_policy_id: policy.id } });
    expect(errorType(await api.ask('member', 'PUT', path, { network: { qos_policy_id: null } }))).toEqual([
      403,
      'PolicyRemoveAuthorizationError',
    ]);
    const port = await api.make('member', 'ports', { port: { network_id: network.id } });
    expect(port).toMatchObject({ qos_policy_id: null, qos_network_policy_id: policy.id });
    await api.ask('admin', 'PUT', `/v2.0/qos/policies/${policy.id}`, { policy: { shared: true } });
    expect((await api.ask('member', 'PUT', path, { network: { qos_policy_id: null } })).status).toBe(200);
  });

  test('one that is used stays', async () => {
    const policy = await makePolicy({ project_id: testProject });
    const network = await api.make('member', 'networks', { network: {} });
    const port = await api.make('member', 'ports', { port: { network_id: network.id, qos_policy_id: policy.id } });
    expect(port.qos_policy_id).toBe(policy.id);
    expect(errorType(await api.ask('admin', 'DELETE', `/v2.0/qos/policies/${policy.id}`))).toEqual([
      409,
      'QosPolicyInUse',
    ]);
    const freed = await api.ask('member', 'PUT', `/v2.0/ports/${port.id}`, { port: { qos_policy_id: null } });
    expect(freed.body.port.qos_policy_id).toBeNull();
    // Whoever comes first wins: the policy never vanishes from under an object.
    const [gone, ...ports] = await Promise.all([
      api.ask('admin', 'DELETE', `/v2.0/qos/policies/${policy.id}`),
      ...Array.from({ length: 4 }, () =>
        api.ask('member', 'POST', '/v2.0/ports', { port: { network_id: network.id, qos_policy_id: policy.id } }),
      ),
    ]);
    const made = ports.filter((one) => one.status === 201).length;
    expect(ports.every((one) => one.status === 201 || one.status === 404)).toBe(true);
    expect(gone?.status).toBe(made === 0 ? 204 : 409);
  });
});

describe('rules', () => {
  test('are made once a direction, however many try at once', async () => {
    const policy = await makePolicy();
    const made = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        addRule(policy.id, 'bandwidth_limit', { max_kbps: 100 + n, direction: n % 2 ? 'ingress' : 'egress' }),
      ),
    );
    expect(made.filter((one) => one.status === 201)).toHaveLength(2);
    const refused = made.find((one) => one.status !== 201);
    expect(refused && errorType(refused)).toEqual([409, 'QoSRulesConflict']);
    const shown = (await api.ask('admin', 'GET', `/v2.0/qos/policies/${policy.id}`)).body.policy;
    expect(shown).toMatchObject({ revision_number: 2 });
    expect(shown.rules[0]).toMatchObject({ type: 'bandwidth_limit', max_burst_kbps: 0, qos_policy_id: policy.id });
    expect(shown.rules[0]).not.toHaveProperty('dscp_mark');
  });

  test('of every kind have their numbers', async () => {
    const policy = await makePolicy({ project_id: testProject });
    const kinds: readonly (readonly [string, Record<string, unknown>])[] = [
      ['bandwidth_limit', { max_kbps: 2000, max_burst_kbps: 10, direction: 'egress' }],
      ['dscp_marking', { dscp_mark: 26 }],
      ['minimum_bandwidth', { min_kbps: 1000, direction: 'ingress' }],
      ['packet_rate_limit', { max_kpps: 5, max_burst_kpps: 1, direction: 'egress' }],
      ['minimum_packet_rate', { min_kpps: 3, direction: 'any' }],
    ];
    for (const [kind, numbers] of kinds) {
      const { body, status } = await addRule(policy.id, kind, numbers);
      expect(status).toBe(201);
      const rule = body[`${kind}_rule`];
      expect(rule).toEqual({ ...numbers, id: rule.id });
      const path = `${rulePath(policy.id, kind)}/${rule.id}`;
      expect((await api.ask('member', 'GET', rulePath(policy.id, kind))).body[`${kind}_rules`]).toEqual([rule]);
      expect(errorType(await api.ask('member', 'PUT', path, { [`${kind}_rule`]: numbers }))).toEqual([
        403,
        'PolicyNotAuthorized',
      ]);
      expect((await api.ask('admin', 'PUT', path, { [`${kind}_rule`]: numbers })).body[`${kind}_rule`]).toEqual(rule);
    }
    expect((await api.ask('member', 'GET', `/v2.0/qos/policies/${policy.id}`)).body.policy.rules).toHaveLength(5);
    const other = await makePolicy();
    const [rule] = (await api.ask('admin', 'GET', rulePath(policy.id, 'dscp_marking'))).body.dscp_marking_rules;
    expect(errorType(await api.ask('admin', 'GET', `${rulePath(other.id, 'dscp_marking')}/${rule.id}`))).toEqual([
      404,
      'QosRuleNotFound',
    ]);
  });

  test('are found, changed and deleted without their policy', async () => {
    const policy = await makePolicy({ project_id: testProject });
    const { id } = (await addRule(policy.id, 'bandwidth_limit', { max_kbps: 10 })).body.bandwidth_limit_rule;
    const path = `/v2.0/qos/alias-bandwidth-limit-rules/${id}`;
    expect((await api.ask('member', 'GET', path)).body.alias_bandwidth_limit_rule).toMatchObject({
      max_kbps: 10,
      project_id: testProject,
    });
    expect((await api.ask('other', 'GET', path)).status).toBe(404);
    const changed = await api.ask('admin', 'PUT', path, { alias_bandwidth_limit_rule: { max_kbps: 11 } });
    expect(changed.body.alias_bandwidth_limit_rule.max_kbps).toBe(11);
    expect((await api.ask('admin', 'DELETE', path)).status).toBe(204);
    expect((await api.ask('admin', 'GET', `/v2.0/qos/policies/${policy.id}`)).body.policy.rules).toEqual([]);
  });

  test('that contradict each other are refused', async () => {
    const policy = await makePolicy();
    await addRule(policy.id, 'minimum_bandwidth', { min_kbps: 1000 });
    expect(errorType(await addRule(policy.id, 'bandwidth_limit', { max_kbps: 999 }))).toEqual([
      409,
      'QoSRuleParameterConflict',
    ]);
    await addRule(policy.id, 'minimum_packet_rate', { min_kpps: 1, direction: 'egress' });
    expect(errorType(await addRule(policy.id, 'minimum_packet_rate', { min_kpps: 1, direction: 'any' }))).toEqual([
      409,
      'QoSRulesConflict',
    ]);
    expect(errorType(await addRule(policy.id, 'dscp_marking', { dscp_mark: 58 }))).toEqual([400, 'HTTPBadRequest']);
    expect(errorType(await addRule('policy', 'bandwidth_limit', { max_kbps: 1 }))).toEqual([404, 'QosPolicyNotFound']);
    expect(errorType(await addRule('policy', 'bandwidth_limit', { max_kbps: 1 }, 'member'))).toEqual([
      403,
      'PolicyNotAuthorized',
    ]);
  });

  test('a minimum needs a physical network', async () => {
    const policy = await makePolicy({ shared: true });
    const tunnel = await api.make('member', 'networks', { network: {} });
    await addRule(policy.id, 'minimum_bandwidth', { min_kbps: 1000, direction: 'egress' });
    await addRule(policy.id, 'minimum_packet_rate', { min_kpps: 5, direction: 'any' });
    const refused = await api.ask('member', 'POST', '/v2.0/ports', {
      port: { network_id: tunnel.id, qos_policy_id: policy.id },
    });
    expect(errorType(refused)).toEqual([409, 'QosRuleNotSupported']);
    const vlan = await api.make('admin', 'networks', {
      network: { 'provider:network_type': 'vlan', 'provider:physical_network': 'physnet1', shared: true },
    });
    const port = await api.make('member', 'ports', { port: { network_id: vlan.id, qos_policy_id: policy.id } });
    expect(port).not.toHaveProperty('resource_request');
    const { resource_request: request } = (await api.ask('admin', 'GET', `/v2.0/ports/${port.id}`)).body.port;
    expect(request.request_groups).toEqual([
      {
        id: expect.any(String),
        required: ['CUSTOM_PHYSNET_PHYSNET1', 'CUSTOM_VNIC_TYPE_NORMAL'],
        resources: { NET_BW_EGR_KILOBIT_PER_SEC: 1000 },
      },
      {
        id: expect.any(String),
        required: ['CUSTOM_VNIC_TYPE_NORMAL'],
        resources: { NET_PACKET_RATE_KILOPACKET_PER_SEC: 5 },
      },
    ]);
    expect(request.same_subtree).toEqual(request.request_groups.map((one: { id: string }) => one.id));
    await api.ask('member', 'PUT', `/v2.0/ports/${port.id}`, { port: { qos_policy_id: null } });
    expect((await api.ask('admin', 'GET', `/v2.0/ports/${port.id}`)).body.port.resource_request).toBeNull();
  });
});

test('an RBAC policy that a network lives by stays as it is', async () => {
  const policy = await makePolicy();
  const share = { object_type: 'qos_policy', object_id: policy.id, action: 'access_as_shared', target_tenant: '*' };
  const rbac = await api.make('admin', 'rbac-policies', { rbac_policy: share });
  const network = await api.make('other', 'networks', { network: { qos_policy_id: policy.id } });
  const path = `/v2.0/rbac-policies/${rbac.id}`;
  const moved = { rbac_policy: { target_tenant: network.project_id } };
  expect(errorType(await api.ask('admin', 'PUT', path, moved))).toEqual([409, 'RbacPolicyInUse']);
  expect(errorType(await api.ask('admin', 'DELETE', path))).toEqual([409, 'RbacPolicyInUse']);
  await api.ask('other', 'DELETE', `/v2.0/networks/${network.id}`);
  expect((await api.ask('admin', 'DELETE', path)).status).toBe(204);
});

test('rule types are those that hosts apply', async () => {
  expect((await api.ask('member', 'GET', '/v2.0/qos/rule-types')).body).toEqual({
    rule_types: [{ type: 'bandwidth_limit' }, { type: 'dscp_marking' }],
  });
  const all = (await api.ask('member', 'GET', '/v2.0/qos/rule-types?all_rules=true')).body.rule_types;
  expect(all).toContainEqual({ type: 'dscp_marking' });
  const one = '/v2.0/qos/rule-types/bandwidth_limit';
  const range = { parameter_type: 'range', parameter_values: { start: 0, end: 2147483647 } };
  expect((await api.ask('admin', 'GET', one)).body.rule_type).toEqual({
    type: 'bandwidth_limit',
    drivers: [
      {
        name: 'openvswitch',
        supported_parameters: [
          { parameter_name: 'max_kbps', ...range },
          { parameter_name: 'max_burst_kbps', ...range },
          { parameter_name: 'direction', parameter_type: 'choices', parameter_values: ['ingress', 'egress'] },
        ],
      },
    ],
  });
  const kept = (await api.ask('admin', 'GET', '/v2.0/qos/rule-types/packet_rate_limit')).body.rule_type;
  expect(kept).toEqual({ type: 'packet_rate_limit', drivers: [] });
  expect((await api.ask('member', 'GET', one)).status).toBe(403);
  expect(errorType(await api.ask('admin', 'GET', '/v2.0/qos/rule-types/other'))).toEqual([404, 'QosRuleTypeNotFound']);
});

test('a floating IP and a gateway have policies, which hold them', async () => {
  const policy = await makePolicy({ shared: true });
  const outside = await api.make('admin', 'networks', {
    network: { 'router:external': true, qos_policy_id: policy.id },
  });
  await api.make('admin', 'subnets', { subnet: { network_id: outside.id, ip_version: 4, cidr: '203.0.113.0/24' } });
  const fip = await api.make('member', 'floatingips', {
    floatingip: { floating_network_id: outside.id, qos_policy_id: policy.id },
  });
  expect(fip).toMatchObject({ qos_policy_id: policy.id, qos_network_policy_id: policy.id });
  const gateway = { external_gateway_info: { network_id: outside.id, qos_policy_id: policy.id } };
  const router = await api.make('member', 'routers', { router: gateway });
  expect(router.external_gateway_info.qos_policy_id).toBe(policy.id);
  const path = `/v2.0/routers/${router.id}`;
  const kept = await api.ask('member', 'PUT', path, { router: { external_gateway_info: { network_id: outside.id } } });
  expect(kept.body.router.external_gateway_info.qos_policy_id).toBe(policy.id);
  expect(errorType(await api.ask('admin', 'DELETE', `/v2.0/qos/policies/${policy.id}`))).toEqual([
    409,
    'QosPolicyInUse',
  ]);
  expect((await api.ask('member', 'PUT', path, { router: { external_gateway_info: {} } })).status).toBe(200);
  const left = await api.store.db.selectFrom('routers').select('id').where('qos_policy_id', 'is not', null).execute();
  expect(left).toEqual([]);
});
