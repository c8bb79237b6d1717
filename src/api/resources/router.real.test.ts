import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRoutedApi, type RoutedApi, refused } from '../test-routed.ts';

let world: RoutedApi;
beforeAll(async () => {
  world = await openRoutedApi();
});
afterAll(async () => await world?.[Symbol.asyncDispose]());

const post = (as: string, router: Record<string, unknown>) => world.api.ask(as, 'POST', '/v2.0/routers', { router });
const put = (as: string, id: string, router: Record<string, unknown>) =>
  world.api.ask(as, 'PUT', `/v2.0/routers/${id}`, { router });
const act = (id: string, action: string, body: Record<string, unknown>, as = 'member') =>
  world.api.ask(as, 'PUT', `/v2.0/routers/${id}/${action}`, body);
const network = async (cidrs: readonly string[], more: Record<string, unknown> = {}, as = 'member') => {
  const net = await world.api.make(as, 'networks', { network: more });
  const subnets: { id: string }[] = [];
  for (const cidr of cidrs) {
    const ip_version = cidr.includes(':') ? 6 : 4;
    subnets.push(await world.api.make(as, 'subnets', { subnet: { network_id: net.id, ip_version, cidr } }));
  }
  return { id: String(net.id), subnets };
};

describe('kinds', () => {
  test('are shown to and chosen by admins', async () => {
    for (const more of [{ distributed: true }, { ha: true }]) {
      expect(await post('member', more)).toMatchObject(refused(403, 'PolicyNotAuthorized'));
    }
    const plain = await world.api.make('member', 'routers', { router: {} });
    expect(plain).not.toHaveProperty('ha');
    expect(plain).not.toHaveProperty('distributed');
    expect((await world.api.ask('admin', 'GET', `/v2.0/routers/${plain.id}`)).body.router).toMatchObject({
      distributed: false,
      ha: false,
      flavor_id: null,
      service_type_id: null,
      enable_ndp_proxy: false,
      conntrack_helpers: [],
      external_gateways: [],
    });
  });

  test('change only while the router is down', async () => {
    const { body } = await post('admin', { distributed: null });
    const { id } = body.router;
    for (const more of [{ distributed: true }, { ha: true }, { distributed: true, admin_state_up: false }]) {
      expect(await put('admin', id, more)).toMatchObject(refused(400, 'BadRequest'));
    }
    await put('admin', id, { admin_state_up: false });
    expect((await put('admin', id, { distributed: true })).body.router.distributed).toBe(true);
    expect((await put('admin', id, { distributed: false })).body.router.distributed).toBe(false);
  });

  test('of a project the highly available routers share a network, while there are any', async () => {
    const made = await Promise.all(Array.from({ length: 6 }, () => post('admin', { ha: true })));
    expect(made.map((one) => one.status)).toEqual(Array(6).fill(201));
    const networks = async () =>
      (await world.api.ask('admin', 'GET', `/v2.0/networks?name=HA network tenant ${'a'.repeat(32)}`)).body.networks;
    const [shared, ...more] = await networks();
    expect(more).toEqual([]);
    expect(shared).toMatchObject({ project_id: '', 'provider:network_type': 'vxlan', subnets: [expect.any(String)] });
    const [first, ...others] = made.map((one) => one.body.router.id);
    await Promise.all(others.map((id) => world.api.ask('admin', 'DELETE', `/v2.0/routers/${id}`)));
    expect(await networks()).toMatchObject([{ id: shared.id }]);
    await put('admin', first, { admin_state_up: false });
    expect((await put('admin', first, { ha: false })).status).toBe(200);
    expect(await networks()).toEqual([]);
  });
});

describe('gateways', () => {
  test('SNAT is on unless a request says otherwise', async () => {
    const { body } = await post('admin', {
      external_gateway_info: { network_id: world.outside.id, enable_snat: 'False' },
    });
    const { id } = body.router;
    expect(body.router.external_gateway_info.enable_snat).toBe(false);
    const same = await put('admin', id, { external_gateway_info: { network_id: world.outside.id } });
    expect(same.body.router.external_gateway_info).toMatchObject({
      enable_snat: true,
      external_fixed_ips: body.router.external_gateway_info.external_fixed_ips,
    });
    expect((await put('admin', id, { external_gateway_info: {} })).body.router.external_gateway_info).toBeNull();
    expect(
      await put('member', world.router.id, {
        external_gateway_info: { network_id: world.outside.id, enable_snat: false },
      }),
    ).toMatchObject(refused(403, 'PolicyNotAuthorized'));
  });

  test('one that a floating IP needs stays', async () => {
    const fip = await world.floatingIp({ port_id: (await world.port()).id });
    expect(await put('member', world.router.id, { external_gateway_info: null })).toMatchObject(
      refused(409, 'RouterExternalGatewayInUseByFloatingIp'),
    );
    await world.api.ask('member', 'DELETE', `/v2.0/floatingips/${fip.id}`);
  });

  test('there can be several, of which the first is the router’s own', async () => {
    const second = await network(['198.51.100.0/24'], { 'router:external': true }, 'admin');
    const { id } = await world.api.make('admin', 'routers', { router: {} });
    const gateways = (list: readonly Record<string, unknown>[]) => ({ router: { external_gateways: list } });
    const [one, two] = [{ network_id: world.outside.id }, { network_id: second.id }];
    expect((await act(id, 'add_external_gateways', gateways([one]), 'other')).status).toBe(404);
    const added = await act(id, 'add_external_gateways', gateways([one, two, one]), 'admin');
    expect(added.body.router).toMatchObject({
      external_gateway_info: one,
      external_gateways: [one, two, one],
    });
    const [own, , last] = added.body.router.external_gateways;
    expect(await act(id, 'remove_external_gateways', gateways([one]), 'admin')).toMatchObject(
      refused(400, 'UnableToMatchGateways'),
    );
    const fixed = { ...one, external_fixed_ips: last.external_fixed_ips };
    const swapped = await act(id, 'update_external_gateways', gateways([fixed, two]), 'admin');
    expect(swapped.body.router.external_gateways).toMatchObject([fixed, two]);
    const ownIp = own.external_fixed_ips[0].ip_address;
    expect((await world.api.ask('admin', 'GET', `/v2.0/ports?fixed_ips=ip_address=${ownIp}`)).body.ports).toEqual([]);
    const cleared = await put('admin', id, { external_gateway_info: {} });
    expect(cleared.body.router).toMatchObject({ external_gateway_info: two, external_gateways: [two] });
    const none = await act(id, 'update_external_gateways', gateways([]), 'admin');
    expect(none.body.router.external_gateways).toEqual([]);
    expect(await act(id, 'remove_external_gateways', gateways([one]), 'admin')).toMatchObject(
      refused(400, 'UnableToRemoveGateways'),
    );
    await act(id, 'add_external_gateways', gateways([one, two]), 'admin');
    expect((await world.api.ask('admin', 'DELETE', `/v2.0/routers/${id}`)).status).toBe(204);
    const left = await world.api.ask('admin', 'GET', `/v2.0/ports?device_id=${id}`);
    expect(left.body.ports).toEqual([]);
  });
});

describe('interfaces', () => {
  test('all IPv6 subnets of a network share one, which no second port joins', async () => {
    const { id } = await world.api.make('admin', 'routers', { router: {} });
    const net = await network(['fd00:1::/64', 'fd00:2::/64', '10.30.0.0/24'], {}, 'admin');
    const added = [];
    for (const { id: subnet_id } of net.subnets)
      added.push(await act(id, 'add_router_interface', { subnet_id }, 'admin'));
    const [six, alsoSix, four] = added.map((one) => one.body.port_id);
    expect(alsoSix).toBe(six);
    expect(four).not.toBe(six);
    const third = await world.api.make('admin', 'subnets', {
      subnet: { network_id: net.id, ip_version: 6, cidr: 'fd00:3::/64' },
    });
    const port = await world.api.make('admin', 'ports', {
      port: { network_id: net.id, fixed_ips: [{ subnet_id: third.id }] },
    });
    expect(await act(id, 'add_router_interface', { port_id: port.id }, 'admin')).toMatchObject(
      refused(400, 'BadRequest'),
    );
  });

  test('a port with two IPv4 subnets, and a subnet of others, are none', async () => {
    const net = await network(['10.31.0.0/24', '10.32.0.0/24']);
    const fixed_ips = net.subnets.map(({ id }) => ({ subnet_id: id }));
    const port = await world.api.make('member', 'ports', { port: { network_id: net.id, fixed_ips } });
    expect(await act(world.router.id, 'add_router_interface', { port_id: port.id })).toMatchObject(
      refused(400, 'BadRequest'),
    );
    const shared = await network(['10.33.0.0/24'], { shared: true }, 'admin');
    expect(await act(world.router.id, 'add_router_interface', { subnet_id: shared.subnets[0]?.id })).toMatchObject(
      refused(400, 'BadRequest'),
    );
    expect((await world.api.ask('member', 'GET', `/v2.0/ports/${port.id}`)).body.port.device_id).toBe('');
  });

  test('of ten who add one subnet, one does', async () => {
    const net = await network(['10.34.0.0/24']);
    const added = await Promise.all(
      Array.from({ length: 10 }, () => act(world.router.id, 'add_router_interface', { subnet_id: net.subnets[0]?.id })),
    );
    expect(added.filter((one) => one.status === 200)).toHaveLength(1);
  });

  test('readers change nothing', async () => {
    for (const action of ['add_router_interface', 'add_extraroutes', 'add_external_gateways']) {
      expect(await act(world.router.id, action, { router: {} }, 'reader')).toMatchObject(
        refused(403, 'PolicyNotAuthorized'),
      );
    }
  });
});

test('single routes come and go, many at once', async () => {
  const { id } = world.router;
  const route = (n: number) => ({ destination: `10.77.${n}.0/24`, nexthop: '10.0.0.99' });
  const numbers = Array.from({ length: 8 }, (_, index) => index);
  await Promise.all(numbers.map((n) => act(id, 'add_extraroutes', { router: { routes: [route(n)] } })));
  const routes = async () => (await world.api.ask('member', 'GET', `/v2.0/routers/${id}`)).body.router.routes;
  expect(await routes()).toHaveLength(8);
  expect(
    await act(id, 'add_extraroutes', { router: { routes: [{ ...route(9), nexthop: '10.9.9.9' }] } }),
  ).toMatchObject(refused(400, 'InvalidRoutes'));
  expect(await act(id, 'add_extraroutes', { router: { routes: [{ destination: 'x' }] } })).toMatchObject(
    refused(400, 'HTTPBadRequest'),
  );
  const gone = await act(id, 'remove_extraroutes', { router: { routes: [...numbers.map(route), route(50)] } });
  expect(gone.body.router.routes).toEqual([]);
});

test('a zone without hosts that carry routers is none', async () => {
  expect(await post('member', { availability_zone_hints: ['mars'] })).toMatchObject(
    refused(404, 'AvailabilityZoneNotFound'),
  );
});
