import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestApi, type TestAnswer, type TestApi } from './test-api.ts';

let api: TestApi;
let net: { id: string };
let sub: { id: string };
beforeAll(async () => {
  api = await openTestApi();
  net = await api.make('member', 'networks', { network: {} });
  // An address outside the pools is given to nobody who does not name it.
  const pools = [{ start: '10.0.0.10', end: '10.0.2.255' }];
  sub = await api.make('member', 'subnets', {
    subnet: { network_id: net.id, ip_version: 4, cidr: '10.0.0.0/22', allocation_pools: pools },
  });
  await api.store.db
    .insertInto('hosts')
    .values(
      ['h1', 'h2'].map((name) => ({ name, version: '1', roles: [], local_ip: '10.9.0.1', datapath_type: 'system' })),
    )
    .execute();
  await api.ask('admin', 'PUT', `/v2.0/quotas/${'1'.repeat(32)}`, { quota: { port: -1 } });
});
afterAll(async () => await api?.[Symbol.asyncDispose]());

const makePort = (given: object = {}, as = 'member') =>
  api.make(as, 'ports', { port: { network_id: net.id, ...given } });
const change = (id: string, port: object, as = 'member') => api.ask(as, 'PUT', `/v2.0/ports/${id}`, { port });
const errorType = ({ status, body }: TestAnswer) => [status, body.NeutronError?.type];
const refused = async (given: object, as = 'member') =>
  errorType(await api.ask(as, 'POST', '/v2.0/ports', { port: { network_id: net.id, ...given } }));

describe('attributes', () => {
  test('have their defaults, and those for admins are hidden', async () => {
    const port = await makePort();
    const hostname = `host-${port.fixed_ips[0].ip_address.replaceAll('.', '-')}`;
    expect(port).toMatchObject({
      ip_allocation: 'immediate',
      dns_domain: '',
      dns_assignment: [{ hostname, fqdn: `${hostname}.openstacklocal.`, ip_address: port.fixed_ips[0].ip_address }],
      data_plane_status: null,
      device_profile: null,
      numa_affinity_policy: null,
      propagate_uplink_status: true,
      qos_policy_id: null,
      qos_network_policy_id: null,
    });
    for (const name of ['hints', 'trusted', 'resource_request']) expect(port).not.toHaveProperty(name);
    const seen = (await api.ask('admin', 'GET', `/v2.0/ports/${port.id}`)).body.port;
    expect(seen).toMatchObject({ hints: null, trusted: null, resource_request: null, hardware_offload_type: null });
  });

  test('are kept and changed', async () => {
    const hints = { openvswitch: { other_config: { 'tx-steering': 'hash' } } };
    const port = await makePort(
      {
        hints,
        trusted: true,
        'binding:profile': { a: 1 },
        'binding:vnic_type': 'direct',
        hardware_offload_type: 'switchdev',
      },
      'admin',
    );
    expect(port).toMatchObject({ hints, trusted: true });
    expect(port['binding:profile']).toEqual({ a: 1, trusted: true, capabilities: ['switchdev'] });
    const other = await makePort({
      fixed_ips: [],
      dns_name: 'd1',
      dns_domain: 'd.org.',
      device_profile: 'gpu',
      numa_affinity_policy: 'socket',
      propagate_uplink_status: false,
      tags: ['b', 'a'],
    });
    expect(other).toMatchObject({
      ip_allocation: 'none',
      dns_assignment: [],
      device_profile: 'gpu',
      dns_domain: 'd.org.',
    });
    const changed = await change(other.id, {
      numa_affinity_policy: 'legacy',
      propagate_uplink_status: true,
      fixed_ips: [{ subnet_id: sub.id }],
    });
    expect(changed.body.port).toMatchObject({
      numa_affinity_policy: 'legacy',
      propagate_uplink_status: true,
      ip_allocation: 'immediate',
      dns_assignment: [{ hostname: 'd1', fqdn: 'd1.openstacklocal.' }],
    });
    expect((await change(port.id, { hints: null }, 'admin')).body.port.hints).toBeNull();
    expect((await change(other.id, { data_plane_status: 'DOWN' })).status).toBe(403);
    expect((await change(other.id, { data_plane_status: 'DOWN' }, 'admin')).body.port.data_plane_status).toBe('DOWN');
    expect((await change(other.id, { data_plane_status: null }, 'admin')).body.port.data_plane_status).toBeNull();
    expect(errorType(await change(other.id, { device_profile: 'x' }))).toEqual([400, 'HTTPBadRequest']);
  });

  test('that cannot be are refused', async () => {
    expect(await refused({ numa_affinity_policy: 'never' })).toEqual([400, 'HTTPBadRequest']);
    expect(await refused({ dns_domain: 'no-dot' })).toEqual([400, 'HTTPBadRequest']);
    expect(await refused({ hints: {} })).toEqual([403, 'PolicyNotAuthorized']);
    expect(await refused({ hints: { ovs: {} } }, 'admin')).toEqual([400, 'HTTPBadRequest']);
    expect(await refused({ qos_policy_id: net.id })).toEqual([404, 'QosPolicyNotFound']);
    for (const pair of [
      { ip_address: '224.0.0.18' },
      { ip_address: 'ff02::1' },
      { ip_address: '10.0.0.9', mac_address: '01:00:5e:00:00:01' },
    ]) {
      expect(await refused({ allowed_address_pairs: [pair] })).toEqual([400, 'HTTPBadRequest']);
    }
    const pairs = Array.from({ length: 11 }, (_, n) => ({ ip_address: `10.1.0.${n}` }));
    expect(await refused({ allowed_address_pairs: pairs })).toEqual([400, 'AllowedAddressPairExhausted']);
  });

  test("a port is not of another project's router", async () => {
    const shared = await api.make('admin', 'networks', { network: { shared: true } });
    const router = await api.make('other', 'routers', { router: {} });
    const given = { network_id: net.id, device_owner: 'network:router_interface', device_id: router.id };
    expect(await refused(given)).toEqual([409, 'DeviceIDNotOwnedByTenant']);
    expect(await refused({ ...given, network_id: shared.id })).toEqual([403, 'PolicyNotAuthorized']);
  });
});

describe('MAC addresses', () => {
  test('are drawn anew, changed by admins, and stay while they are used', async () => {
    const [port, other] = [await makePort(), await makePort()];
    const drawn = (await change(port.id, { mac_address: null }, 'admin')).body.port.mac_address;
    expect(drawn).toMatch(/^fa:16:3e:/);
    expect(drawn).not.toBe(port.mac_address);
    expect((await change(port.id, { mac_address: '12:34:56:78:90:ab' })).status).toBe(403);
    expect(errorType(await change(port.id, { mac_address: other.mac_address }, 'admin'))).toEqual([
      409,
      'MacAddressInUse',
    ]);
    expect((await change(port.id, { mac_address: '12:34:56:78:90:ab' }, 'admin')).body.port.mac_address).toBe(
      '12:34:56:78:90:ab',
    );
    await change(port.id, { 'binding:host_id': 'h1' }, 'admin');
    expect(errorType(await change(port.id, { mac_address: '12:34:56:78:90:ac' }, 'admin'))).toEqual([409, 'PortBound']);
  });

  test('of a card that is given away are those of the card', async () => {
    const port = await makePort({ 'binding:vnic_type': 'direct-physical' }, 'admin');
    const bound = await change(
      port.id,
      { 'binding:host_id': 'h1', 'binding:profile': { device_mac_address: '52:54:00:00:00:01' } },
      'admin',
    );
    expect(bound.body.port.mac_address).toBe('52:54:00:00:00:01');
  });
});

describe('bulk', () => {
  test('makes hundreds of ports at once, all or none', async () => {
    const items = Array.from({ length: 300 }, (_, n) => ({ network_id: net.id, name: `bulk${n}` }));
    const { status, body } = await api.ask('member', 'POST', '/v2.0/ports', { ports: items });
    expect(status).toBe(201);
    expect(body.ports.map((port: { name: string }) => port.name)).toEqual(items.map((one) => one.name));
    expect(new Set(body.ports.map((port: TestAnswer['body']) => port.fixed_ips[0].ip_address)).size).toBe(300);
    expect(new Set(body.ports.map((port: TestAnswer['body']) => port.security_groups[0])).size).toBe(1);
    // Only some hundreds are left.
    const tooMany = await api.ask('member', 'POST', '/v2.0/ports', {
      ports: Array.from({ length: 800 }, () => ({ network_id: net.id, name: 'none' })),
    });
    expect(errorType(tooMany)).toEqual([409, 'IpAddressGenerationFailure']);
    expect((await api.ask('member', 'GET', '/v2.0/ports?name=none')).body.ports).toEqual([]);
  });

  test('mixes what is named with what is any', async () => {
    const small = await api.make('member', 'networks', { network: {} });
    await api.make('member', 'subnets', { subnet: { network_id: small.id, ip_version: 4, cidr: '10.7.0.0/29' } });
    const named = { network_id: small.id, fixed_ips: [{ ip_address: '10.7.0.3' }], mac_address: '12:00:00:00:00:01' };
    const any = { port: { network_id: small.id } };
    const { body } = await api.ask('member', 'POST', '/v2.0/ports', { ports: [any, any, named, any, any] });
    expect(body.ports.map((port: TestAnswer['body']) => port.fixed_ips[0].ip_address).sort()).toEqual(
      [2, 3, 4, 5, 6].map((n) => `10.7.0.${n}`),
    );
    const again = await api.ask('member', 'POST', '/v2.0/ports', {
      ports: [{ network_id: small.id, fixed_ips: [] }, named],
    });
    expect(errorType(again)).toEqual([409, 'MacAddressInUse']);
  });
});

test('is found by its addresses and its groups', async () => {
  const port = await makePort({ fixed_ips: [{ ip_address: '10.0.3.77' }] });
  const ids = async (query: string) =>
    (await api.ask('member', 'GET', `/v2.0/ports?network_id=${net.id}&fields=id&${query}`)).body.ports.map(
      (one: { id: string }) => one.id,
    );
  expect(await ids('fixed_ips=ip_address%3D10.0.3.77')).toEqual([port.id]);
  expect(await ids(`fixed_ips=ip_address%3D10.0.3.77&fixed_ips=subnet_id%3D${net.id}`)).toEqual([]);
  expect(await ids(`fixed_ips=ip_address_substr%3D.3.77&fixed_ips=subnet_id%3D${sub.id}`)).toEqual([port.id]);
  expect(await ids(`security_groups=${port.security_groups[0]}&mac_address=${port.mac_address}`)).toEqual([port.id]);
  expect(await ids('ip_allocation=none&device_owner=x')).toEqual([]);
});

describe('bindings', () => {
  const path = (id: string, rest = '') => `/v2.0/ports/${id}/bindings${rest}`;

  test('are made for another host, activated and deleted', async () => {
    const port = await makePort({ device_owner: 'compute:nova', device_id: 'vm', 'binding:host_id': 'h1' }, 'admin');
    expect(port['binding:vif_type']).toBe('ovs');
    const made = await api.ask('admin', 'POST', path(port.id), { binding: { host: 'h2', profile: { a: 1 } } });
    expect(made).toMatchObject({
      status: 201,
      body: { binding: { host: 'h2', status: 'INACTIVE', vif_type: 'ovs', vnic_type: 'normal', profile: { a: 1 } } },
    });
    expect(errorType(await api.ask('admin', 'POST', path(port.id), { binding: { host: 'h2' } }))).toEqual([
      409,
      'PortBindingAlreadyExists',
    ]);
    expect(errorType(await api.ask('admin', 'POST', path(port.id), { binding: { host: 'h1' } }))).toEqual([
      409,
      'PortBindingAlreadyExists',
    ]);
    const listed = async () =>
      Object.fromEntries(
        (await api.ask('admin', 'GET', path(port.id))).body.bindings.map((one: TestAnswer['body']) => [
          one.host,
          one.status,
        ]),
      );
    expect(await listed()).toEqual({ h1: 'ACTIVE', h2: 'INACTIVE' });
    const updated = await api.ask('admin', 'PUT', path(port.id, '/h2'), { binding: { profile: { b: 2 } } });
    expect(updated.body.binding.profile).toEqual({ b: 2 });
    expect((await api.ask('admin', 'PUT', path(port.id, '/h2/activate'))).body).toMatchObject({
      host: 'h2',
      status: 'ACTIVE',
    });
    expect(await listed()).toEqual({ h1: 'INACTIVE', h2: 'ACTIVE' });
    const now = (await api.ask('admin', 'GET', `/v2.0/ports/${port.id}`)).body.port;
    expect(now).toMatchObject({ 'binding:host_id': 'h2', 'binding:profile': { b: 2 }, status: 'DOWN' });
    expect(errorType(await api.ask('admin', 'PUT', path(port.id, '/h2/activate')))).toEqual([
      409,
      'PortBindingAlreadyActive',
    ]);
    expect((await api.ask('admin', 'DELETE', path(port.id, '/h1'))).status).toBe(204);
    expect(errorType(await api.ask('admin', 'GET', path(port.id, '/h1')))).toEqual([404, 'PortBindingNotFound']);
    expect(errorType(await api.ask('admin', 'PUT', path(port.id, '/h1/activate')))).toEqual([
      404,
      'PortBindingNotFound',
    ]);
    expect((await api.ask('admin', 'DELETE', path(port.id, '/h2'))).status).toBe(204);
    expect(await listed()).toEqual({});
  });

  test('are not for projects', async () => {
    const port = await makePort();
    expect((await api.ask('member', 'POST', path(port.id), { binding: { host: 'h2' } })).status).toBe(403);
    expect((await api.ask('member', 'GET', path(port.id))).body.bindings).toEqual([]);
    expect((await api.ask('other', 'GET', path(port.id))).status).toBe(404);
  });

  test('one of them is active, however many try at once', async () => {
    const port = await makePort({ 'binding:host_id': 'h1' }, 'admin');
    await api.ask('admin', 'POST', path(port.id), { binding: { host: 'h2' } });
    const tries = await Promise.all(
      Array.from({ length: 6 }, (_, n) => api.ask('admin', 'PUT', path(port.id, `/h${(n % 2) + 1}/activate`))),
    );
    expect(tries.every((one) => one.status === 200 || one.status === 409)).toBe(true);
    const { bindings } = (await api.ask('admin', 'GET', path(port.id))).body;
    expect(bindings.map((one: { status: string }) => one.status).sort()).toEqual(['ACTIVE', 'INACTIVE']);
  });
});
