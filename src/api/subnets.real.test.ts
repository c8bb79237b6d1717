import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestApi, type TestApi, testProject } from './test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(async () => await api?.[Symbol.asyncDispose]());

const makeNetwork = async (as = 'member', given: object = {}) => await api.make(as, 'networks', { network: given });
const make = async (given: Record<string, unknown>, as = 'member') =>
  await api.ask(as, 'POST', '/v2.0/subnets', {
    subnet: { network_id: (await makeNetwork()).id, ip_version: 4, cidr: '10.0.0.0/24', ...given },
  });
const put = async (id: string, changes: object, as = 'member') =>
  await api.ask(as, 'PUT', `/v2.0/subnets/${id}`, { subnet: changes });
const refused = (status: number, type: string, message?: string) => ({
  status,
  body: { NeutronError: { type, ...(message === undefined ? {} : { message }) } },
});
const list = (count: number, one: (index: number) => unknown) =>
  Array.from({ length: count }, (_, index) => one(index));

describe('what a subnet may be', () => {
  test.each<[string, Record<string, unknown>, string, string?]>([
    [
      'DHCP in a /31',
      { cidr: '10.0.0.0/31' },
      'InvalidInput',
      'Subnet has a prefix length that is incompatible with DHCP service enabled',
    ],
    ['DHCP in a /127', { ip_version: 6, cidr: 'fd00::/127' }, 'InvalidInput'],
    [
      'DHCP for multicast',
      { cidr: '224.0.0.0/24' },
      'InvalidInput',
      'Multicast IP subnet is not supported if enable_dhcp is True',
    ],
    [
      'DHCP for loopback',
      { cidr: '127.1.0.0/24' },
      'InvalidInput',
      'Loopback IP subnet is not supported if enable_dhcp is True',
    ],
    [
      'DHCP from 0.0.0.0',
      { cidr: '0.0.0.0/24' },
      'InvalidInput',
      "First IP '0.0.0.0' of network is not supported if enable_dhcp is True",
    ],
    ['a /0', { cidr: '0.0.0.0/0' }, 'InvalidInput', '0 is not allowed as CIDR prefix length'],
    ['the network address as a gateway', { gateway_ip: '10.0.0.0' }, 'InvalidInput', 'Gateway is not valid on subnet'],
    [
      'the broadcast address as a gateway',
      { gateway_ip: '10.0.0.255' },
      'InvalidInput',
      'Gateway is not valid on subnet',
    ],
    [
      'a gateway of IPv6',
      { gateway_ip: 'fd00::1' },
      'InvalidInput',
      "gateway_ip 'fd00::1' does not match the ip_version '4'",
    ],
    [
      'a gateway in a pool',
      { gateway_ip: '10.0.0.9', allocation_pools: [{ start: '10.0.0.5', end: '10.0.0.20' }] },
      'GatewayConflictWithAllocationPools',
    ],
    [
      'a pool with the broadcast address',
      { allocation_pools: [{ start: '10.0.0.5', end: '10.0.0.255' }] },
      'OutOfBoundsAllocationPool',
    ],
    ['a name server of IPv6', { dns_nameservers: ['fd00::1'] }, 'InvalidInput'],
    ['six name servers', { dns_nameservers: list(6, (n) => `10.9.9.${n}`) }, 'DNSNameServersExhausted'],
    [
      '21 routes',
      { host_routes: list(21, (n) => ({ destination: `10.9.${n}.0/24`, nexthop: '10.0.0.9' })) },
      'HostRoutesExhausted',
    ],
    ['a route to loopback', { host_routes: [{ destination: '127.0.0.0/24', nexthop: '10.0.0.9' }] }, 'HTTPBadRequest'],
    [
      'an IPv6 mode for IPv4',
      { ipv6_ra_mode: 'slaac' },
      'InvalidInput',
      'ipv6_ra_mode is not valid when ip_version is 4',
    ],
    ['SLAAC in a /63', { ip_version: 6, cidr: 'fd00::/63', ipv6_address_mode: 'slaac' }, 'InvalidInput'],
    [
      'two IPv6 modes',
      { ip_version: 6, cidr: 'fd00::/64', ipv6_ra_mode: 'slaac', ipv6_address_mode: 'dhcpv6-stateful' },
      'InvalidInput',
    ],
    [
      'IPv6 modes without DHCP',
      { ip_version: 6, cidr: 'fd00::/64', ipv6_ra_mode: 'slaac', enable_dhcp: false },
      'InvalidInput',
    ],
    ['service types that are no list', { service_types: 'compute:nova' }, 'HTTPBadRequest'],
    [
      'a service type that is no owner',
      { service_types: ['fake:type'] },
      'InvalidSubnetServiceType',
      'Subnet service type fake:type does not correspond to a valid device owner.',
    ],
    [
      'a service type that is no text',
      { service_types: [1] },
      'InvalidInputSubnetServiceType',
      'Subnet service type 1 is not a string.',
    ],
    [
      'router:external',
      { 'router:external': true },
      'HTTPBadRequest',
      "Attribute 'router:external' not allowed in POST",
    ],
  ])('not %s', async (_what, given, type, message) => {
    const answer = await make(given);
    const text =
      type === 'InvalidInput' && message !== undefined ? `Invalid input for operation: ${message}.` : message;
    const status = type === 'GatewayConflictWithAllocationPools' ? 409 : 400;
    expect(answer).toMatchObject(refused(status, type, text));
  });

  test('without DHCP it may be small, and of any block', async () => {
    for (const cidr of ['10.0.0.0/31', '10.0.0.1/32', '224.0.0.0/24']) {
      expect((await make({ cidr, enable_dhcp: false })).status).toBe(201);
    }
    const { subnet } = (await make({ cidr: '10.0.0.77/24', gateway_ip: '10.3.0.1' })).body;
    expect(subnet).toMatchObject({ cidr: '10.0.0.0/24', gateway_ip: '10.3.0.1' });
    expect(
      await put((await make({ cidr: '224.0.0.0/24', enable_dhcp: false })).body.subnet.id, { enable_dhcp: true }),
    ).toMatchObject(refused(400, 'InvalidInput'));
  });

  test('it has tags, service types and dns_publish_fixed_ip from the beginning', async () => {
    const given = { tags: ['a'], service_types: ['compute:nova', 'network:floatingip'], dns_publish_fixed_ip: true };
    const { subnet } = (await make(given)).body;
    expect(subnet).toMatchObject({ ...given, 'router:external': false, project_id: testProject });
    const changed = await put(subnet.id, { service_types: [], dns_publish_fixed_ip: false });
    expect(changed.body.subnet).toMatchObject({ service_types: [], dns_publish_fixed_ip: false, revision_number: 1 });
  });
});

test('DHCP stays where IPv6 modes are set, and comes and goes elsewhere', async () => {
  const six = (await make({ ip_version: 6, cidr: 'fd00:2::/64', ipv6_ra_mode: 'slaac', ipv6_address_mode: 'slaac' }))
    .body;
  expect(await put(six.subnet.id, { enable_dhcp: false })).toMatchObject(
    refused(400, 'InvalidInput', 'Invalid input for operation: Cannot disable enable_dhcp with ipv6 attributes set.'),
  );
  const four = (await make({})).body.subnet;
  expect((await put(four.id, { enable_dhcp: false })).body.subnet.enable_dhcp).toBe(false);
  expect((await put(four.id, { enable_dhcp: true })).body.subnet.enable_dhcp).toBe(true);
});

test('a gateway moves while no router has it', async () => {
  const { subnet } = (await make({ allocation_pools: [{ start: '10.0.0.10', end: '10.0.0.20' }] })).body;
  expect((await put(subnet.id, { gateway_ip: '10.0.0.2' })).body.subnet.gateway_ip).toBe('10.0.0.2');
  expect(await put(subnet.id, { gateway_ip: '10.0.0.15' })).toMatchObject(
    refused(409, 'GatewayConflictWithAllocationPools'),
  );
  const router = await api.make('member', 'routers', { router: {} });
  await api.ask('member', 'PUT', `/v2.0/routers/${router.id}/add_router_interface`, { subnet_id: subnet.id });
  expect(await put(subnet.id, { gateway_ip: '10.0.0.3' })).toMatchObject(refused(409, 'GatewayIpInUse'));
  expect(await api.ask('member', 'DELETE', `/v2.0/subnets/${subnet.id}`)).toMatchObject(refused(409, 'SubnetInUse'));
  expect(await put(subnet.id, { dns_nameservers: list(6, (n) => `10.9.9.${n}`) })).toMatchObject(
    refused(
      400,
      'DNSNameServersExhausted',
      `Unable to complete operation for ${subnet.id}. The number of DNS nameservers exceeds the limit 5.`,
    ),
  );
});

test('ports have addresses of the subnets that are for their owner', async () => {
  const net = await makeNetwork();
  const subnet = async (cidr: string, service_types: readonly string[]) =>
    await api.make('member', 'subnets', { subnet: { network_id: net.id, ip_version: 4, cidr, service_types } });
  const port = async (device_owner: string, more: object = {}) =>
    await api.ask('member', 'POST', '/v2.0/ports', { port: { network_id: net.id, device_owner, ...more } });
  const first = await subnet('10.1.0.0/24', ['compute:one']);
  expect(await port('compute:two')).toMatchObject(
    refused(
      409,
      'IpAddressGenerationFailureNoMatchingSubnet',
      `No valid service subnet for the given device owner, network ${net.id}, service type compute:two.`,
    ),
  );
  const common = await subnet('10.2.0.0/24', []);
  const second = await subnet('10.3.0.0/24', ['compute:two', 'compute:three']);
  for (const [owner, wanted] of [
    ['compute:one', first],
    ['compute:two', second],
    ['compute:nova', common],
  ] as const) {
    expect((await port(owner)).body.port.fixed_ips).toEqual([{ subnet_id: wanted.id, ip_address: expect.anything() }]);
  }
  expect(await port('compute:nova', { fixed_ips: [{ subnet_id: first.id }] })).toMatchObject(
    refused(400, 'InvalidInput'),
  );
});

test('a router gets an address of a subnet that its external network gets later', async () => {
  const external = await makeNetwork('admin', { 'router:external': true });
  const make4 = { network_id: external.id, ip_version: 4, cidr: '203.0.113.0/24' };
  await api.make('admin', 'subnets', { subnet: make4 });
  const router = await api.make('member', 'routers', {
    router: { external_gateway_info: { network_id: external.id } },
  });
  const six = await api.make('admin', 'subnets', {
    subnet: { network_id: external.id, ip_version: 6, cidr: 'fd00:f::/64' },
  });
  await api.make('admin', 'subnets', { subnet: { ...make4, cidr: '198.51.100.0/24' } });
  expect(six['router:external']).toBe(true);
  const seen = (await api.ask('admin', 'GET', `/v2.0/routers/${router.id}`)).body.router.external_gateway_info;
  expect(seen.external_fixed_ips.map((one: { subnet_id: string }) => one.subnet_id)).toContain(six.id);
  expect(seen.external_fixed_ips).toHaveLength(2);
  expect((await api.ask('admin', 'GET', '/v2.0/subnets?router:external=true')).body.subnets).toHaveLength(3);
  expect((await api.ask('member', 'GET', `/v2.0/subnets/${six.id}`)).status).toBe(404);
});

test('addresses are counted by subnet, pool and IP version', async () => {
  const net = await makeNetwork();
  const four = await api.make('member', 'subnets', {
    subnet: {
      network_id: net.id,
      ip_version: 4,
      cidr: '10.50.0.0/24',
      enable_dhcp: false,
      allocation_pools: [{ start: '10.50.0.10', end: '10.50.0.19' }],
    },
  });
  await api.make('member', 'subnets', {
    subnet: { network_id: net.id, ip_version: 6, cidr: 'fd00:50::/120', enable_dhcp: false },
  });
  for (const ip_address of ['10.50.0.200', '10.50.0.11']) {
    await api.make('member', 'ports', { port: { network_id: net.id, fixed_ips: [{ ip_address }] } });
  }
  const path = '/v2.0/network-ip-availabilities';
  const { network_ip_availability: both } = (await api.ask('admin', 'GET', `${path}/${net.id}`)).body;
  expect(both).toMatchObject({ network_id: net.id, used_ips: 2, total_ips: 10 + 255, project_id: testProject });
  const details = {
    total_ips_in_subnet: 254,
    total_ips_in_allocation_pool: 10,
    used_ips_in_subnet: 2,
    used_ips_in_allocation_pool: 1,
  };
  const [availability] = (await api.ask('admin', 'GET', `${path}?ip_version=4&network_id=${net.id}`)).body
    .network_ip_availabilities;
  expect(availability).toMatchObject({ used_ips: 2, total_ips: 10, ip_availability_details: details });
  expect(availability.subnet_ip_availability).toEqual([
    {
      subnet_id: four.id,
      subnet_name: '',
      ip_version: 4,
      cidr: '10.50.0.0/24',
      used_ips: 2,
      total_ips: 10,
      ip_availability_details: details,
    },
  ]);
  const some = await api.ask('admin', 'GET', `${path}/${net.id}?fields=total_ips`);
  expect(some.body.network_ip_availability).toEqual({ total_ips: 265 });
  expect(await api.ask('member', 'GET', `${path}/${net.id}`)).toMatchObject(refused(404, 'NetworkNotFound'));
});
