/** Agents as operators change them, and where they want the DHCP servers of networks. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { placeUnplaced } from '../schedule/place.ts';
import { openTestApi, type TestApi } from './test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
  await addHost('net1', 'nova');
  await addHost('net2', 'nova');
  await addHost('far', 'moon');
});
afterAll(async () => await api?.[Symbol.asyncDispose]());

async function addHost(name: string, zone: string): Promise<void> {
  await sql`
    insert into hosts (name, version, roles, local_ip, datapath_type, availability_zone)
    values (${name}, '0', '{dhcp,l3}', '10.98.0.11', 'netdev', ${zone})`.execute(api.store.db);
}

const error = (status: number, errorType: string) => ({ status, body: { NeutronError: { type: errorType } } });
const agentOf = async (host: string, type = 'DHCP agent') =>
  (await api.ask('admin', 'GET', `/v2.0/agents?host=${host}&agent_type=${encodeURIComponent(type)}`)).body.agents[0];
const hostsOf = async (networkId: string): Promise<string[]> =>
  (await api.ask('admin', 'GET', `/v2.0/networks/${networkId}/dhcp-agents`)).body.agents.map(
    (one: { host: string }) => one.host,
  );
const dhcpPort = async (networkId: string) =>
  (await api.ask('admin', 'GET', `/v2.0/ports?network_id=${networkId}&device_owner=network:dhcp`)).body.ports;

async function served(hints: readonly string[] = []): Promise<string> {
  const { id } = await api.make('member', 'networks', { network: { availability_zone_hints: hints } });
  await api.make('member', 'subnets', { subnet: { network_id: id, ip_version: 4, cidr: '10.0.0.0/24' } });
  return id;
}

describe('agents', () => {
  test('are listed by kind, sorted and filtered', async () => {
    const { body } = await api.ask(
      'admin',
      'GET',
      '/v2.0/agents?sort_key=host&sort_key=agent_type&sort_dir=asc&sort_dir=desc',
    );
    expect(body.agents.map((one: { host: string; agent_type: string }) => [one.host, one.agent_type])).toEqual(
      ['far', 'net1', 'net2'].flatMap((host) =>
        ['Open vSwitch agent', 'L3 agent', 'DHCP agent'].map((type) => [host, type]),
      ),
    );
    const alive = await api.ask(
      'admin',
      'GET',
      '/v2.0/agents?alive=true&binary=neutron-dhcp-agent&availability_zone=moon',
    );
    expect(alive.body.agents).toMatchObject([{ host: 'far', description: null, resources_synced: null, alive: true }]);
    expect((await api.ask('member', 'GET', '/v2.0/agents')).body.agents).toEqual([]);
  });

  test('are described and switched off, each by itself', async () => {
    const { id } = await agentOf('net2');
    const path = `/v2.0/agents/${id}`;
    const described = await api.ask('admin', 'PUT', path, { agent: { description: 'spare' } });
    expect(described.body.agent).toMatchObject({ description: 'spare', admin_state_up: true });
    const off = await api.ask('admin', 'PUT', path, { agent: { admin_state_up: false } });
    expect(off.body.agent).toMatchObject({ description: 'spare', admin_state_up: false });
    expect((await agentOf('net2', 'L3 agent')).admin_state_up).toBe(true);
    expect(await api.ask('admin', 'PUT', path, { agent: { host: 'other' } })).toMatchObject(
      error(400, 'HTTPBadRequest'),
    );
    expect(await api.ask('member', 'PUT', path, { agent: {} })).toMatchObject(error(404, 'AgentNotFound'));
    const network = await served();
    await served();
    for (const host of await hostsOf(network)) expect(host).not.toBe('net2');
    await api.ask('admin', 'PUT', path, { agent: { admin_state_up: true, description: null } });
  });

  test('are deleted, and back when their host is heard of', async () => {
    await addHost('old', 'nova');
    await sql`update hosts set heartbeat_at = now() - interval '1 hour' where name = 'old'`.execute(api.store.db);
    const { id } = await agentOf('old');
    expect((await api.ask('admin', 'DELETE', `/v2.0/agents/${id}`)).status).toBe(204);
    expect(await api.ask('admin', 'GET', `/v2.0/agents/${id}`)).toMatchObject(error(404, 'AgentNotFound'));
    expect(await api.ask('admin', 'DELETE', `/v2.0/agents/${id}`)).toMatchObject(error(404, 'AgentNotFound'));
    expect(await agentOf('old', 'L3 agent')).toMatchObject({ alive: false });
    await sql`update hosts set heartbeat_at = now() where name = 'old'`.execute(api.store.db);
    expect(await agentOf('old')).toMatchObject({ id, alive: true });
    await sql`delete from hosts where name = 'old'`.execute(api.store.db);
  });
});

test('zones are those of the hosts, for admins', async () => {
  const { body } = await api.ask('admin', 'GET', '/v2.0/availability_zones?resource=network');
  expect(body.availability_zones).toEqual([
    { name: 'moon', resource: 'network', state: 'available' },
    { name: 'nova', resource: 'network', state: 'available' },
  ]);
  expect((await api.ask('member', 'GET', '/v2.0/availability_zones')).body.availability_zones).toEqual([]);
  expect((await api.ask('admin', 'GET', '/v2.0/availability_zones?state=unavailable')).body.availability_zones).toEqual(
    [],
  );
  const network = await served(['moon']);
  expect(await hostsOf(network)).toEqual(['far']);
  const shown = (await api.ask('member', 'GET', `/v2.0/networks/${network}`)).body.network;
  expect(shown).toMatchObject({ availability_zone_hints: ['moon'], availability_zones: ['moon'] });
});

describe('a DHCP server', () => {
  const add = async (host: string, networkId: string) =>
    await api.ask('admin', 'POST', `/v2.0/agents/${(await agentOf(host)).id}/dhcp-networks`, { network_id: networkId });
  const remove = async (host: string, networkId: string) =>
    await api.ask('admin', 'DELETE', `/v2.0/agents/${(await agentOf(host)).id}/dhcp-networks/${networkId}`);
  const networksOf = async (host: string): Promise<string[]> =>
    (await api.ask('admin', 'GET', `/v2.0/agents/${(await agentOf(host)).id}/dhcp-networks`)).body.networks.map(
      (one: { id: string }) => one.id,
    );

  test('moves with port and address to where an operator wants it, and stays there', async () => {
    const network = await served();
    const [from = ''] = await hostsOf(network);
    const to = from === 'net1' ? 'net2' : 'net1';
    const [before] = await dhcpPort(network);
    expect((await remove(from, network)).status).toBe(204);
    expect(await hostsOf(network)).toEqual([]);
    expect(await dhcpPort(network)).toMatchObject([
      { id: before.id, device_id: 'reserved_dhcp_port', 'binding:host_id': '', status: 'DOWN' },
    ]);
    await api.store.transaction((trx) => placeUnplaced(trx));
    expect(await hostsOf(network)).toEqual([]);

    const added = await add(to, network);
    expect(added).toMatchObject({ status: 201, body: null });
    expect(await dhcpPort(network)).toMatchObject([
      { id: before.id, fixed_ips: before.fixed_ips, 'binding:host_id': to, 'binding:vif_type': 'ovs' },
    ]);
    await api.store.transaction((trx) => placeUnplaced(trx));
    expect(await hostsOf(network)).toEqual([to]);
    expect(await networksOf(to)).toContain(network);
    expect(await networksOf(from)).not.toContain(network);

    // Where the chosen host fails, another takes over, not the one that was refused.
    await sql`update hosts set heartbeat_at = now() - interval '5 minutes' where name = ${to}`.execute(api.store.db);
    await api.store.transaction((trx) => placeUnplaced(trx));
    expect(await hostsOf(network)).toEqual(['far']);
    await sql`update hosts set heartbeat_at = now() where name = ${to}`.execute(api.store.db);
    await api.store.transaction((trx) => placeUnplaced(trx));
    expect(await hostsOf(network)).toEqual(['far']);
  });

  test('of a second host stands beside the first', async () => {
    const network = await served();
    const [first = ''] = await hostsOf(network);
    const second = first === 'far' ? 'net1' : 'far';
    await add(second, network);
    expect((await hostsOf(network)).sort()).toEqual([first, second].sort());
    expect(await dhcpPort(network)).toHaveLength(2);
  });

  test('is wanted before there is a subnet', async () => {
    const { id } = await api.make('member', 'networks', { network: {} });
    expect((await add('far', id)).status).toBe(201);
    expect(await networksOf('far')).toContain(id);
    expect(await dhcpPort(id)).toEqual([]);
    await api.make('member', 'subnets', { subnet: { network_id: id, ip_version: 4, cidr: '10.0.0.0/24' } });
    expect(await dhcpPort(id)).toMatchObject([{ 'binding:host_id': 'far' }]);
    const none = await api.make('member', 'networks', { network: {} });
    await add('far', none.id);
    expect((await remove('far', none.id)).status).toBe(204);
    expect(await networksOf('far')).not.toContain(none.id);
  });

  test('is refused where Neutron refuses', async () => {
    const network = await served();
    const [host = ''] = await hostsOf(network);
    const elsewhere = host === 'net1' ? 'net2' : 'net1';
    const absent = '00000000-0000-0000-0000-00000000ffff';
    expect(await add(host, network)).toMatchObject(error(409, 'NetworkHostedByDHCPAgent'));
    expect(await remove(elsewhere, network)).toMatchObject(error(409, 'NetworkNotHostedByDhcpAgent'));
    expect(await add(elsewhere, absent)).toMatchObject(error(404, 'NetworkNotFound'));
    const l3 = (await agentOf(host, 'L3 agent')).id;
    const path = `/v2.0/agents/${l3}/dhcp-networks`;
    expect(await api.ask('admin', 'POST', path, { network_id: network })).toMatchObject(error(404, 'InvalidDHCPAgent'));
    expect(await api.ask('admin', 'POST', path, {})).toMatchObject(error(400, 'HTTPBadRequest'));
    expect(await api.ask('member', 'POST', path, { network_id: network })).toMatchObject(
      error(403, 'PolicyNotAuthorized'),
    );
    expect((await api.ask('admin', 'GET', path)).body.networks).toEqual([]);
    expect(
      await api.ask('admin', 'POST', `/v2.0/agents/${absent}/dhcp-networks`, { network_id: network }),
    ).toMatchObject(error(404, 'AgentNotFound'));
  });

  test('of twenty who want it there at once one is told yes', async () => {
    const { id } = await api.make('member', 'networks', { network: {} });
    const answers = await Promise.all(Array.from({ length: 20 }, () => add('net1', id)));
    expect(answers.map((one) => one.status).sort()).toEqual([201, ...Array(19).fill(409)]);
  });
});
