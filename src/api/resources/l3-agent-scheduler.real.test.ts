import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { placeUnplaced } from '../../schedule/place.ts';
import { openTestApi, type TestApi } from '../test-api.ts';
import { refused } from '../test-routed.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
  for (const [name, roles] of [
    ['one', ['l3']],
    ['two', ['l3', 'dhcp']],
  ] as const) {
    await sql`
      insert into hosts (name, version, roles, local_ip, datapath_type)
      values (${name}, '0', ${roles}::text[], '10.98.0.11', 'netdev')`.execute(api.store.db);
  }
});
afterAll(async () => await api?.[Symbol.asyncDispose]());

const agentId = async (host: string, type: string) =>
  (await api.ask('admin', 'GET', `/v2.0/agents?host=${host}&agent_type=${type}`)).body.agents[0].id;
const agentsOf = async (router: { id: string }) =>
  (await api.ask('admin', 'GET', `/v2.0/routers/${router.id}/l3-agents`)).body.agents;
const add = (agent: string, router: { id: string }, as = 'admin') =>
  api.ask(as, 'POST', `/v2.0/agents/${agent}/l3-routers`, { router_id: router.id });
const remove = (agent: string, router: { id: string }) =>
  api.ask('admin', 'DELETE', `/v2.0/agents/${agent}/l3-routers/${router.id}`);

test('an admin places a router, and the scheduler leaves it there', async () => {
  const one = await agentId('one', 'L3 agent');
  const two = await agentId('two', 'L3 agent');
  const router = await api.make('member', 'routers', { router: {} });
  expect(await add(one, router)).toMatchObject({ status: 201, body: null });
  expect((await add(one, router)).status).toBe(201);
  expect(await add(two, router)).toMatchObject(refused(409, 'RouterHostedByL3Agent'));
  expect(await agentsOf(router)).toMatchObject([{ id: one, host: 'one', ha_state: null }]);
  expect((await api.ask('admin', 'GET', `/v2.0/agents/${one}/l3-routers`)).body.routers).toMatchObject([
    { id: router.id },
  ]);
  await sql`update hosts set heartbeat_at = now() - interval '1 hour' where name = 'one'`.execute(api.store.db);
  const net = await api.make('member', 'networks', { network: {} });
  const subnet = await api.make('member', 'subnets', {
    subnet: { network_id: net.id, ip_version: 4, cidr: '10.5.0.0/24' },
  });
  await api.ask('member', 'PUT', `/v2.0/routers/${router.id}/add_router_interface`, { subnet_id: subnet.id });
  expect(await agentsOf(router)).toMatchObject([{ id: one }]);

  expect(await remove(two, router)).toMatchObject(refused(409, 'RouterNotHostedByL3Agent'));
  expect((await remove(one, router)).status).toBe(204);
  await api.store.transaction((trx) => placeUnplaced(trx));
  expect(await agentsOf(router)).toEqual([]);
  const ports = await api.ask('admin', 'GET', `/v2.0/ports?device_id=${router.id}`);
  expect(ports.body.ports).toMatchObject([{ 'binding:host_id': '', 'binding:vif_type': 'unbound', status: 'DOWN' }]);

  // What it joins is another thing now, and so it is placed again.
  const more = await api.make('member', 'subnets', {
    subnet: { network_id: net.id, ip_version: 4, cidr: '10.6.0.0/24' },
  });
  await api.ask('member', 'PUT', `/v2.0/routers/${router.id}/add_router_interface`, { subnet_id: more.id });
  expect(await agentsOf(router)).toMatchObject([{ host: 'two' }]);
});

test('what no agent can do is said', async () => {
  const two = await agentId('two', 'L3 agent');
  const router = await api.make('member', 'routers', { router: {} });
  expect(await add(await agentId('two', 'DHCP agent'), router)).toMatchObject(refused(404, 'InvalidL3Agent'));
  const absent = '00000000-0000-0000-0000-00000000ffff';
  expect(await add(absent, router)).toMatchObject(refused(404, 'AgentNotFound'));
  expect(await add(two, { id: absent })).toMatchObject(refused(404, 'RouterNotFound'));
  const outside = await api.make('admin', 'networks', {
    network: { 'router:external': true, 'provider:network_type': 'flat', 'provider:physical_network': 'ext' },
  });
  await api.make('admin', 'subnets', { subnet: { network_id: outside.id, ip_version: 4, cidr: '203.0.113.0/24' } });
  const out = await api.make('member', 'routers', { router: { external_gateway_info: { network_id: outside.id } } });
  expect(await add(two, out)).toMatchObject(refused(409, 'RouterSchedulingFailed'));
  await api.ask('admin', 'PUT', `/v2.0/agents/${two}`, { agent: { admin_state_up: false } });
  expect(await add(two, router)).toMatchObject(refused(404, 'InvalidL3Agent'));
  expect(await add(two, router, 'member')).toMatchObject(refused(403, 'PolicyNotAuthorized'));
  expect(await agentsOf(router)).toEqual([]);
});

test('a highly available router says what it is where it is', async () => {
  await sql`update agent_settings set admin_state_up = true`.execute(api.store.db);
  const router = await api.make('admin', 'routers', { router: { ha: true } });
  expect((await add(await agentId('two', 'L3 agent'), router)).status).toBe(201);
  expect(await agentsOf(router)).toMatchObject([{ host: 'two', ha_state: 'standby' }]);
});
