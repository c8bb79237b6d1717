/** Conntrack helpers and NDP proxies. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRoutedApi, type RoutedApi, refused } from '../test-routed.ts';

let world: RoutedApi;
beforeAll(async () => {
  world = await openRoutedApi();
});
afterAll(async () => await world?.[Symbol.asyncDispose]());

describe('conntrack helpers', () => {
  const path = () => `/v2.0/routers/${world.router.id}/conntrack_helpers`;
  const make = (helper: string, protocol: string, port: unknown, as = 'member') =>
    world.api.ask(as, 'POST', path(), { conntrack_helper: { helper, protocol, port } });

  test('belong to a router, which shows them', async () => {
    const { body, status } = await make('tftp', 'UDP', '69');
    expect(status).toBe(201);
    const { id } = body.conntrack_helper;
    expect(body.conntrack_helper).toEqual({ id, helper: 'tftp', protocol: 'udp', port: 69 });
    const changed = await world.api.ask('member', 'PUT', `${path()}/${id}`, { conntrack_helper: { port: 6969 } });
    expect(changed.body.conntrack_helper.port).toBe(6969);
    const router = async () => (await world.api.ask('member', 'GET', `/v2.0/routers/${world.router.id}`)).body.router;
    expect((await router()).conntrack_helpers).toEqual([{ helper: 'tftp', protocol: 'udp', port: 6969 }]);
    expect((await world.api.ask('other', 'GET', path())).status).toBe(404);
    expect((await world.api.ask('member', 'DELETE', `${path()}/${id}`)).status).toBe(204);
    expect(await world.api.ask('member', 'GET', `${path()}/${id}`)).toMatchObject(
      refused(404, 'ConntrackHelperNotFound'),
    );
    expect((await router()).conntrack_helpers).toEqual([]);
  });

  test('are those that are known, over their protocols, each once however many ask', async () => {
    expect(await make('telnet', 'tcp', 23)).toMatchObject(refused(400, 'ConntrackHelperNotAllowed'));
    expect(await make('ftp', 'udp', 21)).toMatchObject(refused(400, 'InvalidProtocolForHelper'));
    expect(await make('ftp', 'tcp', 0)).toMatchObject(refused(400, 'HTTPBadRequest'));
    expect(await make('ftp', 'snake', 21)).toMatchObject(refused(400, 'InvalidInput'));
    const made = await Promise.all(Array.from({ length: 10 }, () => make('ftp', 'tcp', 21)));
    expect(made.filter((one) => one.status === 201)).toHaveLength(1);
    expect(made.find((one) => one.status !== 201)).toMatchObject(refused(400, 'BadRequest'));
  });
});

describe('NDP proxies', () => {
  let port: { id: string; fixed_ips: { ip_address: string }[] };
  let subnet: { id: string };
  beforeAll(async () => {
    const net = await world.api.make('member', 'networks', { network: {} });
    subnet = await world.api.make('member', 'subnets', {
      subnet: { network_id: net.id, ip_version: 6, cidr: '2001:db8:5::/64' },
    });
    port = await world.api.make('member', 'ports', { port: { network_id: net.id } });
  });
  const make = (more: Record<string, unknown> = {}) =>
    world.api.ask('member', 'POST', '/v2.0/ndp_proxies', {
      ndp_proxy: { router_id: world.router.id, port_id: port.id, ...more },
    });
  const act = (action: string) =>
    world.api.ask('member', 'PUT', `/v2.0/routers/${world.router.id}/${action}`, { subnet_id: subnet.id });
  const change = (router: Record<string, unknown>) =>
    world.api.ask('member', 'PUT', `/v2.0/routers/${world.router.id}`, { router });

  test('need a router that may, which needs an IPv6 gateway in an address scope', async () => {
    expect(await make()).toMatchObject(refused(409, 'PortUnreachableRouter'));
    expect((await act('add_router_interface')).status).toBe(200);
    expect(await make()).toMatchObject(refused(409, 'RouterNDPProxyNotEnable'));
    expect(await change({ enable_ndp_proxy: true })).toMatchObject(refused(409, 'RouterGatewayNotValid'));
    const both = { enable_ndp_proxy: true, external_gateway_info: null };
    expect(await change(both)).toMatchObject(refused(409, 'RouterGatewayNotValid'));
    const made = await world.api.ask('member', 'POST', '/v2.0/routers', { router: { enable_ndp_proxy: true } });
    expect(made).toMatchObject(refused(409, 'RouterGatewayNotValid'));
    const { body } = await world.api.ask('member', 'GET', `/v2.0/routers/${world.router.id}`);
    expect(body.router).toMatchObject({ enable_ndp_proxy: false, external_gateway_info: { enable_snat: true } });
  });

  test('hold up gateway and interface while they are there', async () => {
    // That a router may is decided above; here it just does.
    await world.api.store.db
      .updateTable('routers')
      .set({ enable_ndp_proxy: true })
      .where('id', '=', world.router.id)
      .execute();
    const { body, status } = await make({ name: 'one' });
    expect(status).toBe(201);
    expect(body.ndp_proxy).toMatchObject({
      name: 'one',
      ip_address: port.fixed_ips[0]?.ip_address,
      router_id: world.router.id,
      port_id: port.id,
    });
    expect(await make()).toMatchObject(refused(409, 'NeutronDbObjectDuplicateEntry'));
    expect(await make({ ip_address: '2001:db8:5::ffff' })).toMatchObject(refused(400, 'InvalidAddress'));
    expect(await make({ port_id: (await world.port()).id })).toMatchObject(refused(400, 'BadRequest'));
    expect(await change({ external_gateway_info: null })).toMatchObject(refused(409, 'RouterGatewayInUseByNDPProxy'));
    expect(await act('remove_router_interface')).toMatchObject(refused(409, 'RouterInterfaceInUseByNDPProxy'));
    const path = `/v2.0/ndp_proxies/${body.ndp_proxy.id}`;
    const renamed = await world.api.ask('member', 'PUT', path, { ndp_proxy: { name: 'two' } });
    expect(renamed.body.ndp_proxy).toMatchObject({ name: 'two', revision_number: 1 });
    expect((await world.api.ask('other', 'GET', path)).status).toBe(404);
    expect((await world.api.ask('other', 'GET', '/v2.0/ndp_proxies')).body.ndp_proxies).toEqual([]);
    expect((await world.api.ask('member', 'DELETE', path)).status).toBe(204);
    expect(await world.api.ask('member', 'GET', path)).toMatchObject(refused(404, 'NDPProxyNotFound'));
    const cleared = await change({ external_gateway_info: null });
    expect(cleared.body.router).toMatchObject({ enable_ndp_proxy: false, external_gateway_info: null });
  });
});
