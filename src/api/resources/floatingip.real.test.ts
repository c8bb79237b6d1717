import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRoutedApi, type RoutedApi, refused } from '../test-routed.ts';

let world: RoutedApi;
beforeAll(async () => {
  world = await openRoutedApi();
});
afterAll(async () => await world?.[Symbol.asyncDispose]());

const put = (id: string, floatingip: Record<string, unknown>, as = 'member') =>
  world.api.ask(as, 'PUT', `/v2.0/floatingips/${id}`, { floatingip });

test('an empty update takes the port away, any other keeps it', async () => {
  const port = await world.port();
  const fip = await world.floatingIp({
    port_id: port.id,
    description: 'd1',
    dns_name: 'WWW',
    dns_domain: 'example.org.',
  });
  expect(fip).toMatchObject({
    fixed_ip_address: port.ip,
    router_id: world.router.id,
    status: 'DOWN',
    dns_name: 'www',
    dns_domain: 'example.org.',
    distributed: false,
    port_forwardings: [],
    port_details: { device_owner: '', network_id: world.inside.id },
  });
  expect((await put(fip.id, { description: 'd2' })).body.floatingip).toMatchObject({
    port_id: port.id,
    description: 'd2',
  });
  expect((await put(fip.id, {})).body.floatingip).toMatchObject({ port_id: null, port_details: null, router_id: null });
});

test('names in the DNS are a host below a whole domain', async () => {
  for (const more of [{ dns_name: 'www.' }, { dns_name: '-a' }, { dns_domain: 'example.org' }, { dns_domain: '..' }]) {
    const floatingip = { floating_network_id: world.outside.id, ...more };
    expect(await world.api.ask('member', 'POST', '/v2.0/floatingips', { floatingip })).toMatchObject(
      refused(400, 'HTTPBadRequest'),
    );
  }
});

test('a port of another project is found on the own network, and not led to', async () => {
  const { api, inside } = world;
  const foreign = await api.make('admin', 'ports', { port: { network_id: inside.id, project_id: '2'.repeat(32) } });
  const fip = await world.floatingIp();
  expect(await put(fip.id, { port_id: foreign.id })).toMatchObject(refused(400, 'BadRequest'));
  const elsewhere = await api.make('other', 'networks', { network: {} });
  const unseen = await api.make('other', 'ports', { port: { network_id: elsewhere.id } });
  expect(await put(fip.id, { port_id: unseen.id })).toMatchObject(refused(404, 'PortNotFound'));
  expect((await put(fip.id, {}, 'other')).status).toBe(404);
});

test('pools are the IPv4 subnets of external networks', async () => {
  const { api, outside, outsideSubnet } = world;
  const pool = { network_id: outside.id, subnet_id: outsideSubnet.id, subnet_name: '', cidr: '203.0.113.0/24' };
  for (const path of ['floatingip-pools', 'floatingip_pools']) {
    const { body } = await api.ask('other', 'GET', `/v2.0/${path}`);
    const project = '2'.repeat(32);
    expect(body.floatingip_pools).toEqual([{ ...pool, project_id: project, tenant_id: project }]);
  }
  const fip = await world.floatingIp({ subnet_id: outsideSubnet.id });
  expect(fip.floating_ip_address).toMatch(/^203\.0\.113\./);
});

test('an external network that is an interface of the router does as well as a gateway', async () => {
  const { api } = world;
  const net = await api.make('admin', 'networks', {
    network: { 'router:external': true, project_id: '1'.repeat(32) },
  });
  const subnet = await api.make('member', 'subnets', {
    subnet: { network_id: net.id, ip_version: 4, cidr: '192.2.2.0/24' },
  });
  const act = (action: string, subnetId: string) =>
    api.ask('member', 'PUT', `/v2.0/routers/${world.router.id}/${action}_router_interface`, { subnet_id: subnetId });
  expect((await act('add', subnet.id)).status).toBe(200);
  const port = await world.port();
  const fip = await world.floatingIp({ floating_network_id: net.id });
  expect((await put(fip.id, { port_id: port.id })).body.floatingip).toMatchObject({
    router_id: world.router.id,
    status: 'DOWN',
  });
  expect(await act('remove', subnet.id)).toMatchObject(refused(409, 'RouterInterfaceInUseAsGatewayByFloatingIP'));
  await put(fip.id, { port_id: null });
  expect((await act('remove', subnet.id)).status).toBe(200);
});

test('floating IPs that lead nowhere end with their network, or as it is external no more', async () => {
  const { api } = world;
  const make = async () => {
    const net = await api.make('admin', 'networks', { network: { 'router:external': true } });
    await api.make('admin', 'subnets', { subnet: { network_id: net.id, ip_version: 4, cidr: '198.51.100.0/24' } });
    return { net, fip: await world.floatingIp({ floating_network_id: net.id }) };
  };
  const removed = await make();
  expect((await api.ask('admin', 'DELETE', `/v2.0/networks/${removed.net.id}`)).status).toBe(204);
  expect((await api.ask('member', 'GET', `/v2.0/floatingips/${removed.fip.id}`)).status).toBe(404);
  const turned = await make();
  const change = { network: { 'router:external': false } };
  expect((await api.ask('admin', 'PUT', `/v2.0/networks/${turned.net.id}`, change)).status).toBe(200);
  expect((await api.ask('member', 'GET', `/v2.0/floatingips/${turned.fip.id}`)).status).toBe(404);
});
