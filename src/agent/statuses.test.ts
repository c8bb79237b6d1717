import { expect, test } from 'vitest';
import type { Problem } from '../driver/host-driver.ts';
import { emptyShare, type Port, type Share } from '../model/share.ts';
import { newsIn, noStatuses, statusesOf } from './statuses.ts';

const port = (id: string, part: Partial<Port> = {}): Port => ({
  id,
  name: '',
  networkId: 'net1',
  projectId: 'p',
  macAddress: 'fa:16:3e:00:00:01',
  adminStateUp: true,
  fixedIps: [],
  deviceOwner: 'compute:nova',
  deviceId: '',
  host: 'compute1',
  portSecurityEnabled: true,
  securityGroupIds: [],
  allowedAddressPairs: [],
  extraDhcpOptions: [],
  dnsName: '',
  ...part,
});
const web = '5afb5e46-3700-4000-8000-000000000001';
const db = '9afb5e46-3700-4000-8000-000000000002';
const inside = '1f2e3d4c-5b00-4000-8000-000000000003';
const gateway = '01340218-ba00-4000-8000-000000000004';
const dhcp = '77340218-ba00-4000-8000-000000000005';
const share: Share = {
  ...emptyShare,
  port: {
    [web]: port(web),
    [db]: port(db),
    elsewhere: port('elsewhere', { host: 'compute2' }),
    [inside]: port(inside, { deviceOwner: 'network:router_interface' }),
    [gateway]: port(gateway, { deviceOwner: 'network:router_gateway', host: '' }),
    [dhcp]: port(dhcp, { deviceOwner: 'network:dhcp' }),
  },
  dhcpServer: { net1: { id: 'net1', portId: dhcp } },
  router: {
    r1: {
      id: 'r1',
      name: '',
      projectId: 'p',
      adminStateUp: true,
      gatewayPortId: gateway,
      enableSnat: true,
      interfacePortIds: [inside],
      routes: [],
    },
  },
  floatingIp: {
    f1: { id: 'f1', routerId: 'r1', floatingIpAddress: '203.0.113.17', fixedIpAddress: '10.0.0.5', portId: web },
  },
};
const plugs = { [web]: { kind: 'netns', namespace: 'vm1', device: 'eth0' } } as const;
const judge = (plugged: readonly string[], problems: readonly Problem[] = [], of = share) =>
  statusesOf({ share: of, host: 'compute1', plugged: new Set(plugged), plugs, problems });
const problem = (object: string, namespace = ''): Problem => ({ object, namespace, message: 'no' });

test('statusesOf() says ACTIVE of what is plugged and verified, and DOWN of what is bound and not plugged', () => {
  const { ports, routers, floatingIps } = judge([web]);
  expect(ports[web]).toEqual({ id: web, status: 'ACTIVE' });
  expect(ports[db]).toEqual({ id: db, status: 'DOWN', reason: 'nothing is plugged into it on compute1' });
  for (const id of [inside, gateway, dhcp]) expect(ports[id]).toEqual({ id, status: 'ACTIVE' });
  expect(Object.keys(ports)).not.toContain('elsewhere');
  expect(routers['r1']).toEqual({ id: 'r1', status: 'ACTIVE' });
  expect(floatingIps['f1']).toEqual({ id: 'f1', status: 'ACTIVE' });
});

test('statusesOf() blames the port whose device or chain a problem names, and no other', () => {
  for (const object of ['link qvo5afb5e46-37', 'chain filter neutron-openvswi-i5afb5e46-3']) {
    const { ports, routers } = judge([web, db], [problem(object)]);
    expect(ports[web]).toEqual({ id: web, status: 'ERROR', reason: `${object}: no` });
    expect(ports[db]?.status).toBe('ACTIVE');
    expect(routers['r1']?.status).toBe('ACTIVE');
  }
});

test('statusesOf() blames a port for the namespace that it is plugged into', () => {
  const { ports } = judge([web, db], [problem('namespace vm1', 'vm1')]);
  expect(ports[web]?.status).toBe('ERROR');
  expect(ports[db]?.status).toBe('ACTIVE');
});

test('statusesOf() blames a router with all that hangs on it', () => {
  const { ports, routers, floatingIps } = judge([web], [problem('route default', 'qrouter-r1')]);
  expect([ports[inside], ports[gateway], routers['r1'], floatingIps['f1']].map((one) => one?.status)).toEqual(
    Array(4).fill('ERROR'),
  );
  expect([ports[web], ports[dhcp]].map((one) => one?.status)).toEqual(['ACTIVE', 'ACTIVE']);
});

test('statusesOf() blames a DHCP port for its namespace', () => {
  const { ports } = judge([web], [problem('daemon dnsmasq:net1', 'qdhcp-net1')]);
  expect(ports[dhcp]?.status).toBe('ERROR');
  expect(ports[web]?.status).toBe('ACTIVE');
});

test('statusesOf() says ACTIVE of nothing while something that all share is wrong', () => {
  const { ports, routers } = judge([web], [problem('chain filter neutron-openvswi-sg-chain')]);
  expect(ports[web]?.status).toBe('ERROR');
  expect(routers['r1']?.status).toBe('ERROR');
  expect(ports[db]?.status).toBe('DOWN');
});

test('statusesOf() says DOWN of what is administratively down', () => {
  const down = { ...share, port: { ...share.port, [web]: port(web, { adminStateUp: false }) } };
  expect(judge([web], [], down).ports[web]?.status).toBe('DOWN');
});

test('newsIn() tells everything at first, then differences alone', () => {
  const first = judge([web]);
  expect(newsIn(first, noStatuses).ports).toHaveLength(5);
  expect(newsIn(judge([web]), first)).toEqual({ ports: [], routers: [], floatingIps: [] });
  expect(newsIn(judge([web, db]), first).ports).toEqual([{ id: db, status: 'ACTIVE' }]);
});
