import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApi, type TestApi } from '../test-api.ts';

let api: TestApi;
let outside: { id: string };
let speaker: { id: string };

beforeAll(async () => {
  api = await openTestApi();
  outside = await api.make('admin', 'networks', { network: { 'router:external': true } });
  speaker = await api.make('admin', 'bgp-speakers', { bgp_speaker: { local_as: '1234', ip_version: 4, name: 's' } });
});
afterAll(async () => await api?.[Symbol.asyncDispose]());

const act = (action: string, body: Record<string, unknown>, as = 'admin') =>
  api.ask(as, 'PUT', `/v2.0/bgp-speakers/${speaker.id}/${action}`, body);
const peer = (body: Record<string, unknown> = {}) =>
  api.ask('admin', 'POST', '/v2.0/bgp-peers', {
    bgp_peer: { remote_as: 4_200_000_000, peer_ip: '192.0.2.1', auth_type: 'md5', password: 'secret', ...body },
  });
const shown = async () => (await api.ask('admin', 'GET', `/v2.0/bgp-speakers/${speaker.id}`)).body.bgp_speaker;

test('a speaker is for admins', async () => {
  expect(await shown()).toMatchObject({
    local_as: 1234,
    ip_version: 4,
    peers: [],
    networks: [],
    advertise_floating_ip_host_routes: true,
    advertise_tenant_networks: true,
  });
  expect((await api.ask('member', 'GET', '/v2.0/bgp-speakers')).body.bgp_speakers).toEqual([]);
  const asked = { bgp_speaker: { local_as: 1, ip_version: 4 } };
  expect((await api.ask('member', 'POST', '/v2.0/bgp-speakers', asked)).status).toBe(403);
  for (const wrong of [{ local_as: 2 ** 32, ip_version: 4 }, { ip_version: 4 }, { local_as: 1, ip_version: 5 }]) {
    expect((await api.ask('admin', 'POST', '/v2.0/bgp-speakers', { bgp_speaker: wrong })).status).toBe(400);
  }
  const path = `/v2.0/bgp-speakers/${speaker.id}`;
  expect((await api.ask('admin', 'PUT', path, { bgp_speaker: { local_as: 4321 } })).status).toBe(400);
  const quiet = await api.ask('admin', 'PUT', path, { bgp_speaker: { advertise_tenant_networks: false } });
  expect(quiet.body.bgp_speaker.advertise_tenant_networks).toBe(false);
  await api.ask('admin', 'PUT', path, { bgp_speaker: { advertise_tenant_networks: true } });
});

test('peers keep their password to themselves, and a speaker has one at an address', async () => {
  expect((await peer({ password: null })).body.NeutronError.type).toBe('InvalidBgpPeerMd5Authentication');
  const one = (await peer()).body.bgp_peer;
  const same = (await peer({ auth_type: 'none', password: null })).body.bgp_peer;
  expect(one).not.toHaveProperty('password');
  const answers = await Promise.all(
    Array.from({ length: 6 }, (_, index) => act('add_bgp_peer', { bgp_peer_id: index % 2 === 0 ? one.id : same.id })),
  );
  expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
  expect(answers.find((answer) => answer.status !== 200)).toMatchObject({
    status: 409,
    body: { NeutronError: { type: 'DuplicateBgpPeerIpException' } },
  });
  const [bound] = (await shown()).peers;
  expect((await act('remove_bgp_peer', { bgp_peer_id: bound })).body).toEqual({ bgp_peer_id: bound });
  expect((await act('remove_bgp_peer', { bgp_peer_id: bound })).body.NeutronError.type).toBe(
    'BgpSpeakerPeerNotAssociated',
  );
  expect((await act('add_bgp_peer', { bgp_peer_id: crypto.randomUUID() })).body.NeutronError.type).toBe(
    'BgpPeerNotFound',
  );
  expect((await act('add_bgp_peer', {})).body.NeutronError.type).toBe('BadRequest');
  const authenticated = await api.ask('admin', 'PUT', `/v2.0/bgp-peers/${same.id}`, { bgp_peer: { password: 'x' } });
  expect(authenticated).toMatchObject({ status: 404, body: { NeutronError: { type: 'BgpPeerNotAuthenticated' } } });
  await act('add_bgp_peer', { bgp_peer_id: one.id });
  expect((await api.ask('admin', 'DELETE', `/v2.0/bgp-peers/${one.id}`)).status).toBe(204);
  expect((await shown()).peers).toEqual([]);
});

test('routes are told of floating IPs, and of subnets in the address scope of the outside', async () => {
  const scope = await api.make('admin', 'address-scopes', {
    address_scope: { name: 's', ip_version: 4, shared: true },
  });
  const pool = (name: string, prefix: string) =>
    api.make('admin', 'subnetpools', {
      subnetpool: { name, prefixes: [prefix], default_prefixlen: 24, address_scope_id: scope.id, shared: true },
    });
  const outer = await pool('outer', '203.0.0.0/16');
  const inner = await pool('inner', '10.10.0.0/16');
  await api.make('admin', 'subnets', { subnet: { network_id: outside.id, ip_version: 4, subnetpool_id: outer.id } });
  const net = await api.make('member', 'networks', { network: {} });
  const inside = await api.make('member', 'subnets', {
    subnet: { network_id: net.id, ip_version: 4, subnetpool_id: inner.id },
  });
  const apart = await api.make('member', 'networks', { network: {} });
  const hidden = await api.make('member', 'subnets', {
    subnet: { network_id: apart.id, ip_version: 4, cidr: '192.168.7.0/24' },
  });
  const router = await api.make('member', 'routers', { router: { external_gateway_info: { network_id: outside.id } } });
  for (const subnet of [inside, hidden]) {
    await api.ask('member', 'PUT', `/v2.0/routers/${router.id}/add_router_interface`, { subnet_id: subnet.id });
  }
  const port = await api.make('member', 'ports', {
    port: { network_id: net.id, fixed_ips: [{ subnet_id: inside.id }] },
  });
  const floating = await api.make('member', 'floatingips', {
    floatingip: { floating_network_id: outside.id, port_id: port.id },
  });
  expect((await act('add_gateway_network', { network_id: outside.id })).body).toEqual({ network_id: outside.id });
  expect((await act('add_gateway_network', { network_id: outside.id })).body.NeutronError.type).toBe(
    'BgpSpeakerNetworkBindingError',
  );
  const hop = router.external_gateway_info.external_fixed_ips[0].ip_address;
  const path = `/v2.0/bgp-speakers/${speaker.id}/get_advertised_routes`;
  const { body } = await api.ask('admin', 'GET', path);
  expect(body.advertised_routes).toEqual([
    { destination: inside.cidr, next_hop: hop },
    { destination: `${floating.floating_ip_address}/32`, next_hop: hop },
  ]);
  expect((await api.ask('member', 'GET', path)).status).toBe(404);
  expect((await act('remove_gateway_network', { network_id: outside.id })).status).toBe(200);
  expect((await act('remove_gateway_network', { network_id: outside.id })).body.NeutronError.type).toBe(
    'BgpSpeakerNetworkNotAssociated',
  );
  expect((await api.ask('admin', 'GET', path)).body.advertised_routes).toEqual([]);
});
