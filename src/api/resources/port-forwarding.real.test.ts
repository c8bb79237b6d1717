import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRoutedApi, type RoutedApi, refused } from '../test-routed.ts';

let world: RoutedApi;
beforeAll(async () => {
  world = await openRoutedApi();
});
afterAll(async () => await world?.[Symbol.asyncDispose]());

const path = (fip: { id: string }, forwarding?: { id: string }) =>
  `/v2.0/floatingips/${fip.id}/port_forwardings${forwarding === undefined ? '' : `/${forwarding.id}`}`;

function body(port: { id: string; ip: string }, internal: number | string, external: number | string) {
  const side = (name: string, given: number | string) =>
    typeof given === 'number' ? { [`${name}_port`]: given } : { [`${name}_port_range`]: given };
  return {
    port_forwarding: {
      protocol: 'tcp',
      internal_port_id: port.id,
      internal_ip_address: port.ip,
      ...side('internal', internal),
      ...side('external', external),
    },
  };
}

test('a floating IP forwards ports, shows them, and is on their router while it does', async () => {
  const { api } = world;
  const fip = await world.floatingIp();
  const port = await world.port();
  const made = await api.ask('member', 'POST', path(fip), body(port, 22, 2222));
  expect(made.status).toBe(201);
  const forwarding = made.body.port_forwarding;
  expect(forwarding).toEqual({
    id: forwarding.id,
    protocol: 'tcp',
    external_port: 2222,
    external_port_range: '2222:2222',
    internal_port: 22,
    internal_port_range: '22:22',
    internal_ip_address: port.ip,
    internal_port_id: port.id,
    description: '',
  });
  expect((await api.ask('member', 'GET', path(fip))).body.port_forwardings).toEqual([forwarding]);
  const shown = async () => (await api.ask('member', 'GET', `/v2.0/floatingips/${fip.id}`)).body.floatingip;
  expect(await shown()).toMatchObject({
    router_id: world.router.id,
    port_id: null,
    status: 'DOWN',
    port_forwardings: [
      {
        id: forwarding.id,
        protocol: 'tcp',
        internal_port: 22,
        external_port: 2222,
        internal_ip_address: port.ip,
        internal_port_id: port.id,
      },
    ],
  });
  const changed = await api.ask('member', 'PUT', path(fip, forwarding), {
    port_forwarding: { internal_port: 23, description: 'shell' },
  });
  expect(changed).toMatchObject({
    status: 200,
    body: { port_forwarding: { internal_port: 23, external_port: 2222, description: 'shell' } },
  });
  expect(await api.ask('member', 'DELETE', `/v2.0/floatingips/${fip.id}`)).toMatchObject(
    refused(409, 'FipInUseByPortForwarding'),
  );
  expect(
    await api.ask('member', 'PUT', `/v2.0/floatingips/${fip.id}`, { floatingip: { port_id: (await world.port()).id } }),
  ).toMatchObject(refused(409, 'FipInUseByPortForwarding'));
  for (const method of ['GET', 'POST'] as const) {
    expect((await api.ask('other', method, path(fip), body(port, 80, 80))).status).toBe(404);
  }
  expect((await api.ask('member', 'DELETE', `/v2.0/ports/${port.id}`)).status).toBe(204);
  expect(await shown()).toMatchObject({ router_id: null, port_forwardings: [] });
  expect(await api.ask('member', 'GET', path(fip, forwarding))).toMatchObject(refused(404, 'PortForwardingNotFound'));
  expect((await api.ask('member', 'DELETE', `/v2.0/floatingips/${fip.id}`)).status).toBe(204);
});

test('of twenty who want one port of a floating IP, one gets it', async () => {
  const fip = await world.floatingIp();
  const port = await world.port();
  const made = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      world.api.ask('member', 'POST', path(fip), body(port, 100 + index, '8000:8000')),
    ),
  );
  expect(made.filter((one) => one.status === 201)).toHaveLength(1);
  for (const one of made.filter(({ status }) => status !== 201)) expect(one).toMatchObject(refused(400, 'BadRequest'));
});

describe('what cannot be forwarded changes nothing', () => {
  test('ranges that do not fit, overlap, or are none', async () => {
    const { api } = world;
    const fip = await world.floatingIp();
    const port = await world.port();
    const ask = (internal: number | string, external: number | string) =>
      api.ask('member', 'POST', path(fip), body(port, internal, external));
    expect((await ask('80:89', '8080:8089')).body.port_forwarding).toMatchObject({
      internal_port: null,
      external_port: null,
      internal_port_range: '80:89',
      external_port_range: '8080:8089',
    });
    expect((await ask(90, '90:99')).status).toBe(201);
    for (const [internal, external] of [
      [85, 7000],
      [7000, 8085],
      ['1:3', '1:2'],
    ] as const) {
      expect(await ask(internal, external)).toMatchObject(refused(400, 'BadRequest'));
    }
    for (const external of ['9:8', '1:2:3', '0:4', 'ssh', 70_000]) {
      expect(await ask(1, external)).toMatchObject(refused(400, 'HTTPBadRequest'));
    }
    expect((await api.ask('member', 'GET', path(fip))).body.port_forwardings).toHaveLength(2);
  });

  test('ports that have a floating IP, cannot be reached or are not there', async () => {
    const { api } = world;
    const fip = await world.floatingIp();
    const port = await world.port();
    const taken = await world.floatingIp({ port_id: port.id });
    expect(await api.ask('member', 'POST', path(fip), body(port, 1, 1))).toMatchObject(
      refused(409, 'PortHasBindingFloatingIP'),
    );
    expect(await api.ask('member', 'POST', path(taken), body(await world.port(), 1, 1))).toMatchObject(
      refused(409, 'FloatingIPPortAlreadyAssociated'),
    );
    const net = await api.make('member', 'networks', { network: {} });
    await api.make('member', 'subnets', { subnet: { network_id: net.id, ip_version: 4, cidr: '10.8.0.0/24' } });
    const far = await api.make('member', 'ports', { port: { network_id: net.id } });
    const farPort = { id: far.id, ip: far.fixed_ips[0].ip_address };
    expect(await api.ask('member', 'POST', path(fip), body(farPort, 1, 1))).toMatchObject(refused(400, 'BadRequest'));
    expect(await api.ask('member', 'POST', path(fip), body({ ...port, ip: '10.0.0.250' }, 1, 1))).toMatchObject(
      refused(400, 'BadRequest'),
    );
    const nobody = { id: '00000000-0000-0000-0000-00000000ffff', ip: '10.0.0.9' };
    expect(await api.ask('member', 'POST', path(fip), body(nobody, 1, 1))).toMatchObject(refused(404, 'PortNotFound'));
    const shown = (await api.ask('member', 'GET', `/v2.0/floatingips/${fip.id}`)).body.floatingip;
    expect(shown).toMatchObject({ router_id: null, port_forwardings: [] });
  });
});

test('an interface that a forwarding needs stays', async () => {
  const fip = await world.floatingIp();
  const made = await world.api.ask('member', 'POST', path(fip), body(await world.port(), 443, 443));
  expect(made.status).toBe(201);
  const remove = () =>
    world.api.ask('member', 'PUT', `/v2.0/routers/${world.router.id}/remove_router_interface`, {
      subnet_id: world.insideSubnet.id,
    });
  expect(await remove()).toMatchObject(refused(409, 'RouterInterfaceInUseByFloatingIP'));
});
