import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestApi, otherProject, type TestApi, testProject } from './test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(async () => await api?.[Symbol.asyncDispose]());

const makePool = async (given: Record<string, unknown>, as = 'member') =>
  await api.make(as, 'subnetpools', { subnetpool: { name: 'pool', ...given } });
const makeScope = async (given: Record<string, unknown> = {}, as = 'member') =>
  await api.make(as, 'address-scopes', { address_scope: { name: 'scope', ip_version: 4, ...given } });
const makeNetwork = async (as = 'member') => await api.make(as, 'networks', { network: { name: 'net' } });
const refused = (status: number, type: string, message?: string) => ({
  status,
  body: { NeutronError: { type, ...(message === undefined ? {} : { message }) } },
});
const show = async (pool: { id: string }) =>
  (await api.ask('admin', 'GET', `/v2.0/subnetpools/${pool.id}`)).body.subnetpool;

describe('a subnet pool', () => {
  test('has lengths as text, prefixes as few as may be, and bounds by its IP version', async () => {
    const pool = await makePool({ prefixes: ['10.11.1.0/24', '10.11.0.0/24'], min_prefixlen: '26', tags: ['blue'] });
    expect(pool).toMatchObject({
      prefixes: ['10.11.0.0/23'],
      min_prefixlen: '26',
      max_prefixlen: '32',
      default_prefixlen: '26',
      default_quota: null,
      ip_version: 4,
      shared: false,
      is_default: false,
      address_scope_id: null,
      project_id: testProject,
      tags: ['blue'],
      revision_number: 0,
    });
    expect(await makePool({ prefixes: ['fd00:1::/48'] })).toMatchObject({ min_prefixlen: '64', max_prefixlen: '128' });
    const found = await api.ask('member', 'GET', '/v2.0/subnetpools?min_prefixlen=26&ip_version=4&tags=blue');
    expect(found.body.subnetpools).toEqual([pool]);
  });

  test.each([
    [{ prefixes: [] }, 'EmptySubnetPoolPrefixList', 'Empty subnet pool prefix list.'],
    [{ prefixes: ['10.0.0.0/8', 'fd00::/8'] }, 'PrefixVersionMismatch', undefined],
    [
      { prefixes: ['10.0.0.0/8'], min_prefixlen: 25, max_prefixlen: 24 },
      'IllegalSubnetPoolPrefixBounds',
      'Illegal prefix bounds: min_prefixlen=25, max_prefixlen=24.',
    ],
    [
      { prefixes: ['10.0.0.0/8'], max_prefixlen: 33 },
      'IllegalSubnetPoolPrefixBounds',
      'Illegal prefix bounds: max_prefixlen=33, ip_version_max=32.',
    ],
    [
      { prefixes: ['10.0.0.0/8'], min_prefixlen: 20, default_prefixlen: 16 },
      'IllegalSubnetPoolPrefixBounds',
      'Illegal prefix bounds: default_prefixlen=16, min_prefixlen=20.',
    ],
    [{ prefixes: ['10.0.0.0'] }, 'HTTPBadRequest', undefined],
    [
      { prefixes: ['10.0.0.0/8'], name: ' ' },
      'HTTPBadRequest',
      "Invalid input for name. Reason: ' ' Blank strings are not permitted.",
    ],
    [{ prefixes: ['10.0.0.0/8'], address_scope_id: 'foo' }, 'HTTPBadRequest', undefined],
  ])('is refused with %j', async (given, type, message) => {
    const answer = await api.ask('member', 'POST', '/v2.0/subnetpools', { subnetpool: { name: 'wrong', ...given } });
    expect(answer).toMatchObject(refused(400, type, message));
    expect((await api.ask('admin', 'GET', '/v2.0/subnetpools?name=wrong')).body.subnetpools).toEqual([]);
  });

  test('grows, and never shrinks by an update', async () => {
    const pool = await makePool({ prefixes: ['10.20.0.0/24'] });
    const path = `/v2.0/subnetpools/${pool.id}`;
    const put = async (changes: Record<string, unknown>) =>
      await api.ask('member', 'PUT', path, { subnetpool: changes });
    expect(await put({ prefixes: ['10.20.0.0/25'] })).toMatchObject(
      refused(
        400,
        'IllegalSubnetPoolPrefixUpdate',
        'Illegal update to prefixes: Existing prefixes must be a subset of the new prefixes.',
      ),
    );
    expect((await put({ prefixes: ['10.20.0.0/16'], default_quota: 5 })).body.subnetpool).toMatchObject({
      prefixes: ['10.20.0.0/16'],
      default_quota: 5,
      revision_number: 1,
    });
    expect(await put({ min_prefixlen: 30, max_prefixlen: 29 })).toMatchObject(
      refused(400, 'IllegalSubnetPoolPrefixBounds'),
    );
    expect(await put({ shared: true })).toMatchObject(refused(400, 'HTTPBadRequest'));
    expect(await show(pool)).toMatchObject({ prefixes: ['10.20.0.0/16'], min_prefixlen: '8', revision_number: 1 });
  });

  test('is the default of its IP version alone', async () => {
    const first = await makePool({ prefixes: ['10.30.0.0/16'], is_default: true, shared: true }, 'admin');
    const second = { subnetpool: { name: 'second', prefixes: ['10.31.0.0/16'], is_default: true } };
    expect(await api.ask('admin', 'POST', '/v2.0/subnetpools', second)).toMatchObject(refused(400, 'InvalidInput'));
    expect(await api.ask('member', 'POST', '/v2.0/subnetpools', second)).toMatchObject(
      refused(403, 'PolicyNotAuthorized'),
    );
    const net = await makeNetwork();
    const subnet = await api.make('member', 'subnets', {
      subnet: { network_id: net.id, ip_version: 4, use_default_subnetpool: true, prefixlen: 24 },
    });
    expect(subnet).toMatchObject({ subnetpool_id: first.id, cidr: '10.30.0.0/24', gateway_ip: '10.30.0.1' });
    const six = { subnet: { network_id: net.id, ip_version: 6, use_default_subnetpool: true } };
    expect(await api.ask('member', 'POST', '/v2.0/subnets', six)).toMatchObject(
      refused(400, 'BadRequest', 'Bad subnets request: No default subnetpool found for IPv6.'),
    );
  });

  test('is seen by others only where it is shared, and removed by its owner when nothing is taken', async () => {
    const own = await makePool({ prefixes: ['10.40.0.0/16'] });
    const path = `/v2.0/subnetpools/${own.id}`;
    for (const method of ['GET', 'DELETE'] as const) {
      expect(await api.ask('other', method, path)).toMatchObject(
        refused(404, 'SubnetPoolNotFound', `Subnet pool ${own.id} could not be found.`),
      );
    }
    const shared = await makePool({ prefixes: ['10.40.0.0/16'], shared: true }, 'admin');
    const sharedPath = `/v2.0/subnetpools/${shared.id}`;
    expect((await api.ask('other', 'GET', sharedPath)).body.subnetpool.shared).toBe(true);
    expect((await api.ask('other', 'PUT', sharedPath, { subnetpool: { name: 'x' } })).status).toBe(403);
    expect((await api.ask('other', 'PUT', `${sharedPath}/add_prefixes`, { prefixes: ['10.41.0.0/16'] })).status).toBe(
      403,
    );
    const net = await makeNetwork('other');
    const subnet = await api.make('other', 'subnets', {
      subnet: { network_id: net.id, ip_version: 4, subnetpool_id: shared.id, prefixlen: 26 },
    });
    expect(await api.ask('admin', 'DELETE', sharedPath)).toMatchObject(
      refused(400, 'SubnetPoolDeleteError', 'Unable to delete subnet pool: Subnet pool has existing allocations.'),
    );
    expect((await api.ask('other', 'DELETE', `/v2.0/subnets/${subnet.id}`)).status).toBe(204);
    expect((await api.ask('admin', 'DELETE', sharedPath)).status).toBe(204);
    expect((await api.ask('member', 'DELETE', path)).status).toBe(204);
    const left = await api.store.db
      .selectFrom('rbac_policies')
      .select('id')
      .where('object_id', '=', shared.id)
      .execute();
    expect(left).toEqual([]);
  });
});

describe('prefixes', () => {
  test('are added and removed one by one, not those in use', async () => {
    const pool = await makePool({ prefixes: ['10.50.0.0/24'] });
    const path = `/v2.0/subnetpools/${pool.id}`;
    const ask = async (action: string, body: unknown) => await api.ask('member', 'PUT', `${path}/${action}`, body);
    expect((await ask('add_prefixes', { prefixes: ['10.50.1.0/24', '10.60.0.0/16'] })).body).toEqual({
      prefixes: ['10.50.0.0/23', '10.60.0.0/16'],
    });
    const net = await makeNetwork();
    await api.make('member', 'subnets', {
      subnet: { network_id: net.id, ip_version: 4, subnetpool_id: pool.id, cidr: '10.60.3.0/24' },
    });
    expect(await ask('remove_prefixes', { prefixes: ['10.60.0.0/16'] })).toMatchObject(
      refused(400, 'IllegalSubnetPoolPrefixUpdate'),
    );
    expect((await ask('remove_prefixes', { prefixes: ['10.50.0.0/24', '10.99.0.0/24'] })).body).toEqual({
      prefixes: ['10.50.1.0/24', '10.60.0.0/16'],
    });
    expect((await ask('remove_prefixes', { prefixes: ['10.99.0.0/24'] })).body.prefixes).toHaveLength(2);
    for (const body of [{}, { prefixes: [] }, { prefixes: 'x' }, { prefixes: ['x'] }]) {
      expect(await ask('add_prefixes', body)).toMatchObject(refused(400, 'HTTPBadRequest'));
    }
    expect((await show(pool)).revision_number).toBe(2);
  });
});

describe('an address scope', () => {
  test('is shared once and for all, renamed, and kept while a pool is in it', async () => {
    const scope = await makeScope();
    expect(scope).toEqual({
      id: scope.id,
      name: 'scope',
      ip_version: 4,
      shared: false,
      project_id: testProject,
      tenant_id: testProject,
    });
    const path = `/v2.0/address-scopes/${scope.id}`;
    const put = async (as: string, changes: object) => await api.ask(as, 'PUT', path, { address_scope: changes });
    expect((await put('member', { name: 'renamed' })).body.address_scope.name).toBe('renamed');
    expect(await put('member', { shared: true })).toMatchObject(refused(403, 'PolicyNotAuthorized'));
    expect(await api.ask('other', 'GET', path)).toMatchObject(refused(404, 'AddressScopeNotFound'));
    expect((await put('admin', { shared: true })).body.address_scope.shared).toBe(true);
    expect((await api.ask('other', 'GET', path)).body.address_scope.shared).toBe(true);
    expect(await put('admin', { shared: false })).toMatchObject(
      refused(
        400,
        'AddressScopeUpdateError',
        `Unable to update address scope ${scope.id} : Shared address scope can't be unshared.`,
      ),
    );
    const pool = await makePool({ prefixes: ['10.0.0.0/16'], address_scope_id: scope.id });
    expect(await api.ask('member', 'DELETE', path)).toMatchObject(refused(409, 'AddressScopeInUse'));
    await api.ask('member', 'DELETE', `/v2.0/subnetpools/${pool.id}`);
    expect((await api.ask('member', 'DELETE', path)).status).toBe(204);
  });

  test('has no prefix twice, whichever pool and however it comes in', async () => {
    const scope = await makeScope();
    const first = await makePool({ prefixes: ['20.0.0.0/18', '30.0.0.0/18'], address_scope_id: scope.id });
    const again = { name: 'again', prefixes: ['40.0.0.0/18', '30.0.0.5/12'], address_scope_id: scope.id };
    expect(await api.ask('member', 'POST', '/v2.0/subnetpools', { subnetpool: again })).toMatchObject(
      refused(409, 'AddressScopePrefixConflict'),
    );
    const second = await makePool({ prefixes: ['30.0.0.0/20'] });
    const put = async (id: string, changes: object) =>
      await api.ask('member', 'PUT', `/v2.0/subnetpools/${id}`, { subnetpool: changes });
    expect(await put(second.id, { address_scope_id: scope.id })).toMatchObject(
      refused(409, 'AddressScopePrefixConflict'),
    );
    const third = await makePool({ prefixes: ['20.10.0.0/24'], address_scope_id: scope.id });
    expect(await put(first.id, { prefixes: ['20.0.0.0/12', '30.0.0.0/18'] })).toMatchObject(
      refused(409, 'AddressScopePrefixConflict'),
    );
    const added = await api.ask('member', 'PUT', `/v2.0/subnetpools/${third.id}/add_prefixes`, {
      prefixes: ['30.0.0.0/8'],
    });
    expect(added).toMatchObject(refused(409, 'AddressScopePrefixConflict'));
    expect((await put(third.id, { address_scope_id: null })).body.subnetpool.address_scope_id).toBeNull();
    expect((await put(first.id, { prefixes: ['20.0.0.0/12', '30.0.0.0/18'] })).status).toBe(200);
  });

  test('must be of the same IP version, and one that the caller sees', async () => {
    const six = await makeScope({ ip_version: 6 });
    const hidden = await makeScope({}, 'admin');
    const pool = await makePool({ prefixes: ['10.70.0.0/16'] });
    const put = async (scopeId: string) =>
      await api.ask('member', 'PUT', `/v2.0/subnetpools/${pool.id}`, { subnetpool: { address_scope_id: scopeId } });
    expect(await put(six.id)).toMatchObject(refused(400, 'IllegalSubnetPoolIpVersionAssociationToAddressScope'));
    expect(await put(hidden.id)).toMatchObject(refused(404, 'AddressScopeNotFound'));
    const shared = await makeScope({ shared: true }, 'admin');
    expect((await put(shared.id)).status).toBe(200);
    expect(await put(shared.id)).toMatchObject(
      refused(
        400,
        'IllegalSubnetPoolUpdate',
        `Illegal subnetpool update : subnetpool ${pool.id} cannot be updated when associated with shared address scope ${shared.id}.`,
      ),
    );
  });

  test('is said by the networks whose subnets are of it', async () => {
    const scope = await makeScope();
    const pool = await makePool({ prefixes: ['10.80.0.0/16'], address_scope_id: scope.id, default_prefixlen: 24 });
    const net = await makeNetwork();
    const make = async (more: object) =>
      await api.ask('member', 'POST', '/v2.0/subnets', { subnet: { network_id: net.id, ip_version: 4, ...more } });
    await make({ subnetpool_id: pool.id });
    const read = async () => (await api.ask('member', 'GET', `/v2.0/networks/${net.id}`)).body.network;
    expect(await read()).toMatchObject({ ipv4_address_scope: scope.id, ipv6_address_scope: null });
    const sibling = await makePool({ prefixes: ['10.81.0.0/16'], address_scope_id: scope.id, default_prefixlen: 24 });
    expect((await make({ subnetpool_id: sibling.id })).body.subnet.cidr).toBe('10.81.0.0/24');
    const moved = await api.ask('member', 'PUT', `/v2.0/subnetpools/${pool.id}`, {
      subnetpool: { address_scope_id: null },
    });
    expect(moved).toMatchObject(refused(400, 'NetworkAddressScopeAffinityError'));
    expect(await make({ cidr: '10.82.0.0/24' })).toMatchObject(refused(400, 'NetworkSubnetPoolAffinityError'));
  });

  test('is changed for a pool with all of its subnets', async () => {
    const scope = await makeScope();
    const pool = await makePool({ prefixes: ['10.90.0.0/16'], default_prefixlen: 24 });
    const net = await makeNetwork();
    for (let made = 0; made < 3; made += 1) {
      await api.make('member', 'subnets', { subnet: { network_id: net.id, ip_version: 4, subnetpool_id: pool.id } });
    }
    const moved = await api.ask('member', 'PUT', `/v2.0/subnetpools/${pool.id}`, {
      subnetpool: { address_scope_id: scope.id },
    });
    expect(moved.status).toBe(200);
    const network = (await api.ask('member', 'GET', `/v2.0/networks/${net.id}`)).body.network;
    expect(network.ipv4_address_scope).toBe(scope.id);
  });
});

describe('a subnet of a pool', () => {
  const make = async (given: Record<string, unknown>) =>
    await api.ask('member', 'POST', '/v2.0/subnets', { subnet: { network_id: (await makeNetwork()).id, ...given } });

  test('has what is free, by length or by CIDR', async () => {
    const pool = await makePool({
      prefixes: ['10.100.0.0/24'],
      default_prefixlen: 26,
      min_prefixlen: 25,
      max_prefixlen: 28,
    });
    const ask = async (more: object) => await make({ ip_version: 4, subnetpool_id: pool.id, ...more });
    expect((await ask({})).body.subnet).toMatchObject({
      cidr: '10.100.0.0/26',
      subnetpool_id: pool.id,
      gateway_ip: '10.100.0.1',
      allocation_pools: [{ start: '10.100.0.2', end: '10.100.0.62' }],
    });
    expect((await ask({ prefixlen: 28 })).body.subnet.cidr).toBe('10.100.0.64/28');
    expect((await ask({ cidr: '10.100.0.96/28', gateway_ip: null })).body.subnet.gateway_ip).toBeNull();
    const wrong: readonly [object, number, string, string?][] = [
      [{ cidr: '10.100.0.64/27' }, 409, 'SubnetAllocationError'],
      [{ cidr: '10.101.0.0/26' }, 409, 'SubnetAllocationError'],
      [{ prefixlen: 29 }, 400, 'MaxPrefixSubnetAllocationError'],
      [{ prefixlen: 24 }, 400, 'MinPrefixSubnetAllocationError'],
      [{ prefixlen: 26, cidr: '10.100.0.128/26' }, 400, 'BadRequest'],
      [{ allocation_pools: [{ start: '10.100.0.5', end: '10.100.0.6' }] }, 400, 'BadRequest'],
      [{ ip_version: 6 }, 400, 'BadRequest', 'Bad subnets request: Cannot allocate IPv6 subnet from IPv4 subnet pool.'],
      [{ use_default_subnetpool: true }, 400, 'BadRequest'],
      [{ subnetpool_id: '00000000-0000-4000-8000-000000000000' }, 404, 'SubnetPoolNotFound'],
      [{ subnetpool_id: 'pool' }, 400, 'HTTPBadRequest'],
    ];
    for (const [more, status, type, message] of wrong)
      expect(await ask(more)).toMatchObject(refused(status, type, message));
    expect((await ask({ prefixlen: 25 })).status).toBe(201);
    expect(await ask({ prefixlen: 26 })).toMatchObject(
      refused(
        409,
        'SubnetAllocationError',
        'Failed to allocate subnet: Insufficient prefix space to allocate subnet size /26.',
      ),
    );
    const listed = await api.ask('member', 'GET', `/v2.0/subnets?subnetpool_id=${pool.id}`);
    expect(listed.body.subnets).toHaveLength(4);
  });

  test('is counted against the quota of the pool, a project each', async () => {
    const pool = await makePool({ prefixes: ['10.110.0.0/16'], default_quota: 256, shared: true }, 'admin');
    const ask = async (as: string, prefixlen: number) => {
      const net = await makeNetwork(as);
      return await api.ask(as, 'POST', '/v2.0/subnets', {
        subnet: { network_id: net.id, ip_version: 4, subnetpool_id: pool.id, prefixlen },
      });
    };
    expect((await ask('member', 25)).status).toBe(201);
    expect(await ask('member', 24)).toMatchObject(
      refused(409, 'SubnetPoolQuotaExceeded', 'Per-tenant subnet pool prefix quota exceeded.'),
    );
    expect((await ask('member', 25)).status).toBe(201);
    expect((await ask('member', 32)).status).toBe(409);
    expect((await ask('other', 24)).status).toBe(201);
  });

  test('may wait for a delegated prefix', async () => {
    const modes = { ipv6_ra_mode: 'slaac', ipv6_address_mode: 'slaac' };
    const net = await makeNetwork();
    const pd = { network_id: net.id, ip_version: 6, subnetpool_id: 'prefix_delegation' };
    for (let made = 0; made < 2; made += 1) {
      const answer = await api.ask('member', 'POST', '/v2.0/subnets', { subnet: { ...pd, ...modes } });
      expect(answer.body.subnet).toMatchObject({ cidr: '::/64', subnetpool_id: 'prefix_delegation' });
    }
    expect(await api.ask('member', 'POST', '/v2.0/subnets', { subnet: pd })).toMatchObject(
      refused(400, 'BadRequest', 'Bad subnets request: IPv6 RA Mode must be SLAAC or Stateless for Prefix Delegation.'),
    );
    expect(await api.ask('member', 'POST', '/v2.0/subnets', { subnet: { ...pd, ip_version: 4 } })).toMatchObject(
      refused(400, 'BadRequest', 'Bad subnets request: Prefix Delegation can only be used with IPv6 subnets.'),
    );
    const listed = await api.ask('member', 'GET', '/v2.0/subnets?subnetpool_id=prefix_delegation');
    expect(listed.body.subnets).toHaveLength(2);
  });
});

describe('onboarding', () => {
  test('takes the subnets of a network into the pool', async () => {
    const net = await makeNetwork();
    const subnets = [];
    for (const cidr of ['10.120.0.0/24', '10.120.5.0/24']) {
      subnets.push(await api.make('member', 'subnets', { subnet: { network_id: net.id, ip_version: 4, cidr } }));
    }
    const six = await api.make('member', 'subnets', {
      subnet: { network_id: net.id, ip_version: 6, cidr: 'fd00:9::/64' },
    });
    const pool = await makePool({ prefixes: ['10.121.0.0/16'] });
    const path = `/v2.0/subnetpools/${pool.id}/onboard_network_subnets`;
    const answer = await api.ask('member', 'PUT', path, { network_id: net.id });
    expect(answer).toMatchObject({ status: 200, body: subnets.map(({ id, cidr }) => ({ id, cidr })) });
    expect((await show(pool)).prefixes).toEqual(['10.120.0.0/24', '10.120.5.0/24', '10.121.0.0/16']);
    const read = async (id: string) => (await api.ask('member', 'GET', `/v2.0/subnets/${id}`)).body.subnet;
    expect(await read(subnets[0].id)).toMatchObject({ subnetpool_id: pool.id, revision_number: 1 });
    expect((await read(six.id)).subnetpool_id).toBeNull();
    expect(await api.ask('member', 'PUT', path, { network_id: net.id })).toMatchObject(
      refused(400, 'IllegalSubnetPoolUpdate'),
    );
    expect(await api.ask('member', 'PUT', path, {})).toMatchObject(refused(400, 'InvalidInput'));
    const foreign = await makeNetwork('other');
    expect(await api.ask('member', 'PUT', path, { network_id: foreign.id })).toMatchObject(
      refused(404, 'NetworkNotFound'),
    );
    const clash = await makePool({ prefixes: ['10.120.0.0/16'], address_scope_id: (await makeScope()).id });
    const other = await makeNetwork();
    await api.make('member', 'subnets', { subnet: { network_id: other.id, ip_version: 4, cidr: '10.120.0.0/24' } });
    const scoped = await makePool({ prefixes: ['10.130.0.0/16'], address_scope_id: clash.address_scope_id });
    expect(
      await api.ask('member', 'PUT', `/v2.0/subnetpools/${scoped.id}/onboard_network_subnets`, {
        network_id: other.id,
      }),
    ).toMatchObject(refused(409, 'AddressScopePrefixConflict'));
    expect((await show(scoped)).prefixes).toEqual(['10.130.0.0/16']);
  });
});

test('another project cannot use what it does not see', async () => {
  const pool = await makePool({ prefixes: ['10.140.0.0/16'] });
  const net = await makeNetwork('other');
  const answer = await api.ask('other', 'POST', '/v2.0/subnets', {
    subnet: { network_id: net.id, ip_version: 4, subnetpool_id: pool.id, prefixlen: 24 },
  });
  expect(answer).toMatchObject(refused(404, 'SubnetPoolNotFound'));
  expect(otherProject).not.toBe(testProject);
});
