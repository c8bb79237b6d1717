import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { protocolNumbers } from '../../model/protocol-numbers.ts';
import { openTestApi, otherProject, type TestAnswer, type TestApi, testProject } from '../test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
  for (const project of [testProject, otherProject]) {
    const quota = { security_group: -1, security_group_rule: -1 };
    await api.ask('admin', 'PUT', `/v2.0/quotas/${project}`, { quota });
  }
});
afterAll(async () => await api?.[Symbol.asyncDispose]());

const rules = '/v2.0/security-group-rules';
const templates = '/v2.0/default-security-group-rules';
const statefulness = '/v2.0/security-groups-default-statefulness';

const group = async (as = 'member', more: Record<string, unknown> = {}) =>
  await api.make(as, 'security-groups', { security_group: { name: 'g', ...more } });
const rule = async (as: string, security_group_id: string, more: Record<string, unknown> = {}) =>
  await api.ask(as, 'POST', rules, { security_group_rule: { security_group_id, direction: 'ingress', ...more } });
const show = async (as: string, id: string) =>
  (await api.ask(as, 'GET', `/v2.0/security-groups/${id}`)).body.security_group;
const share = async (object_type: string, object_id: string, target_tenant = otherProject) =>
  await api.make('admin', 'rbac-policies', {
    rbac_policy: { object_type, object_id, action: 'access_as_shared', target_tenant },
  });

function errorOf({ status, body }: TestAnswer) {
  return [status, body.NeutronError?.type];
}

describe('rules', () => {
  test('keep a prefix as it is given, and say what it means', async () => {
    const { id } = await group();
    const made = (await rule('member', id, { protocol: 'tcp', remote_ip_prefix: '10.0.0.5/24' })).body
      .security_group_rule;
    expect(made).toMatchObject({
      remote_ip_prefix: '10.0.0.5/24',
      normalized_cidr: '10.0.0.0/24',
      remote_address_group_id: null,
      belongs_to_default_sg: false,
    });
    expect((await show('member', id)).security_group_rules).toContainEqual({ ...made, tags: [] });
    expect((await rule('member', id, { remote_ip_prefix: '192.0.2.1' })).body.security_group_rule).toMatchObject({
      remote_ip_prefix: '192.0.2.1/32',
    });
    const found = await api.ask('member', 'GET', `${rules}?normalized_cidr=10.0.0.0/24&security_group_id=${id}`);
    expect(found.body.security_group_rules).toEqual([made]);
  });

  test.each([
    ['a protocol and its number', { protocol: 'tcp' }, { protocol: '6' }],
    ['every port and none', { protocol: 'udp' }, { protocol: 'udp', port_range_min: 1, port_range_max: 65535 }],
    ['every address and none', {}, { remote_ip_prefix: '0.0.0.0/0' }],
    ['host bits or none', { remote_ip_prefix: '10.1.0.0/16' }, { remote_ip_prefix: '10.1.2.3/16' }],
    ['ICMP of IPv6', { protocol: 'icmp', ethertype: 'IPv6' }, { protocol: 'ipv6-icmp', ethertype: 'IPv6' }],
  ])('are the same with %s', async (_name, one, other) => {
    const { id } = await group();
    const first = (await rule('member', id, one)).body.security_group_rule;
    const answer = await rule('member', id, other);
    expect(errorOf(answer)).toEqual([409, 'SecurityGroupRuleExists']);
    expect(answer.body.NeutronError.message).toBe(`Security group rule already exists. Rule id is ${first.id}.`);
  });

  test('are made once, however many ask at once in whatever words', async () => {
    const { id } = await group();
    const made = await Promise.all(
      Array.from({ length: 20 }, (_, index) => rule('member', id, { protocol: index % 2 === 0 ? 'sctp' : '132' })),
    );
    expect(made.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(made.filter(({ status }) => status === 409)).toHaveLength(19);
  });

  test('know the same numbers of protocols in the database', async () => {
    const names = Object.keys(protocolNumbers);
    const { id } = await group();
    for (const name of names.filter((one) => one !== 'icmp')) {
      await rule('member', id, { protocol: name, ethertype: 'IPv6' });
      const again = await rule('member', id, { protocol: String(protocolNumbers[name]), ethertype: 'IPv6' });
      expect([name, again.status]).toEqual([name, 409]);
    }
  });

  test.each([
    ['protocols of IPv6 by number', { protocol: '43' }, 'SecurityGroupEthertypeConflictWithProtocol'],
    ['no prefix at all', { remote_ip_prefix: '10.0.0.0/33' }, 'InvalidCIDR'],
    ['a prefix of the other version', { remote_ip_prefix: '2001:db8::/32' }, 'SecurityGroupRuleParameterConflict'],
    ['ports without a protocol', { port_range_min: 1, port_range_max: 2 }, 'SecurityGroupProtocolRequiredWithPorts'],
    ['ports the wrong way', { protocol: 'tcp', port_range_min: 2, port_range_max: 1 }, 'SecurityGroupInvalidPortRange'],
    ['an unknown protocol', { protocol: 'house' }, 'SecurityGroupRuleInvalidProtocol'],
  ])('are refused with %s', async (_name, given, type) => {
    const { id, security_group_rules } = await group();
    expect(errorOf(await rule('member', id, given))).toEqual([400, type]);
    expect((await show('member', id)).security_group_rules).toHaveLength(security_group_rules.length);
  });

  test('of a bulk are for one group, and all or none are made', async () => {
    const [one, two] = [await group(), await group()];
    const bulk = async (...given: readonly Record<string, unknown>[]) =>
      await api.ask('member', 'POST', rules, {
        security_group_rules: given.map((item) => ({ direction: 'ingress', security_group_id: one.id, ...item })),
      });
    expect(errorOf(await bulk({}, { security_group_id: two.id }))).toEqual([400, 'SecurityGroupNotSingleGroupRules']);
    expect(errorOf(await bulk({ protocol: 'tcp' }, { protocol: '6' }))).toEqual([409, 'SecurityGroupRuleExists']);
    expect((await show('member', one.id)).security_group_rules).toHaveLength(2);
    expect((await bulk({ protocol: 'tcp' }, { protocol: 'udp' })).body.security_group_rules).toHaveLength(2);
    expect((await show('member', one.id)).revision_number).toBeGreaterThan(one.revision_number);
  });
});

describe('a shared group', () => {
  test('is seen and used by its target, and changed by its owner alone', async () => {
    const { id } = await group();
    expect(await show('other', id)).toBeUndefined();
    const policy = await share('security_group', id);
    expect((await show('other', id)).shared).toBe(true);
    expect((await show('member', id)).shared).toBe(false);
    const listed = await api.ask('other', 'GET', `/v2.0/security-groups?shared=true`);
    expect(listed.body.security_groups.map((one: { id: string }) => one.id)).toEqual([id]);
    const change = { security_group: { name: 'mine' } };
    expect(errorOf(await api.ask('other', 'PUT', `/v2.0/security-groups/${id}`, change))).toEqual([
      404,
      'HTTPNotFound',
    ]);
    expect(errorOf(await rule('other', id))).toEqual([404, 'SecurityGroupNotFound']);
    const network = await api.make('other', 'networks', { network: {} });
    const port = await api.make('other', 'ports', { port: { network_id: network.id, security_groups: [id] } });
    const gone = async () => await api.ask('admin', 'DELETE', `/v2.0/rbac-policies/${policy.id}`);
    expect(errorOf(await gone())).toEqual([409, 'RbacPolicyInUse']);
    expect((await show('other', id)).shared).toBe(true);
    await api.ask('other', 'DELETE', `/v2.0/ports/${port.id}`);
    expect((await gone()).status).toBe(204);
    const again = await api.ask('other', 'POST', '/v2.0/ports', {
      port: { network_id: network.id, security_groups: [id] },
    });
    expect(errorOf(again)).toEqual([404, 'SecurityGroupNotFound']);
  });

  test('takes its policies with it', async () => {
    const { id } = await group();
    await share('security_group', id);
    await api.ask('member', 'DELETE', `/v2.0/security-groups/${id}`);
    expect((await api.ask('admin', 'GET', `/v2.0/rbac-policies?object_id=${id}`)).body.rbac_policies).toEqual([]);
  });
});

test('a project has its default group as soon as it, or an admin for it, looks; and again when that was removed', async () => {
  const project = '3'.repeat(32);
  const find = async () =>
    (await api.ask('admin', 'GET', `/v2.0/security-groups?tenant_id=${project}`)).body.security_groups;
  const [first] = await find();
  expect(first).toMatchObject({ name: 'default', project_id: project });
  expect(first.security_group_rules).toHaveLength(4);
  expect(first.security_group_rules.every((one: { belongs_to_default_sg: boolean }) => one.belongs_to_default_sg)).toBe(
    true,
  );
  expect((await api.ask('admin', 'DELETE', `/v2.0/security-groups/${first.id}`)).status).toBe(204);
  const [again] = await find();
  expect(again.id).not.toBe(first.id);
  const own = (await api.ask('member', 'GET', '/v2.0/security-groups?name=default')).body.security_groups[0];
  const refused = await api.ask('member', 'DELETE', `/v2.0/security-groups/${own.id}`);
  expect(errorOf(refused)).toEqual([409, 'SecurityGroupCannotRemoveDefault']);
});

test('a group in use stays as stateful as it is', async () => {
  const { id } = await group();
  const network = await api.make('member', 'networks', { network: {} });
  await api.make('member', 'ports', { port: { network_id: network.id, security_groups: [id] } });
  const stateless = { security_group: { stateful: false } };
  expect(errorOf(await api.ask('member', 'PUT', `/v2.0/security-groups/${id}`, stateless))).toEqual([
    409,
    'SecurityGroupInUse',
  ]);
  const same = { security_group: { stateful: true, description: 'changed' } };
  expect((await api.ask('member', 'PUT', `/v2.0/security-groups/${id}`, same)).status).toBe(200);
});

describe('templates of rules', () => {
  const template = async (as: string, given: Record<string, unknown>) =>
    await api.ask(as, 'POST', templates, {
      default_security_group_rule: {
        direction: 'ingress',
        used_in_default_sg: false,
        used_in_non_default_sg: true,
        ...given,
      },
    });

  test('are what a new group begins with', async () => {
    const made = (await template('admin', { protocol: 'tcp', port_range_min: 22, port_range_max: 22 })).body;
    const { id } = made.default_security_group_rule;
    expect((await api.ask('member', 'GET', templates)).body.default_security_group_rules).toHaveLength(5);
    const before = (await group()).security_group_rules;
    expect(before).toHaveLength(3);
    expect(before.filter((one: { port_range_min: number }) => one.port_range_min === 22)).toHaveLength(1);
    await api.ask('admin', 'DELETE', `${templates}/${id}`);
    expect((await group()).security_group_rules).toHaveLength(2);
  });

  test('are for admins to change', async () => {
    expect(errorOf(await template('member', {}))).toEqual([403, 'PolicyNotAuthorized']);
    const [one] = (await api.ask('member', 'GET', templates)).body.default_security_group_rules;
    expect(errorOf(await api.ask('member', 'DELETE', `${templates}/${one.id}`))).toEqual([403, 'PolicyNotAuthorized']);
  });

  test('stand once, and name what is there', async () => {
    const egress = { direction: 'egress', ethertype: 'IPv4' };
    expect(errorOf(await template('admin', egress))).toEqual([409, 'DefaultSecurityGroupRuleExists']);
    const absent = '00000000-0000-4000-8000-000000000000';
    expect(errorOf(await template('admin', { remote_group_id: absent }))).toEqual([404, 'SecurityGroupNotFound']);
    expect(errorOf(await template('admin', { remote_address_group_id: absent }))).toEqual([
      404,
      'AddressGroupNotFound',
    ]);
    expect(errorOf(await api.ask('admin', 'GET', `${templates}/${absent}`))).toEqual([
      404,
      'DefaultSecurityGroupRuleNotFound',
    ]);
  });
});

test('what a group is when nobody says is set for a project, or for all', async () => {
  const set = async (as: string, given: Record<string, unknown>) =>
    await api.ask(as, 'POST', statefulness, { security_groups_default_statefulness: given });
  const all = (await set('admin', { project_id: null, stateful: false })).body.security_groups_default_statefulness;
  expect(all).toMatchObject({ project_id: null, stateful: false });
  expect(errorOf(await set('admin', { project_id: null }))).toEqual([
    409,
    'SecurityGroupDefaultStatefulnessAlreadyExists',
  ]);
  expect((await group()).stateful).toBe(false);
  expect((await group('member', { stateful: true })).stateful).toBe(true);
  const own = (await set('admin', { project_id: testProject })).body.security_groups_default_statefulness;
  expect(own.stateful).toBe(true);
  expect((await group()).stateful).toBe(true);
  expect((await group('other')).stateful).toBe(false);
  expect((await api.ask('member', 'GET', statefulness)).body.security_groups_default_statefulness).toEqual([own]);
  expect(errorOf(await set('member', {}))).toEqual([403, 'PolicyNotAuthorized']);
  const change = { security_groups_default_statefulness: { stateful: false } };
  await api.ask('admin', 'PUT', `${statefulness}/${own.id}`, change);
  expect((await group()).stateful).toBe(false);
  for (const { id } of [own, all]) expect((await api.ask('admin', 'DELETE', `${statefulness}/${id}`)).status).toBe(204);
  expect((await group()).stateful).toBe(true);
});
