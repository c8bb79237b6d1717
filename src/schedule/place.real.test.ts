import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApi, type TestApi } from '../api/test-api.ts';
import { placeUnplaced } from './place.ts';

let api: TestApi;
let outside: { id: string };

beforeAll(async () => {
  api = await openTestApi();
  outside = await api.make('admin', 'networks', {
    network: {
      name: 'public',
      'router:external': true,
      'provider:network_type': 'flat',
      'provider:physical_network': 'external',
    },
  });
  await api.make('admin', 'subnets', {
    subnet: { network_id: outside.id, ip_version: 4, cidr: '203.0.113.0/24', enable_dhcp: false },
  });
});
afterAll(async () => await api?.[Symbol.asyncDispose]());

async function addHost(name: string, roles: readonly string[], mappings: Record<string, string>): Promise<void> {
  await sql`
    insert into hosts (name, version, roles, local_ip, datapath_type, bridge_mappings)
    values (${name}, '0', ${roles}::text[], '10.98.0.11', 'netdev', ${JSON.stringify(mappings)}::jsonb)`.execute(
    api.store.db,
  );
  await api.store.transaction((trx) => placeUnplaced(trx));
}

const portsOf = async (query: string) => (await api.ask('admin', 'GET', `/v2.0/ports?${query}`)).body.ports;

test('placeUnplaced() gives routers and DHCP servers to hosts that can carry them, as hosts come and go', async () => {
  const net = await api.make('member', 'networks', { network: { name: 'private' } });
  const sub = await api.make('member', 'subnets', {
    subnet: { network_id: net.id, ip_version: 4, cidr: '10.0.0.0/24' },
  });
  const router = await api.make('member', 'routers', {
    router: { name: 'r1', external_gateway_info: { network_id: outside.id } },
  });
  expect(await portsOf('device_owner=network:dhcp')).toEqual([]);

  await addHost('compute1', [], {});
  await addHost('network0', ['dhcp', 'l3'], {});
  const [dhcp] = await portsOf(`device_owner=network:dhcp&network_id=${net.id}`);
  expect(dhcp).toMatchObject({
    device_id: expect.stringMatching(new RegExp(`^dhcp.*-${net.id}$`)),
    'binding:host_id': 'network0',
    'binding:vif_type': 'ovs',
    'binding:vif_details': { ovs_hybrid_plug: true, datapath_type: 'netdev', bridge_name: 'br-int' },
    fixed_ips: [{ subnet_id: sub.id }],
    project_id: net.project_id,
  });
  const agentsOf = async () => (await api.ask('admin', 'GET', `/v2.0/routers/${router.id}/l3-agents`)).body.agents;
  // network0 has no bridge to the external network.
  expect(await agentsOf()).toEqual([]);

  await addHost('network1', ['dhcp', 'l3'], { external: 'br-ex' });
  expect(await agentsOf()).toMatchObject([{ host: 'network1', agent_type: 'L3 agent', alive: true }]);
  expect(await portsOf('device_owner=network:router_gateway')).toMatchObject([
    { 'binding:host_id': 'network1', 'binding:vif_type': 'ovs' },
  ]);

  await api.ask('member', 'PUT', `/v2.0/routers/${router.id}/add_router_interface`, { subnet_id: sub.id });
  expect(await portsOf('device_owner=network:router_interface')).toMatchObject([{ 'binding:host_id': 'network1' }]);

  const six = await api.make('member', 'subnets', {
    subnet: {
      network_id: net.id,
      ip_version: 6,
      cidr: 'fd00:2::/64',
      ipv6_ra_mode: 'slaac',
      ipv6_address_mode: 'slaac',
    },
  });
  const [both] = await portsOf('device_owner=network:dhcp');
  expect(both.fixed_ips.map((one: { subnet_id: string }) => one.subnet_id)).toEqual([sub.id, six.id]);

  // A host that falls silent loses its DHCP server to another, which keeps port and address.
  await sql`update hosts set heartbeat_at = now() - interval '5 minutes' where name = 'network0'`.execute(api.store.db);
  await api.store.transaction((trx) => placeUnplaced(trx));
  const moved = await portsOf('device_owner=network:dhcp');
  expect(moved).toMatchObject([{ id: dhcp.id, 'binding:host_id': 'network1', fixed_ips: both.fixed_ips }]);

  // A subnet with IPv6 modes cannot go without DHCP.
  expect((await api.ask('member', 'DELETE', `/v2.0/subnets/${six.id}`)).status).toBe(204);
  const without = { subnet: { enable_dhcp: false } };
  expect((await api.ask('member', 'PUT', `/v2.0/subnets/${sub.id}`, without)).status).toBe(200);
  expect(await portsOf('device_owner=network:dhcp')).toEqual([]);
});

test('a port waits for its host to be known', async () => {
  const net = await api.make('admin', 'networks', { network: { name: 'later' } });
  const port = await api.make('admin', 'ports', { port: { network_id: net.id, 'binding:host_id': 'compute9' } });
  expect(port['binding:vif_type']).toBe('binding_failed');
  await addHost('compute9', [], {});
  expect((await api.ask('admin', 'GET', `/v2.0/ports/${port.id}`)).body.port['binding:vif_type']).toBe('ovs');
});

test('a full subnet gives its last address and then says so', async () => {
  const net = await api.make('member', 'networks', { network: { name: 'small' } });
  await api.make('member', 'subnets', {
    subnet: { network_id: net.id, ip_version: 4, cidr: '10.9.0.0/28', enable_dhcp: false },
  });
  const made = await Promise.all(
    Array.from({ length: 16 }, () => api.ask('member', 'POST', '/v2.0/ports', { port: { network_id: net.id } })),
  );
  expect(made.filter((one) => one.status === 201)).toHaveLength(13);
  expect(new Set(made.flatMap((one) => one.body.port?.fixed_ips[0].ip_address ?? [])).size).toBe(13);
  for (const refused of made.filter((one) => one.status !== 201)) {
    expect(refused).toMatchObject({ status: 409, body: { NeutronError: { type: 'IpAddressGenerationFailure' } } });
  }
});

test('a DHCP server takes the last address that is free, so that those who pick theirs begin elsewhere', async () => {
  await addHost('network2', ['dhcp'], {});
  const net = await api.make('member', 'networks', { network: { name: 'picked' } });
  const taken = { network_id: net.id, ip_version: 4, cidr: '10.10.0.0/28', enable_dhcp: false };
  const subnet = await api.make('member', 'subnets', { subnet: taken });
  const fixed = [{ ip_address: '10.10.0.14' }, { ip_address: '10.10.0.13' }].map((one) => [one]);
  for (const fixed_ips of fixed) await api.make('member', 'ports', { port: { network_id: net.id, fixed_ips } });
  await api.ask('member', 'PUT', `/v2.0/subnets/${subnet.id}`, { subnet: { enable_dhcp: true } });
  const [dhcp] = await portsOf(`device_owner=network:dhcp&network_id=${net.id}`);
  expect(dhcp?.fixed_ips).toEqual([{ subnet_id: subnet.id, ip_address: '10.10.0.12' }]);
});
