import { expect, test } from 'vitest';
import type { Wiring } from '../compile/wiring.ts';
import { emptyShare, type Network, type Port, type PortQos, type Share } from '../model/share.ts';
import { unlimited } from './unlimited.ts';

const id = '5afb5e46-3713-4499-ac44-f56fc4bbcf9d';
const network: Network = {
  ...{ id: 'net', name: '', projectId: '', networkType: 'vxlan', physicalNetwork: null, segmentationId: 42 },
  ...{ mtu: 1450, external: false, adminStateUp: true },
};
const port: Port = {
  ...{ id, name: '', networkId: 'net', projectId: '', macAddress: 'fa:16:3e:00:00:01', adminStateUp: true },
  ...{ fixedIps: [], deviceOwner: 'compute:nova', deviceId: '', host: 'here', portSecurityEnabled: false },
  ...{ securityGroupIds: [], allowedAddressPairs: [], extraDhcpOptions: [], dnsName: '' },
};
const wiring: Wiring = {
  ...{ host: 'here', datapathType: 'netdev', localIp: '192.0.2.1', bridgeMappings: {}, stateDirectory: '/s' },
  ...{ localVlans: { net: 7 }, conntrackZones: {}, plugs: { [id]: { kind: 'tap' } }, attached: {} },
};
const nothing: PortQos = { id, policyId: 'p', egress: null, ingress: null, dscpMark: null };
const share = (wanted: Partial<PortQos>, more: Partial<Port> = {}): Share => ({
  ...emptyShare,
  network: { net: network },
  port: { [id]: { ...port, ...more } },
  portQos: { [id]: { ...nothing, ...wanted } },
});
const limit = (maxKbps: number) => ({ maxKbps, maxBurstKbps: 0 });

test('a policy that the host brings about is no problem', () => {
  expect(unlimited(share({ egress: limit(1000), ingress: limit(0), dscpMark: 8 }), wiring)).toEqual([]);
});

test('a limit of a port without a Linux bridge is told, and its mark is none', () => {
  const direct = { ...wiring, plugs: {}, attached: { [id]: 'tap5afb5e46-37' } };
  expect(unlimited(share({ ingress: limit(1000) }), direct)).toEqual([
    { object: `port ${id}`, namespace: '', message: expect.stringContaining('plug it hybrid') },
  ]);
  expect(unlimited(share({ dscpMark: 26 }), direct)).toEqual([]);
});

test('a limit below what the kernel can keep is told', () => {
  const [problem, ...more] = unlimited(share({ egress: limit(2) }), wiring);
  expect(problem?.message).toContain('less than 3 kbit/s');
  expect(more).toEqual([]);
  expect(unlimited(share({ egress: limit(3) }), wiring)).toEqual([]);
});

test('a policy of a router’s port is told, unless it says nothing', () => {
  const owner = { deviceOwner: 'network:router_interface' };
  expect(unlimited(share({ dscpMark: 26 }, owner), wiring)).toHaveLength(1);
  expect(unlimited(share({}, owner), wiring)).toEqual([]);
});
