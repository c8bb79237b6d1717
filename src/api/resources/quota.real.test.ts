import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApi, type TestAnswer, type TestApi, testProject } from '../test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(async () => await api?.[Symbol.asyncDispose]());

const path = `/v2.0/quotas/${testProject}`;
const set = async (quota: Record<string, unknown>) => await api.ask('admin', 'PUT', path, { quota });

function errorOf({ status, body }: TestAnswer) {
  return [status, body.NeutronError?.type];
}

test('a limit is set, shown, and taken back', async () => {
  expect((await set({ network: 3, port: -1 })).body.quota).toMatchObject({ network: 3, port: -1, subnet: 100 });
  const listed = (await api.ask('admin', 'GET', '/v2.0/quotas')).body.quotas;
  expect(listed).toEqual([expect.objectContaining({ project_id: testProject, tenant_id: testProject, network: 3 })]);
  expect((await api.ask('member', 'GET', `${path}/default`)).body.quota).toMatchObject({
    network: 100,
    rbac_policy: 10,
  });
  const details = (await api.ask('member', 'GET', `${path}/details`)).body.quota;
  expect(details.network).toEqual({ limit: 3, used: 0, reserved: 0 });
  expect((await api.ask('admin', 'DELETE', path)).status).toBe(204);
  expect((await api.ask('member', 'GET', path)).body.quota.network).toBe(100);
});

test('limits are for admins, and of what there is', async () => {
  expect(errorOf(await api.ask('member', 'PUT', path, { quota: { network: 5 } }))).toEqual([
    403,
    'PolicyNotAuthorized',
  ]);
  expect(errorOf(await api.ask('other', 'GET', path))).toEqual([403, 'PolicyNotAuthorized']);
  expect(errorOf(await api.ask('member', 'GET', '/v2.0/quotas'))).toEqual([403, 'PolicyNotAuthorized']);
  expect(errorOf(await set({ house: 5 }))).toEqual([400, 'HTTPBadRequest']);
  for (const wrong of [-2, 2 ** 31, 'many']) expect((await set({ network: wrong })).status).toBe(400);
});

test.each([
  ['networks', 'network', {}],
  ['security-groups', 'security_group', { name: 'g' }],
])('of twenty who make %s at once, so many succeed as may be', async (collection, name, given) => {
  await set({ network: 7, security_group: 7 });
  const all = await Promise.all(
    Array.from({ length: 20 }, () => api.ask('member', 'POST', `/v2.0/${collection}`, { [name]: given })),
  );
  const refused = all.filter(({ status }) => status !== 201);
  expect(refused.map(errorOf)).toEqual(refused.map(() => [409, 'OverQuota']));
  expect(refused[0]?.body.NeutronError.message).toBe(`Quota exceeded for resources: ['${name}'].`);
  const used = (await api.ask('member', 'GET', `${path}/details`)).body.quota[name].used;
  expect(used).toBe(7);
});

test('bulks count whole, also far from the limit and side by side', async () => {
  await set({ network: 607 });
  const network = { networks: Array.from({ length: 100 }, () => ({})) };
  const bulks = Promise.all(Array.from({ length: 8 }, () => api.ask('member', 'POST', '/v2.0/networks', network)));
  const singles = Promise.all(
    Array.from({ length: 20 }, () => api.ask('member', 'POST', '/v2.0/networks', { network: {} })),
  );
  const made = [...(await bulks), ...(await singles)].filter(({ status }) => status !== 409);
  expect(made.every(({ status }) => status === 201)).toBe(true);
  const { used } = (await api.ask('member', 'GET', `${path}/details`)).body.quota.network;
  expect(used).toBeLessThanOrEqual(607);
  expect(used).toBeGreaterThan(500);
});

test('the rules that a group begins with count', async () => {
  await set({ security_group: -1, security_group_rule: 0 });
  const refused = await api.ask('member', 'POST', '/v2.0/security-groups', { security_group: { name: 'g' } });
  expect(refused.body.NeutronError).toMatchObject({
    type: 'OverQuota',
    message: "Quota exceeded for resources: ['security_group_rule'].",
  });
});

test('`check_limit` refuses a limit below what is there', async () => {
  const { used } = (await api.ask('member', 'GET', `${path}/details`)).body.quota.network;
  const refused = await set({ network: 1, check_limit: true });
  expect(errorOf(refused)).toEqual([400, 'HTTPBadRequest']);
  expect(refused.body.NeutronError.message).toBe(
    `Quota limit 1 for network must be greater than or equal to already used ${used}`,
  );
  expect((await api.ask('member', 'GET', path)).body.quota.network).toBe(607);
  expect((await set({ network: 1, force: true })).body.quota.network).toBe(1);
});
