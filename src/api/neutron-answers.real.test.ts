/** What a real Neutron 21 answered to these requests, with this test's ids. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestApi, type TestApi } from './test-api.ts';

const absent = '00000000-0000-0000-0000-00000000ffff';

interface World {
  readonly private: string;
  readonly subnet: string;
  readonly public: string;
  readonly isolatedSubnet: string;
  readonly isolatedPort: string;
  readonly router: string;
  readonly routerPort: string;
  readonly vm1: string;
  readonly vm1Mac: string;
  readonly vm1Ip: string;
  readonly vm2: string;
  readonly web: string;
  readonly icmpRule: string;
}

type Body = Record<string, unknown> | string | undefined;
type Case = readonly [
  note: string,
  as: string,
  request: `${'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH'} ${string}`,
  body: Body,
  status: number,
  type: string,
  message: string,
];

let api: TestApi;
let w: World;

async function build(): Promise<World> {
  const admin = api.make.bind(null, 'admin');
  const member = api.make.bind(null, 'member');
  const outside = await admin('networks', {
    network: {
      name: 'public',
      'router:external': true,
      'provider:network_type': 'flat',
      'provider:physical_network': 'external',
    },
  });
  await admin('subnets', {
    subnet: {
      network_id: outside.id,
      ip_version: 4,
      cidr: '203.0.113.0/24',
      enable_dhcp: false,
      allocation_pools: [{ start: '203.0.113.100', end: '203.0.113.200' }],
    },
  });
  const net = await member('networks', { network: { name: 'private' } });
  const subnet = await member('subnets', { subnet: { network_id: net.id, ip_version: 4, cidr: '10.0.0.0/24' } });
  const isolated = await member('networks', { network: { name: 'isolated' } });
  const isolatedSubnet = await member('subnets', {
    subnet: { network_id: isolated.id, ip_version: 4, cidr: '10.0.9.0/24', gateway_ip: null },
  });
  const isolatedPort = await member('ports', { port: { network_id: isolated.id } });
  const router = await member('routers', {
    router: { name: 'r1', external_gateway_info: { network_id: outside.id } },
  });
  const joined = await api.ask('member', 'PUT', `/v2.0/routers/${router.id}/add_router_interface`, {
    subnet_id: subnet.id,
  });
  const web = await member('security-groups', { security_group: { name: 'web' } });
  const icmp = await member('security-group-rules', {
    security_group_rule: { security_group_id: web.id, direction: 'ingress', ethertype: 'IPv4', protocol: 'icmp' },
  });
  const vm1 = await member('ports', { port: { network_id: net.id, name: 'vm1', security_groups: [web.id] } });
  const vm2 = await member('ports', { port: { network_id: net.id, name: 'vm2', security_groups: [web.id] } });
  await member('floatingips', { floatingip: { floating_network_id: outside.id, port_id: vm1.id } });
  return {
    private: net.id,
    subnet: subnet.id,
    public: outside.id,
    isolatedSubnet: isolatedSubnet.id,
    isolatedPort: isolatedPort.id,
    router: router.id,
    routerPort: joined.body.port_id,
    vm1: vm1.id,
    vm1Mac: vm1.mac_address,
    vm1Ip: vm1.fixed_ips[0].ip_address,
    vm2: vm2.id,
    web: web.id,
    icmpRule: icmp.id,
  };
}

beforeAll(async () => {
  api = await openTestApi();
  w = await build();
});
afterAll(async () => await api?.[Symbol.asyncDispose]());

const cases = (): readonly Case[] => [
  [
    '404',
    'member',
    `GET networks/${absent}`,
    undefined,
    404,
    'NetworkNotFound',
    `Network ${absent} could not be found.`,
  ],
  ['404', 'member', `GET subnets/${absent}`, undefined, 404, 'SubnetNotFound', `Subnet ${absent} could not be found.`],
  ['404', 'member', `GET ports/${absent}`, undefined, 404, 'PortNotFound', `Port ${absent} could not be found.`],
  ['404', 'member', `GET routers/${absent}`, undefined, 404, 'RouterNotFound', `Router ${absent} could not be found`],
  [
    '404',
    'member',
    `GET floatingips/${absent}`,
    undefined,
    404,
    'FloatingIPNotFound',
    `Floating IP ${absent} could not be found`,
  ],
  [
    '404',
    'member',
    `GET security-groups/${absent}`,
    undefined,
    404,
    'SecurityGroupNotFound',
    `Security group ${absent} does not exist`,
  ],
  [
    '404',
    'member',
    `GET security-group-rules/${absent}`,
    undefined,
    404,
    'SecurityGroupRuleNotFound',
    `Security group rule ${absent} does not exist`,
  ],
  ['404', 'member', `GET agents/${absent}`, undefined, 404, 'AgentNotFound', `Agent ${absent} could not be found.`],
  ['unknown resource', 'member', 'GET nosuch', undefined, 404, 'HTTPNotFound', 'The resource could not be found.'],
  [
    'not mine',
    'other',
    `GET networks/${w.private}`,
    undefined,
    404,
    'NetworkNotFound',
    `Network ${w.private} could not be found.`,
  ],
  [
    'not mine',
    'other',
    `DELETE networks/${w.private}`,
    undefined,
    404,
    'NetworkNotFound',
    `Network ${w.private} could not be found.`,
  ],
  [
    'reader may not',
    'reader',
    `DELETE networks/${w.private}`,
    undefined,
    403,
    'PolicyNotAuthorized',
    'rule:delete_network is disallowed by policy',
  ],
  [
    'in use',
    'member',
    `DELETE networks/${w.private}`,
    undefined,
    409,
    'NetworkInUse',
    `Unable to complete operation on network ${w.private}. There are one or more ports still in use on the network, id for these ports is: ${[w.routerPort, w.vm1, w.vm2].join(',')}.`,
  ],
  [
    'in use',
    'member',
    `DELETE subnets/${w.subnet}`,
    undefined,
    409,
    'SubnetInUse',
    `Unable to complete operation on subnet ${w.subnet}: One or more ports have an IP allocation from this subnet.`,
  ],
  [
    'in use',
    'member',
    `DELETE routers/${w.router}`,
    undefined,
    409,
    'RouterInUse',
    `Router ${w.router} has ports still attached: ${w.routerPort}`,
  ],
  [
    'in use',
    'member',
    `DELETE security-groups/${w.web}`,
    undefined,
    409,
    'SecurityGroupInUse',
    `Security Group ${w.web} in use.`,
  ],
  [
    'fip in the way',
    'member',
    `PUT routers/${w.router}/remove_router_interface`,
    { subnet_id: w.subnet },
    409,
    'RouterInterfaceInUseByFloatingIP',
    `Router interface for subnet ${w.subnet} on router ${w.router} cannot be deleted, as it is required by one or more floating IPs.`,
  ],
  [
    'already there',
    'member',
    `PUT routers/${w.router}/add_router_interface`,
    { subnet_id: w.subnet },
    400,
    'BadRequest',
    `Bad router request: Router already has a port on subnet ${w.subnet}.`,
  ],
  [
    'nothing given',
    'member',
    `PUT routers/${w.router}/add_router_interface`,
    {},
    400,
    'BadRequest',
    'Bad router request: Either subnet_id or port_id must be specified.',
  ],
  [
    'member may not give provider',
    'member',
    'POST networks',
    { network: { name: 'x', 'provider:network_type': 'vxlan' } },
    403,
    'PolicyNotAuthorized',
    '(rule:create_network and rule:create_network:provider:network_type) is disallowed by policy',
  ],
  [
    'bad type',
    'member',
    'POST networks',
    { network: { name: 5 } },
    400,
    'HTTPBadRequest',
    "Invalid input for name. Reason: '5' is not a valid string.",
  ],
  [
    'unknown attribute',
    'member',
    'POST networks',
    { network: { bogus: 1 } },
    400,
    'HTTPBadRequest',
    "Unrecognized attribute(s) 'bogus'",
  ],
  [
    'wrong root',
    'member',
    'POST networks',
    { net: {} },
    400,
    'HTTPBadRequest',
    "Unable to find 'network' in request body",
  ],
  ['malformed', 'member', 'POST networks', '{"network": ', 400, 'HTTPBadRequest', 'Body contains invalid data'],
  [
    'mtu too large',
    'member',
    'POST networks',
    { network: { mtu: 9000 } },
    400,
    'InvalidInput',
    'Invalid input for operation: Requested MTU is too big, maximum is 1450.',
  ],
  [
    'bad bool',
    'member',
    'POST networks',
    { network: { admin_state_up: 'maybe' } },
    400,
    'InvalidInput',
    "Invalid input for operation: 'maybe' cannot be converted to boolean.",
  ],
  [
    'read only attribute',
    'member',
    `PUT networks/${w.private}`,
    { network: { id: absent } },
    400,
    'HTTPBadRequest',
    'Cannot update read-only attribute id',
  ],
  [
    'overlap',
    'member',
    'POST subnets',
    { subnet: { network_id: w.private, ip_version: 4, cidr: '10.0.0.0/25' } },
    400,
    'InvalidInput',
    `Invalid input for operation: Requested subnet with cidr: 10.0.0.0/25 for network: ${w.private} overlaps with another subnet.`,
  ],
  [
    'bad cidr',
    'member',
    'POST subnets',
    { subnet: { network_id: w.private, ip_version: 4, cidr: '10.0.0.0/33' } },
    400,
    'InvalidInput',
    'Invalid input for operation: 10.0.0.0/33 is not in a CIDR format.',
  ],
  [
    'host bits',
    'member',
    'POST subnets',
    {
      subnet: {
        network_id: w.private,
        ip_version: 4,
        cidr: '10.3.0.0/24',
        host_routes: [{ destination: '10.9.0.5/24', nexthop: '10.3.0.9' }],
      },
    },
    400,
    'HTTPBadRequest',
    "Invalid input for host_routes. Reason: '10.9.0.5/24' is not a recognized CIDR, '10.9.0.0/24' is recommended.",
  ],
  [
    'no ip_version',
    'member',
    'POST subnets',
    { subnet: { network_id: w.private, cidr: '10.3.0.0/24' } },
    400,
    'HTTPBadRequest',
    "Failed to parse request. Required attribute 'ip_version' not specified",
  ],
  [
    'no cidr',
    'member',
    'POST subnets',
    { subnet: { network_id: w.private, ip_version: 4 } },
    400,
    'BadRequest',
    'Bad subnets request: a subnetpool must be specified in the absence of a cidr.',
  ],
  [
    'bad pool',
    'member',
    'POST subnets',
    {
      subnet: {
        network_id: w.private,
        ip_version: 4,
        cidr: '10.5.0.0/24',
        allocation_pools: [{ start: '10.5.0.9', end: '10.5.0.3' }],
      },
    },
    400,
    'InvalidAllocationPool',
    "The allocation pool {'start': '10.5.0.9', 'end': '10.5.0.3'} is not valid.",
  ],
  [
    'no network',
    'member',
    'POST ports',
    { port: { network_id: absent } },
    404,
    'NetworkNotFound',
    `Network ${absent} could not be found.`,
  ],
  [
    'address in use',
    'member',
    'POST ports',
    { port: { network_id: w.private, fixed_ips: [{ ip_address: '10.0.0.1', subnet_id: w.subnet }] } },
    409,
    'IpAddressAlreadyAllocated',
    `IP address 10.0.0.1 already allocated in subnet ${w.subnet}`,
  ],
  [
    'address outside',
    'member',
    'POST ports',
    { port: { network_id: w.private, fixed_ips: [{ ip_address: '10.77.0.1' }] } },
    400,
    'InvalidIpForNetwork',
    'IP address 10.77.0.1 is not a valid IP for any of the subnets on the specified network.',
  ],
  [
    'mac in use',
    'member',
    'POST ports',
    { port: { network_id: w.private, mac_address: w.vm1Mac } },
    409,
    'MacAddressInUse',
    `Unable to complete operation for network ${w.private}. The mac address ${w.vm1Mac} is in use.`,
  ],
  [
    'no such group',
    'member',
    'POST ports',
    { port: { network_id: w.private, security_groups: [absent] } },
    404,
    'SecurityGroupNotFound',
    `Security group ${absent} does not exist`,
  ],
  [
    'port security off with groups',
    'member',
    'POST ports',
    { port: { network_id: w.private, port_security_enabled: false, security_groups: [w.web] } },
    400,
    'PortSecurityAndIPRequiredForSecurityGroups',
    'Port security must be enabled and port must have an IP address in order to use security groups.',
  ],
  [
    'member may not bind',
    'member',
    'POST ports',
    { port: { network_id: w.private, 'binding:host_id': 'cmp1' } },
    403,
    'PolicyNotAuthorized',
    '(rule:create_port and rule:create_port:binding:host_id) is disallowed by policy',
  ],
  [
    'not external',
    'member',
    'POST floatingips',
    { floatingip: { floating_network_id: w.private } },
    400,
    'BadRequest',
    `Bad floatingip request: Network ${w.private} is not a valid external network.`,
  ],
  [
    'not reachable',
    'member',
    'POST floatingips',
    { floatingip: { floating_network_id: w.public, port_id: w.isolatedPort } },
    404,
    'ExternalGatewayForFloatingIPNotFound',
    `External network ${w.public} is not reachable from subnet ${w.isolatedSubnet}.  Therefore, cannot associate Port ${w.isolatedPort} with a Floating IP.`,
  ],
  [
    'duplicate',
    'member',
    'POST security-group-rules',
    { security_group_rule: { security_group_id: w.web, direction: 'ingress', ethertype: 'IPv4', protocol: 'icmp' } },
    409,
    'SecurityGroupRuleExists',
    `Security group rule already exists. Rule id is ${w.icmpRule}.`,
  ],
  [
    'duplicate by number',
    'member',
    'POST security-group-rules',
    { security_group_rule: { security_group_id: w.web, direction: 'ingress', ethertype: 'IPv4', protocol: 1 } },
    409,
    'SecurityGroupRuleExists',
    `Security group rule already exists. Rule id is ${w.icmpRule}.`,
  ],
  [
    'range',
    'member',
    'POST security-group-rules',
    {
      security_group_rule: {
        security_group_id: w.web,
        direction: 'ingress',
        ethertype: 'IPv4',
        protocol: 'tcp',
        port_range_min: 9,
        port_range_max: 3,
      },
    },
    400,
    'SecurityGroupInvalidPortRange',
    'For TCP/UDP protocols, port_range_min must be <= port_range_max',
  ],
  [
    'ports without protocol',
    'member',
    'POST security-group-rules',
    {
      security_group_rule: {
        security_group_id: w.web,
        direction: 'ingress',
        ethertype: 'IPv4',
        port_range_min: 3,
        port_range_max: 9,
      },
    },
    400,
    'SecurityGroupProtocolRequiredWithPorts',
    'Must also specify protocol if port range is given.',
  ],
  [
    'direction',
    'member',
    'POST security-group-rules',
    { security_group_rule: { security_group_id: w.web, direction: 'sideways' } },
    400,
    'HTTPBadRequest',
    'Invalid input for direction. Reason: sideways is not in valid_values.',
  ],
  [
    'second default',
    'member',
    'POST security-groups',
    { security_group: { name: 'default' } },
    409,
    'SecurityGroupDefaultAlreadyExists',
    'Default security group already exists.',
  ],
  [
    'unknown filter',
    'member',
    'GET networks?bogus=1',
    undefined,
    400,
    'HTTPBadRequest',
    "['bogus'] is invalid attribute for filtering",
  ],
  [
    'unknown sort key',
    'member',
    'GET networks?sort_key=bogus&sort_dir=asc',
    undefined,
    400,
    'HTTPBadRequest',
    "['bogus'] is invalid attribute for sort_keys",
  ],
  [
    'bad limit',
    'member',
    'GET networks?limit=abc',
    undefined,
    400,
    'BadRequest',
    "Bad limit request: Limit must be an integer 0 or greater and not 'abc'.",
  ],
  [
    'no tag',
    'member',
    `DELETE networks/${w.private}/tags/zzz`,
    undefined,
    404,
    'TagNotFound',
    'Tag zzz could not be found.',
  ],
  [
    'method',
    'member',
    `PATCH networks/${w.private}`,
    {},
    405,
    'HTTPMethodNotAllowed',
    'The server could not comply with the request since it is either malformed or otherwise incorrect.',
  ],
  [
    'method',
    'member',
    `POST networks/${w.private}`,
    { network: {} },
    405,
    'HTTPMethodNotAllowed',
    'The server could not comply with the request since it is either malformed or otherwise incorrect.',
  ],
];

test('errors are those of Neutron: status, type and message', async () => {
  const wrong: unknown[] = [];
  for (const [note, as, request, body, status, type, message] of cases()) {
    const [method = 'GET', path = ''] = request.split(' ');
    const answer = await api.ask(as, method as 'GET', `/v2.0/${path}`, body);
    const expected = { status, body: { NeutronError: { type, message, detail: '' } } };
    const got = { status: answer.status, body: answer.body };
    if (JSON.stringify(got) !== JSON.stringify(expected)) wrong.push({ note, request, expected, got });
    expect(answer.headers['x-openstack-request-id']).toMatch(/^req-[0-9a-f-]{36}$/);
  }
  expect(wrong).toEqual([]);
});

test('a fixed IP has one floating IP on a network', async () => {
  const answer = await api.ask('member', 'POST', '/v2.0/floatingips', {
    floatingip: { floating_network_id: w.public, port_id: w.vm1 },
  });
  expect(answer.status).toBe(409);
  expect(answer.body.NeutronError.type).toBe('FloatingIPPortAlreadyAssociated');
  expect(answer.body.NeutronError.message).toMatch(
    new RegExp(
      `^Cannot associate floating IP 203\\.0\\.113\\.\\d+ \\([0-9a-f-]{36}\\) with port ${w.vm1} using fixed IP ${w.vm1Ip}, as that fixed IP already has a floating IP on external network ${w.public}\\.$`,
    ),
  );
});

test('without a token the answer is that of keystonemiddleware', async () => {
  const answer = await api.ask('none', 'GET', '/v2.0/networks');
  expect(answer).toMatchObject({
    status: 401,
    body: {
      error: { code: 401, title: 'Unauthorized', message: 'The request you have made requires authentication.' },
    },
  });
  expect(answer.headers['www-authenticate']).toMatch(/^Keystone uri="http/);
});

describe('lists', () => {
  const names = async (query: string) =>
    (await api.ask('member', 'GET', `/v2.0/networks${query}`)).body.networks.map((one: { name: string }) => one.name);

  test('sort, filter and choose fields', async () => {
    expect(await names('?sort_key=name&sort_dir=desc&fields=name')).toEqual(['public', 'private', 'isolated']);
    expect((await names('?name=private&name=isolated')).sort()).toEqual(['isolated', 'private']);
    expect(await names('?router:external=True')).toEqual(['public']);
    expect(await names('?name=private&shared=true')).toEqual([]);
    const fields = await api.ask('member', 'GET', '/v2.0/networks?fields=id&fields=name');
    expect(Object.keys(fields.body.networks[0]).sort()).toEqual(['id', 'name']);
    expect((await api.ask('member', 'GET', '/v2.0/networks.json')).body.networks).toHaveLength(3);
  });

  test('page forward and back along links', async () => {
    const seen: string[] = [];
    let path: string | undefined = '/v2.0/networks?limit=1&sort_key=name';
    let last = '';
    while (path !== undefined) {
      const { body } = await api.ask('member', 'GET', path);
      seen.push(...body.networks.map((one: { name: string }) => one.name));
      last = path;
      const next = body.networks_links.find((link: { rel: string }) => link.rel === 'next');
      path = next && `${new URL(next.href).pathname}${new URL(next.href).search}`;
    }
    expect(seen).toEqual(['isolated', 'private', 'public']);
    expect(last).toContain('marker=');
    const back = await api.ask(
      'member',
      'GET',
      `/v2.0/networks?limit=2&sort_key=name&page_reverse=True&marker=${w.public}`,
    );
    expect(back.body.networks.map((one: { name: string }) => one.name)).toEqual(['isolated', 'private']);
  });

  test('find ports by address and part of it', async () => {
    const found = await api.ask(
      'member',
      'GET',
      `/v2.0/ports?fixed_ips=ip_address%3D10.0.0.1&fields=id&fields=fixed_ips`,
    );
    expect(found.body.ports).toEqual([
      { id: w.routerPort, fixed_ips: [{ subnet_id: w.subnet, ip_address: '10.0.0.1' }] },
    ]);
    const part = await api.ask('member', 'GET', '/v2.0/ports?fixed_ips=ip_address_substr%3D10.0.0.&fields=id');
    expect(part.body.ports.map((one: { id: string }) => one.id).sort()).toEqual([w.routerPort, w.vm1, w.vm2].sort());
    expect((await api.ask('member', 'GET', `/v2.0/ports?security_groups=${w.web}`)).body.ports).toHaveLength(2);
  });
});

test('tags are set, found and removed', async () => {
  const path = `/v2.0/networks/${w.private}/tags`;
  const before = (await api.ask('member', 'GET', `/v2.0/networks/${w.private}`)).body.network.revision_number;
  expect(await api.ask('member', 'PUT', `${path}/red`)).toMatchObject({ status: 201, body: null });
  expect(await api.ask('member', 'PUT', path, { tags: ['a', 'b'] })).toMatchObject({
    status: 200,
    body: { tags: ['a', 'b'] },
  });
  const find = async (query: string) =>
    (await api.ask('member', 'GET', `/v2.0/networks?${query}&fields=name`)).body.networks;
  expect(await find('tags=a,b')).toEqual([{ name: 'private' }]);
  expect(await find('tags-any=a,zzz')).toEqual([{ name: 'private' }]);
  expect(await find('not-tags=a&name=private')).toEqual([]);
  expect(await api.ask('member', 'GET', `${path}/a`)).toMatchObject({ status: 204 });
  expect(await api.ask('member', 'DELETE', path)).toMatchObject({ status: 204, body: '' });
  expect((await api.ask('member', 'GET', `/v2.0/networks/${w.private}`)).body.network.revision_number).toBe(before + 3);
});

test('a bulk is made whole or not at all', async () => {
  const names = async () =>
    (await api.ask('member', 'GET', '/v2.0/networks?name=b1&name=b2&fields=name')).body.networks.length;
  const bad = await api.ask('member', 'POST', '/v2.0/ports', {
    ports: [
      { network_id: w.private, name: 'half', fixed_ips: [{ ip_address: '10.0.0.77' }] },
      { network_id: w.private, name: 'half', fixed_ips: [{ ip_address: '10.0.0.77' }] },
    ],
  });
  expect(bad.status).toBe(409);
  expect((await api.ask('member', 'GET', '/v2.0/ports?name=half')).body.ports).toEqual([]);
  expect(await names()).toBe(0);
  const good = await api.ask('member', 'POST', '/v2.0/networks', { networks: [{ name: 'b1' }, { name: 'b2' }] });
  expect(good.status).toBe(201);
  expect(good.body.networks.map((one: { name: string }) => one.name)).toEqual(['b1', 'b2']);
  expect(await names()).toBe(2);
});

test('If-Match holds a change back', async () => {
  const path = `/v2.0/networks/${w.private}`;
  const { revision_number: now } = (await api.ask('member', 'GET', path)).body.network;
  const body = { network: { description: 'v' } };
  const stale = await api.ask('member', 'PUT', path, body, { 'if-match': `revision_number=${now + 5}` });
  expect(stale).toMatchObject({ status: 412, body: { NeutronError: { type: 'RevisionNumberConstraintFailed' } } });
  const fresh = await api.ask('member', 'PUT', path, body, { 'if-match': `revision_number=${now}` });
  expect(fresh.status).toBe(200);
  expect(fresh.body.network.revision_number).toBe(now + 1);
});

test('IPv6 by SLAAC: gateway, pool, address and router interface', async () => {
  const net = await api.make('member', 'networks', { network: { name: 'six' } });
  const subnet = await api.make('member', 'subnets', {
    subnet: {
      network_id: net.id,
      ip_version: 6,
      cidr: 'fd00:1::/64',
      ipv6_ra_mode: 'slaac',
      ipv6_address_mode: 'slaac',
    },
  });
  expect(subnet).toMatchObject({
    gateway_ip: 'fd00:1::',
    allocation_pools: [{ start: 'fd00:1::1', end: 'fd00:1::ffff:ffff:ffff:ffff' }],
  });
  const path = `/v2.0/routers/${w.router}`;
  const joined = await api.ask('member', 'PUT', `${path}/add_router_interface`, { subnet_id: subnet.id });
  expect(joined).toMatchObject({ status: 200, body: { id: w.router, network_id: net.id, subnet_ids: [subnet.id] } });
  const port = await api.make('member', 'ports', { port: { network_id: net.id } });
  const [a = '', b = '', c = '', d = '', e = '', f = ''] = port.mac_address.split(':');
  const own = (Number.parseInt(a, 16) ^ 2).toString(16);
  expect(port.fixed_ips[0].ip_address).toBe(
    `fd00:1::${[`${own}${b}`, `${c}ff`, `fe${d}`, `${e}${f}`].map((part) => part.replace(/^0+(?=.)/, '')).join(':')}`,
  );
  const left = await api.ask('member', 'PUT', `${path}/remove_router_interface`, { subnet_id: subnet.id });
  expect(left.body.port_id).toBe(joined.body.port_id);
  expect((await api.ask('member', 'DELETE', `/v2.0/ports/${port.id}`)).status).toBe(204);
  expect((await api.ask('member', 'DELETE', `/v2.0/networks/${net.id}`)).status).toBe(204);
});

test('routes are added and removed one by one', async () => {
  const path = `/v2.0/routers/${w.router}`;
  const route = { destination: '198.51.100.0/24', nexthop: '10.0.0.50' };
  const add = await api.ask('member', 'PUT', `${path}/add_extraroutes`, { router: { routes: [route] } });
  expect(add).toMatchObject({ status: 200, body: { router: { routes: [route] } } });
  const far = await api.ask('member', 'PUT', `${path}/add_extraroutes`, {
    router: { routes: [{ destination: '192.0.2.0/24', nexthop: '172.16.0.1' }] },
  });
  expect(far).toMatchObject({ status: 400, body: { NeutronError: { type: 'InvalidRoutes' } } });
  const remove = await api.ask('member', 'PUT', `${path}/remove_extraroutes`, { router: { routes: [route] } });
  expect(remove.body.router.routes).toEqual([]);
});

test('a floating IP is moved, freed and removed', async () => {
  const { floatingips } = (await api.ask('member', 'GET', `/v2.0/floatingips?port_id=${w.vm1}`)).body;
  const path = `/v2.0/floatingips/${floatingips[0].id}`;
  const freed = await api.ask('member', 'PUT', path, { floatingip: { port_id: null } });
  expect(freed.body.floatingip).toMatchObject({
    port_id: null,
    router_id: null,
    fixed_ip_address: null,
    port_details: null,
  });
  const moved = await api.ask('member', 'PUT', path, { floatingip: { port_id: w.vm2 } });
  expect(moved.body.floatingip).toMatchObject({ port_id: w.vm2, router_id: w.router, port_details: { name: 'vm2' } });
  expect((await api.ask('member', 'DELETE', path)).status).toBe(204);
  expect((await api.ask('admin', 'GET', `/v2.0/ports?device_owner=network:floatingip`)).body.ports).toEqual([]);
});
