import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApi, type TestApi } from '../api/test-api.ts';
import { checkDeployment } from './check.ts';

let api: TestApi;

beforeAll(async () => {
  api = await openTestApi();
});
afterAll(async () => await api?.[Symbol.asyncDispose]());

const check = (sent: number | null = null) => checkDeployment(api.store, () => sent);
const problems = async (sent: number | null = null) => (await check(sent)).findings.map((one) => one.problem);

test('a deployment is well when its hosts are, and when everything has one', async () => {
  expect(await problems()).toEqual(['no-agent']);
  await api.store.db
    .insertInto('hosts')
    .values({ name: 'h1', version: '1', roles: ['l3', 'dhcp'], local_ip: '10.1.0.1', datapath_type: 'system' })
    .execute();
  expect(await check(0)).toEqual({
    healthy: true,
    hosts: [{ name: 'h1', alive: true, applied_generation: 0, sent_generation: 0 }],
    findings: [],
    not_enforced: [],
  });
  expect((await check(3)).findings).toEqual([
    { problem: 'host-behind', id: 'h1', name: 'h1', reason: 'it was sent generation 3 and has applied 0' },
  ]);
});

test('what is wrong is named, with its reason', async () => {
  await api.store.db.updateTable('hosts').set({ heartbeat_at: '2020-01-01T00:00:00Z' }).execute();
  const net = await api.make('member', 'networks', { network: { name: 'dark' } });
  const subnet = await api.make('member', 'subnets', {
    subnet: { network_id: net.id, ip_version: 4, cidr: '10.0.0.0/24' },
  });
  const port = await api.make('member', 'ports', { port: { network_id: net.id, name: 'vm' } });
  const broken = { status: 'ERROR' as const, status_reason: 'no bridge br-int', host_id: 'h1' };
  await api.store.db.updateTable('ports').set(broken).where('id', '=', port.id).execute();
  const router = await api.make('member', 'routers', { router: { name: 'r' } });
  await api.ask('member', 'PUT', `/v2.0/routers/${router.id}/add_router_interface`, { subnet_id: subnet.id });
  const { healthy, findings } = await check();
  expect(healthy).toBe(false);
  expect(findings).toEqual([
    expect.objectContaining({ problem: 'agent-gone', id: 'h1' }),
    { problem: 'port-in-error', id: port.id, name: 'vm', reason: 'on h1: no bridge br-int' },
    { problem: 'network-without-dhcp', id: net.id, name: 'dark', reason: 'no host serves its DHCP subnets' },
    { problem: 'router-without-host', id: router.id, name: 'r', reason: 'no host carries it' },
  ]);
});

const makePolicy = async (): Promise<string> => (await api.make('admin', 'qos/policies', { policy: {} })).id;
const addRule = (policy: string, kind: string, rule: object) =>
  api.make('admin', `qos/policies/${policy}/${kind}_rules`, { [`${kind}_rule`]: rule });

test('what is kept and not brought about is counted', async () => {
  await api.make('admin', 'metering/metering-labels', { metering_label: {} });
  const [held, other] = [await makePolicy(), await makePolicy()];
  await addRule(held, 'bandwidth_limit', { max_kbps: 1000 });
  await addRule(held, 'dscp_marking', { dscp_mark: 26 });
  await addRule(other, 'packet_rate_limit', { max_kpps: 1 });
  const { not_enforced: kept } = await check();
  expect(kept).toContainEqual({ resource: 'metering_label', count: 1, reason: 'no host counts traffic yet' });
  expect(kept).toContainEqual({
    resource: 'policy',
    count: 1,
    reason: expect.stringContaining('rules of other kinds'),
  });
  expect(kept).toHaveLength(2);
});
