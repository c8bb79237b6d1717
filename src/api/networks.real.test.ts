/** Networks: their segments, what else they are made of, and who may say what. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestApi, type TestAnswer, type TestApi, testProject } from './test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi({
    network_vlan_ranges: ['physnet1:100:109', 'physnet2'],
    flat_networks: ['public'],
    vni_ranges: ['1:2000'],
  });
});
afterAll(async () => await api?.[Symbol.asyncDispose]());

const type = 'provider:network_type';
const physical = 'provider:physical_network';
const number = 'provider:segmentation_id';

const post = (as: string, network: Record<string, unknown>): Promise<TestAnswer> =>
  api.ask(as, 'POST', '/v2.0/networks', { network });
const put = (id: string, network: Record<string, unknown>): Promise<TestAnswer> =>
  api.ask('admin', 'PUT', `/v2.0/networks/${id}`, { network });
const error = (status: number, errorType: string) => ({ status, body: { NeutronError: { type: errorType } } });

describe('provider attributes', () => {
  test.each([
    [
      { [type]: 'vlan', [physical]: 'physnet1', [number]: 3000 },
      { mtu: 1500, [number]: 3000 },
    ],
    [
      { [type]: 'vlan', [physical]: 'physnet1' },
      { mtu: 1500, [number]: expect.any(Number) },
    ],
    [{ [type]: 'vlan' }, { [physical]: 'physnet1' }],
    [
      { [type]: 'flat', [physical]: 'public' },
      { mtu: 1500, [number]: null },
    ],
    [
      { [type]: 'vxlan', [number]: 70000 },
      { mtu: 1450, [physical]: null },
    ],
    [{ [type]: 'geneve', [number]: 7 }, { mtu: 1450 }],
    [
      { [type]: 'gre', [number]: 4294967295 },
      { mtu: 1458, [number]: 4294967295 },
    ],
    [{ [type]: 'local' }, { mtu: 1500, [physical]: null, [number]: null }],
  ])('%j is made', async (given, wanted) => {
    const network = await api.make('admin', 'networks', { network: given });
    expect(network).toMatchObject({ ...given, ...wanted });
    expect(network).not.toHaveProperty('segments');
  });

  test.each([
    [{ [physical]: 'physnet1' }, 400, 'InvalidInput', 'network_type required'],
    [{ [type]: 'tunnel' }, 400, 'InvalidInput', "network_type value 'tunnel' not supported"],
    [{ [type]: 'flat' }, 400, 'InvalidInput', 'physical_network required for flat provider network'],
    [{ [type]: 'flat', [physical]: 'other' }, 400, 'InvalidInput', "physical_network 'other' unknown for flat"],
    [{ [type]: 'flat', [physical]: 'public', [number]: 1 }, 400, 'InvalidInput', 'segmentation_id prohibited for flat'],
    [
      { [type]: 'vlan', [physical]: 'other', [number]: 5 },
      400,
      'InvalidInput',
      "physical_network 'other' unknown for VLAN",
    ],
    [
      { [type]: 'vlan', [physical]: 'physnet2' },
      400,
      'InvalidInput',
      'Physical network physnet2 requires segmentation_id',
    ],
    [{ [type]: 'vlan', [number]: 5 }, 400, 'InvalidInput', 'segmentation_id requires physical_network'],
    [{ [type]: 'vlan', [physical]: 'physnet1', [number]: 4095 }, 400, 'InvalidInput', 'out of range (1 through 4094)'],
    [{ [type]: 'vxlan', [physical]: 'physnet1' }, 400, 'InvalidInput', 'provider:physical_network specified for vxlan'],
    [{ [type]: 'local', [number]: 1 }, 400, 'InvalidInput', 'segmentation_id prohibited for local'],
    [{ [type]: 'geneve' }, 503, 'NoNetworkAvailable', 'No available network found'],
    [{ [type]: 'vxlan', [number]: 70000 }, 409, 'TunnelIdInUse', 'The tunnel ID 70000 is in use'],
    [
      { [type]: 'vlan', [physical]: 'physnet1', [number]: 3000 },
      409,
      'VlanIdInUse',
      'The VLAN 3000 on physical network',
    ],
    [{ [type]: 'flat', [physical]: 'public' }, 409, 'FlatNetworkInUse', 'Physical network public is in use'],
    [
      { [type]: 'vxlan', segments: [{ [type]: 'vxlan' }] },
      400,
      'SegmentsSetInConjunctionWithProviders',
      'cannot both be set',
    ],
    [{ mtu: 1501 }, 400, 'InvalidInput', 'Requested MTU is too big, maximum is 1450'],
    [{ mtu: 67 }, 400, 'InvalidInput', 'smaller than the minimum'],
  ])('%j is refused', async (given, status, errorType, message) => {
    const before = (await api.ask('admin', 'GET', '/v2.0/segments?fields=id')).body.segments;
    const answer = await post('admin', given);
    expect(answer).toMatchObject(error(status, errorType));
    expect(answer.body.NeutronError.message).toContain(message);
    expect((await api.ask('admin', 'GET', '/v2.0/segments?fields=id')).body.segments).toEqual(before);
  });

  test('of twenty who want the same VLAN at once one gets it', async () => {
    const made = await Promise.all(
      Array.from({ length: 20 }, () => post('admin', { [type]: 'vlan', [physical]: 'physnet2', [number]: 77 })),
    );
    expect(made.map((one) => one.status).sort()).toEqual([201, ...Array(19).fill(409)]);
  });

  test('the last number is found, and then there is none', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => post('admin', { [type]: 'vlan' })));
    const made = answers.filter((one) => one.status === 201).map((one) => one.body.network);
    const all = (await api.ask('admin', 'GET', `/v2.0/networks?${type}=vlan&${physical}=physnet1`)).body.networks;
    expect(all.filter((one: Record<string, number>) => (one[number] ?? 0) < 110)).toHaveLength(10);
    expect(answers.filter((one) => one.status === 503).length).toBe(12 - made.length);
    for (const one of made) await api.ask('admin', 'DELETE', `/v2.0/networks/${one.id}`);
  });

  test('members neither see nor give them', async () => {
    const own = await api.make('member', 'networks', { network: { name: 'plain' } });
    for (const name of [type, physical, number, 'segments']) expect(own).not.toHaveProperty(name);
    const refused = await post('member', { [type]: 'vxlan' });
    expect(refused).toMatchObject(error(403, 'PolicyNotAuthorized'));
    expect(refused.body.NeutronError.message).toBe(
      '(rule:create_network and rule:create_network:provider:network_type) is disallowed by policy',
    );
    for (const given of [{ segments: [{ [type]: 'vxlan' }] }, { shared: true }, { is_default: true }]) {
      expect(await post('member', given)).toMatchObject(error(403, 'PolicyNotAuthorized'));
    }
  });

  test('only the number may change', async () => {
    const network = await api.make('admin', 'networks', {
      network: { [type]: 'vlan', [physical]: 'physnet2', [number]: 500 },
    });
    expect((await put(network.id, { [number]: 501 })).body.network).toMatchObject({ [number]: 501, [type]: 'vlan' });
    expect(await put(network.id, { [type]: 'vxlan' })).toMatchObject(error(400, 'InvalidInput'));
    expect(await put(network.id, { [physical]: 'physnet1' })).toMatchObject(error(400, 'InvalidInput'));
    expect(await put(network.id, { [number]: 77 })).toMatchObject(error(409, 'VlanIdInUse'));
    expect(await put(network.id, { [number]: 5000 })).toMatchObject(error(400, 'InvalidInput'));
    expect((await put(network.id, { [type]: 'vlan', name: 'renamed' })).body.network).toMatchObject({
      [number]: 501,
      name: 'renamed',
    });
    const flat = (await api.ask('admin', 'GET', `/v2.0/networks?${type}=flat`)).body.networks[0];
    expect(await put(flat.id, { [number]: 5 })).toMatchObject(error(400, 'InvalidInput'));
  });
});

describe('several segments', () => {
  const segments = [
    { [type]: 'vlan', [physical]: 'physnet1', [number]: 2000 },
    { [type]: 'vlan', [physical]: 'physnet2', [number]: 2000 },
    { [type]: 'vxlan', [number]: 200000 },
  ];

  test('are shown instead of provider attributes', async () => {
    const network = await api.make('admin', 'networks', { network: { name: 'many', segments } });
    expect(network.segments).toEqual([segments[0], segments[1], { ...segments[2], [physical]: null }]);
    expect(network).not.toHaveProperty(type);
    expect(network.mtu).toBe(1450);
    const found = await api.ask('admin', 'GET', `/v2.0/networks?${physical}=physnet2&${number}=2000&fields=name`);
    expect(found.body.networks).toEqual([{ name: 'many' }]);
    expect(await put(network.id, { [number]: 3 })).toMatchObject(error(400, 'InvalidInput'));
    expect(await put(network.id, { segments: [] })).toMatchObject(error(400, 'InvalidInput'));
  });

  test.each([
    [[segments[0], segments[0]], 400, 'SegmentsContainDuplicateEntry'],
    [[{ [type]: 'vxlan' }, segments[0]], 409, 'VlanIdInUse'],
    [[{ [type]: 'vlan', colour: 'red' }], 400, 'HTTPBadRequest'],
    ['vlan', 400, 'HTTPBadRequest'],
    [[{}], 400, 'InvalidInput'],
  ])('%j are refused, and none is taken', async (given, status, errorType) => {
    const count = async () => (await api.ask('admin', 'GET', '/v2.0/segments?fields=id')).body.segments.length;
    const before = await count();
    expect(await post('admin', { segments: given })).toMatchObject(error(status, errorType));
    expect(await count()).toBe(before);
  });
});

describe('other attributes', () => {
  test('one external network is the default', async () => {
    const external = { 'router:external': true, is_default: true };
    const answers = await Promise.all(Array.from({ length: 8 }, () => post('admin', external)));
    expect(answers.map((one) => one.status).sort()).toEqual([201, ...Array(7).fill(409)]);
    const first = answers.find((one) => one.status === 201)?.body.network;
    expect(first.is_default).toBe(true);
    const second = answers.find((one) => one.status === 409);
    expect(second?.body.NeutronError).toMatchObject({
      type: 'DefaultExternalNetworkExists',
      message: `A default external network already exists: ${first.id}.`,
    });
    const other = await api.make('admin', 'networks', { network: { 'router:external': true } });
    expect(await put(other.id, { is_default: true })).toMatchObject(error(409, 'DefaultExternalNetworkExists'));
    expect((await put(first.id, { 'router:external': false })).body.network).not.toHaveProperty('is_default');
    expect((await put(other.id, { is_default: true })).body.network.is_default).toBe(true);
  });

  test('what the hosts cannot do is refused', async () => {
    expect(await post('member', { vlan_transparent: true })).toMatchObject(error(400, 'VlanTransparencyDriverError'));
    expect(await post('member', { qinq: true })).toMatchObject(error(400, 'VlanQinqDriverError'));
    const network = await api.make('member', 'networks', { network: { vlan_transparent: false, qinq: false } });
    expect(network).toMatchObject({ vlan_transparent: false, qinq: false, l2_adjacency: true });
  });

  test('a zone must be known', async () => {
    expect(await post('member', { availability_zone_hints: ['moon'] })).toMatchObject(
      error(404, 'AvailabilityZoneNotFound'),
    );
    expect(await post('member', { availability_zone_hints: ['a', 'a'] })).toMatchObject(error(400, 'HTTPBadRequest'));
  });

  test.each(['-a.org', 'a..org', 'under_score.org', 'a.1', `${'x'.repeat(64)}.org`])(
    'dns_domain %s is refused',
    async (domain) => {
      expect(await post('member', { dns_domain: domain })).toMatchObject(error(400, 'HTTPBadRequest'));
    },
  );

  test('floating IPs that lead nowhere go with their network', async () => {
    const outside = await api.make('admin', 'networks', { network: { 'router:external': true } });
    const subnet = { network_id: outside.id, ip_version: 4, cidr: '198.51.100.0/24', enable_dhcp: false };
    await api.make('admin', 'subnets', { subnet });
    const router = await api.make('member', 'routers', {
      router: { external_gateway_info: { network_id: outside.id } },
    });
    const ip = await api.make('member', 'floatingips', { floatingip: { floating_network_id: outside.id } });
    const path = `/v2.0/networks/${outside.id}`;
    expect(await api.ask('admin', 'DELETE', path)).toMatchObject(error(409, 'NetworkInUse'));
    expect((await api.ask('member', 'GET', `/v2.0/floatingips/${ip.id}`)).status).toBe(200);
    await api.ask('member', 'DELETE', `/v2.0/routers/${router.id}`);
    expect((await api.ask('admin', 'DELETE', path)).status).toBe(204);
    expect((await api.ask('member', 'GET', `/v2.0/floatingips/${ip.id}`)).status).toBe(404);
  });

  test('IPv6 holds the MTU up', async () => {
    const small = await api.make('member', 'networks', { network: { mtu: 1000 } });
    const six = (id: string) => ({ subnet: { network_id: id, ip_version: 6, cidr: 'fd00::/64' } });
    expect(await api.ask('member', 'POST', '/v2.0/subnets', six(small.id))).toMatchObject(
      error(409, 'NetworkMTUSubnetConflict'),
    );
    const large = await api.make('member', 'networks', { network: {} });
    await api.make('member', 'subnets', six(large.id));
    expect(await put(large.id, { mtu: 1279 })).toMatchObject(error(409, 'NetworkMTUSubnetConflict'));
    expect((await put(large.id, { mtu: 1280 })).body.network.mtu).toBe(1280);
  });

  test('a bulk is made whole or not at all', async () => {
    const bulk = { networks: [{ name: 'bulk-1' }, { name: 'bulk-2', dns_domain: 'Test.org.' }] };
    const { body } = await api.ask('member', 'POST', '/v2.0/networks', bulk);
    expect(body.networks).toMatchObject([{ name: 'bulk-1' }, { name: 'bulk-2', dns_domain: 'test.org.' }]);
    const broken = { networks: [{ name: 'bulk-3' }, { name: 'bulk-4', availability_zone_hints: ['moon'] }] };
    expect((await api.ask('member', 'POST', '/v2.0/networks', broken)).status).toBe(404);
    expect((await api.ask('member', 'GET', '/v2.0/networks?name=bulk-3')).body.networks).toEqual([]);
  });

  test('a member sees of an external network exactly what Neutron shows', async () => {
    const [network] = (await api.ask('other', 'GET', '/v2.0/networks?router:external=true')).body.networks;
    expect(network.project_id).not.toBe(testProject);
    expect(Object.keys(network).sort()).toEqual(
      [
        'admin_state_up',
        'availability_zone_hints',
        'availability_zones',
        'created_at',
        'description',
        'dns_domain',
        'id',
        'ipv4_address_scope',
        'ipv6_address_scope',
        'is_default',
        'l2_adjacency',
        'mtu',
        'name',
        'port_security_enabled',
        'project_id',
        'qinq',
        'qos_policy_id',
        'revision_number',
        'router:external',
        'shared',
        'status',
        'subnets',
        'tags',
        'tenant_id',
        'updated_at',
        'vlan_transparent',
      ].sort(),
    );
  });
});
