import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestApi, type TestApi, testProject } from '../test-api.ts';

let api: TestApi;
let net: { id: string };

beforeAll(async () => {
  api = await openTestApi();
  net = await api.make('member', 'networks', { network: {} });
});
afterAll(async () => await api?.[Symbol.asyncDispose]());

const rule = (body: Record<string, unknown> = {}, as = 'member') =>
  api.make(as, 'fwaas/firewall_rules', { firewall_rule: body });
const policy = (body: Record<string, unknown> = {}, as = 'member') =>
  api.make(as, 'fwaas/firewall_policies', { firewall_policy: body });
const port = (owner = 'compute:nova', as = 'member', networkId = net.id) =>
  api.make(as, 'ports', { port: { network_id: networkId, device_owner: owner, device_id: 'vm' } });
const post = (kind: string, body: Record<string, unknown>, as = 'member') =>
  api.ask(as, 'POST', `/v2.0/fwaas/${kind === 'firewall_policy' ? 'firewall_policies' : `${kind}s`}`, { [kind]: body });

describe('rules', () => {
  test('have what FWaaS gives them', async () => {
    const made = await rule({
      action: 'Allow',
      protocol: 'TCP',
      destination_port: 80,
      source_ip_address: '10.0.0.0/24',
    });
    expect(made).toMatchObject({
      action: 'allow',
      protocol: 'tcp',
      ip_version: 4,
      destination_port: '80',
      source_port: null,
      source_ip_address: '10.0.0.0/24',
      enabled: true,
      shared: false,
      firewall_policy_id: [],
      project_id: testProject,
    });
    const path = `/v2.0/fwaas/firewall_rules/${made.id}`;
    const changed = await api.ask('member', 'PUT', path, { firewall_rule: { destination_port: '80:90' } });
    expect(changed.body.firewall_rule).toMatchObject({ destination_port: '80:90', revision_number: 1 });
    expect((await api.ask('other', 'GET', path)).status).toBe(404);
    expect((await api.ask('reader', 'DELETE', path)).status).toBe(403);
    expect((await api.ask('member', 'DELETE', path)).status).toBe(204);
  });

  test.each([
    [{ destination_port: '80' }, 'FirewallRuleWithPortWithoutProtocolInvalid'],
    [{ protocol: 'icmp', source_port: '80' }, 'FirewallRuleInvalidICMPParameter'],
    [{ source_ip_address: 'fd00::1' }, 'FirewallIpAddressConflict'],
    [{ protocol: 'tcp', source_port: '90:80' }, 'HTTPBadRequest'],
    [{ action: 'log' }, 'HTTPBadRequest'],
  ])('%o is refused', async (body, type) => {
    expect(await post('firewall_rule', body)).toMatchObject({ status: 400, body: { NeutronError: { type } } });
  });

  test('are shared by admins', async () => {
    expect((await post('firewall_rule', { shared: true })).status).toBe(403);
    const shared = await rule({ shared: true }, 'admin');
    expect((await api.ask('other', 'GET', `/v2.0/fwaas/firewall_rules/${shared.id}`)).status).toBe(200);
    expect((await api.ask('other', 'DELETE', `/v2.0/fwaas/firewall_rules/${shared.id}`)).status).toBe(403);
  });
});

describe('policies', () => {
  test('have rules in an order, and lose their audit with it', async () => {
    const [a, b, c] = [await rule(), await rule(), await rule()];
    const made = await policy({ firewall_rules: [a.id], audited: true });
    const path = `/v2.0/fwaas/firewall_policies/${made.id}`;
    const insert = (body: Record<string, unknown>) => api.ask('member', 'PUT', `${path}/insert_rule`, body);
    const first = await insert({ firewall_rule_id: b.id, insert_before: '', insert_after: '' });
    expect(first).toMatchObject({ status: 200, body: { firewall_rules: [b.id, a.id], audited: false } });
    expect((await insert({ firewall_rule_id: c.id, insert_after: b.id })).body.firewall_rules).toEqual([
      b.id,
      c.id,
      a.id,
    ]);
    expect((await insert({ firewall_rule_id: c.id })).body.NeutronError.type).toBe('FirewallRuleAlreadyAssociated');
    expect((await insert({})).body.NeutronError.type).toBe('FirewallRuleInfoMissing');
    const other = await rule();
    const beside = await insert({ firewall_rule_id: other.id, insert_before: other.id });
    expect(beside.body.NeutronError.type).toBe('FirewallRuleNotAssociatedWithPolicy');
    const inUse = await api.ask('member', 'DELETE', `/v2.0/fwaas/firewall_rules/${a.id}`);
    expect(inUse).toMatchObject({ status: 409, body: { NeutronError: { type: 'FirewallRuleInUse' } } });
    const gone = await api.ask('member', 'PUT', `${path}/remove_rule`, { firewall_rule_id: b.id });
    expect(gone.body.firewall_rules).toEqual([c.id, a.id]);
    expect((await api.ask('member', 'GET', `/v2.0/fwaas/firewall_rules/${a.id}`)).body.firewall_rule).toMatchObject({
      firewall_policy_id: [made.id],
    });
  });

  test('keep every rule that is put in at once', async () => {
    const made = await policy();
    const rules = await Promise.all(Array.from({ length: 8 }, () => rule()));
    const path = `/v2.0/fwaas/firewall_policies/${made.id}/insert_rule`;
    await Promise.all(rules.map((one) => api.ask('member', 'PUT', path, { firewall_rule_id: one.id })));
    const { body } = await api.ask('member', 'GET', `/v2.0/fwaas/firewall_policies/${made.id}`);
    expect(body.firewall_policy.firewall_rules.toSorted()).toEqual(rules.map((one) => one.id).sort());
  });

  test("have no rule of others', and none unshared when they are shared", async () => {
    const foreign = await rule({}, 'other');
    expect(await post('firewall_policy', { firewall_rules: [foreign.id] })).toMatchObject({
      status: 404,
      body: { NeutronError: { type: 'FirewallRuleNotFound' } },
    });
    const own = await rule({}, 'admin');
    const shared = await post('firewall_policy', { firewall_rules: [own.id], shared: true }, 'admin');
    expect(shared.body.NeutronError.type).toBe('FirewallPolicySharingConflict');
    const mixed = await post('firewall_policy', { firewall_rules: [foreign.id] }, 'admin');
    expect(mixed.body.NeutronError.type).toBe('FirewallRuleConflict');
  });
});

describe('groups', () => {
  test('every project has a default one, made once', async () => {
    const lists = await Promise.all(
      Array.from({ length: 10 }, () => api.ask('other', 'GET', '/v2.0/fwaas/firewall_groups?name=default')),
    );
    expect(new Set(lists.map((one) => one.body.firewall_groups[0].id)).size).toBe(1);
    const group = lists[0]?.body.firewall_groups[0];
    expect(group).toMatchObject({ name: 'default', status: 'INACTIVE', ports: [] });
    const rules = await api.ask('other', 'GET', '/v2.0/fwaas/firewall_rules?name=default ingress ipv4');
    expect(rules.body.firewall_rules[0]).toMatchObject({ action: 'deny', ip_version: 4 });
    const path = `/v2.0/fwaas/firewall_groups/${group.id}`;
    expect((await api.ask('other', 'DELETE', path)).body.NeutronError.type).toBe('FirewallGroupCannotRemoveDefault');
    const renamed = await api.ask('other', 'PUT', path, { firewall_group: { name: 'mine' } });
    expect(renamed.body.NeutronError.type).toBe('FirewallGroupCannotUpdateDefault');
    const named = await post('firewall_group', { name: 'default' }, 'other');
    expect(named).toMatchObject({ status: 409, body: { NeutronError: { type: 'FirewallGroupDefaultAlreadyExists' } } });
  });

  test('hold policies and ports, and are never ACTIVE', async () => {
    const ingress = await policy();
    const guarded = await port();
    const { body, status } = await post('firewall_group', {
      ingress_firewall_policy_id: ingress.id,
      ports: [guarded.id],
    });
    expect(status).toBe(201);
    expect(body.firewall_group).toMatchObject({ status: 'DOWN', ports: [guarded.id], egress_firewall_policy_id: null });
    const held = await api.ask('member', 'DELETE', `/v2.0/fwaas/firewall_policies/${ingress.id}`);
    expect(held.body.NeutronError.type).toBe('FirewallPolicyInUse');
    const path = `/v2.0/fwaas/firewall_groups/${body.firewall_group.id}`;
    const empty = await api.ask('member', 'PUT', path, { firewall_group: { ports: [] } });
    expect(empty.body.firewall_group).toMatchObject({ status: 'INACTIVE', ports: [] });
    expect((await api.ask('other', 'GET', path)).status).toBe(404);
    expect((await api.ask('member', 'DELETE', path)).status).toBe(204);
  });

  test('a port has one group, however many ask for it', async () => {
    const wanted = await port();
    const made = await Promise.all(Array.from({ length: 5 }, () => post('firewall_group', { ports: [wanted.id] })));
    expect(made.filter((one) => one.status === 201)).toHaveLength(1);
    expect(made.find((one) => one.status !== 201)?.body.NeutronError.type).toBe('FirewallGroupPortInUse');
  });

  test('ports and policies that cannot be are refused', async () => {
    const plain = await port('');
    const foreignNet = await api.make('other', 'networks', { network: {} });
    const foreign = await port('compute:nova', 'other', foreignNet.id);
    const foreignPolicy = await policy({}, 'other');
    const cases = [
      [{ ports: [plain.id] }, 'member', 'FirewallGroupPortInvalid'],
      [{ ports: [foreign.id] }, 'member', 'PortNotFound'],
      [{ ports: [foreign.id] }, 'admin', 'FirewallGroupPortInvalidProject'],
      [{ ingress_firewall_policy_id: foreignPolicy.id }, 'member', 'FirewallPolicyNotFound'],
      [{ ingress_firewall_policy_id: foreignPolicy.id }, 'admin', 'FirewallPolicyConflict'],
    ] as const;
    for (const [body, as, type] of cases) {
      expect((await post('firewall_group', body, as)).body.NeutronError.type).toBe(type);
    }
  });
});
