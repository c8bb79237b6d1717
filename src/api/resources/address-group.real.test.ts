import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApi, otherProject, type TestAnswer, type TestApi, testProject } from '../test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(async () => await api?.[Symbol.asyncDispose]());

const path = '/v2.0/address-groups';
const make = async (addresses: readonly string[] = []) =>
  await api.make('member', 'address-groups', { address_group: { name: 'a', addresses } });
const act = async (as: string, id: string, action: string, addresses: unknown) =>
  await api.ask(as, 'PUT', `${path}/${id}/${action}`, { addresses });
const addressesOf = async (id: string) =>
  (await api.ask('member', 'GET', `${path}/${id}`)).body.address_group.addresses;

function errorOf({ status, body }: TestAnswer) {
  return [status, body.NeutronError?.type];
}

test('has addresses, without host bits', async () => {
  const made = await make(['192.0.2.7/24', '2001:db8::1/64', '10.0.0.1/32']);
  expect(made).toEqual({
    id: made.id,
    name: 'a',
    description: '',
    project_id: testProject,
    tenant_id: testProject,
    addresses: ['10.0.0.1/32', '192.0.2.0/24', '2001:db8::/64'],
  });
  const changed = await api.ask('member', 'PUT', `${path}/${made.id}`, { address_group: { description: 'mine' } });
  expect(changed.body.address_group).toEqual({ ...made, description: 'mine' });
  const all = { address_group: { addresses: [] } };
  expect(errorOf(await api.ask('member', 'PUT', `${path}/${made.id}`, all))).toEqual([400, 'HTTPBadRequest']);
});

test('refuses what is no block, and changes nothing then', async () => {
  for (const wrong of ['10.0.0.1', 'house', '10.0.0.0/33', 5]) {
    const answer = await api.ask('member', 'POST', path, { address_group: { addresses: [wrong] } });
    expect(errorOf(answer)).toEqual([400, 'HTTPBadRequest']);
  }
  const { id } = await make(['10.0.0.1/32']);
  expect(errorOf(await act('member', id, 'add_addresses', ['10.0.0.2/32', 'house']))).toEqual([400, 'HTTPBadRequest']);
  expect(errorOf(await act('member', id, 'add_addresses', 'house'))).toEqual([400, 'InvalidInput']);
  expect(errorOf(await act('member', id, 'add_addresses', ['10.0.0.2/32', '10.0.0.1']))).toEqual([
    400,
    'AddressesAlreadyExist',
  ]);
  expect(errorOf(await act('member', id, 'remove_addresses', ['10.0.0.1/32', '10.0.0.9']))).toEqual([
    404,
    'AddressesNotFound',
  ]);
  expect(await addressesOf(id)).toEqual(['10.0.0.1/32']);
});

test('takes addresses in and out, from many at once', async () => {
  const { id } = await make();
  const added = Array.from({ length: 20 }, (_, index) => `10.0.0.${index + 1}/32`);
  const answers = await Promise.all(added.map((one) => act('member', id, 'add_addresses', [one])));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect(await addressesOf(id)).toEqual(added);
  const twice = await Promise.all(added.map(() => act('member', id, 'add_addresses', ['192.0.2.0/24'])));
  expect(twice.filter(({ status }) => status === 200)).toHaveLength(1);
  const removed = await act('member', id, 'remove_addresses', added);
  expect(removed.body.address_group.addresses).toEqual(['192.0.2.0/24']);
});

test('is another project’s only where it is shared, and stays while a rule names it', async () => {
  const { id } = await make(['192.0.2.0/24']);
  expect(errorOf(await api.ask('other', 'GET', `${path}/${id}`))).toEqual([404, 'AddressGroupNotFound']);
  const group = await api.make('other', 'security-groups', { security_group: { name: 'g' } });
  const rule = async () =>
    await api.ask('other', 'POST', '/v2.0/security-group-rules', {
      security_group_rule: { security_group_id: group.id, direction: 'ingress', remote_address_group_id: id },
    });
  expect(errorOf(await rule())).toEqual([404, 'AddressGroupNotFound']);
  const policy = await api.make('member', 'rbac-policies', {
    rbac_policy: {
      object_type: 'address_group',
      object_id: id,
      action: 'access_as_shared',
      target_tenant: otherProject,
    },
  });
  expect((await api.ask('other', 'GET', `${path}/${id}`)).status).toBe(200);
  expect(errorOf(await act('other', id, 'add_addresses', ['10.0.0.1/32']))).toEqual([404, 'HTTPNotFound']);
  const change = { address_group: { name: 'mine' } };
  expect(errorOf(await api.ask('other', 'PUT', `${path}/${id}`, change))).toEqual([404, 'HTTPNotFound']);
  const made = (await rule()).body.security_group_rule;
  expect(made.remote_address_group_id).toBe(id);
  const unshare = async () => await api.ask('member', 'DELETE', `/v2.0/rbac-policies/${policy.id}`);
  expect(errorOf(await unshare())).toEqual([409, 'RbacPolicyInUse']);
  expect(errorOf(await api.ask('member', 'DELETE', `${path}/${id}`))).toEqual([409, 'AddressGroupInUse']);
  await api.ask('other', 'DELETE', `/v2.0/security-group-rules/${made.id}`);
  expect((await unshare()).status).toBe(204);
  expect((await api.ask('member', 'DELETE', `${path}/${id}`)).status).toBe(204);
});

test('stands alone in a rule', async () => {
  const { id } = await make();
  const group = await api.make('member', 'security-groups', { security_group: { name: 'g' } });
  for (const other of [{ remote_ip_prefix: '10.0.0.0/8' }, { remote_group_id: group.id }]) {
    const answer = await api.ask('member', 'POST', '/v2.0/security-group-rules', {
      security_group_rule: {
        security_group_id: group.id,
        direction: 'egress',
        remote_address_group_id: id,
        ...other,
      },
    });
    expect(errorOf(answer)).toEqual([400, 'SecurityGroupMultipleRemoteEntites']);
  }
});
