import { expect, test } from 'vitest';
import { emptyNamespace, type HostState } from '../host/host-state.ts';
import { emptyShare, type FloatingIp, type Router, type Share } from '../model/share.ts';
import { Announcer } from './announcer.ts';

const router: Router = {
  id: 'r1',
  name: '',
  projectId: 'p',
  adminStateUp: true,
  gatewayPortId: 'g',
  enableSnat: true,
  interfacePortIds: [],
  routes: [],
};
const floatingIp = (fixedIpAddress: string): FloatingIp => ({
  id: 'f1',
  routerId: 'r1',
  floatingIpAddress: '203.0.113.17',
  fixedIpAddress,
  portId: 'p1',
});
const share = (...floatingIps: FloatingIp[]): Share => ({
  ...emptyShare,
  router: { r1: router },
  floatingIp: Object.fromEntries(floatingIps.map((one) => [one.id, one])),
});
const state = (...addresses: string[]): HostState => ({
  namespaces: {
    'qrouter-r1': {
      ...emptyNamespace,
      links: { 'qg-1': { kind: 'internal', addresses }, 'qr-1': { kind: 'internal', addresses: ['10.0.0.1/24'] } },
    },
  },
  bridges: {},
  daemons: {},
});

async function hear(atStart: Share | null, rounds: readonly { share: Share; before: HostState; desired: HostState }[]) {
  const said: string[] = [];
  const announcer = new Announcer(
    {
      announce: async (namespace, device, address) => {
        said.push(`arp ${namespace} ${device} ${address}`);
        return null;
      },
      forgetConnections: async (namespace, address) => {
        said.push(`forget ${namespace} ${address}`);
      },
    },
    atStart,
    { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} },
  );
  for (const one of rounds) {
    announcer.hear({
      intent: { version: 1, held: { epoch: 'e', generation: 1, share: one.share }, plugs: {} },
      statuses: { ports: {}, routers: {}, floatingIps: {} },
      before: one.before,
      desired: one.desired,
    });
  }
  await new Promise((resolve) => setImmediate(resolve));
  return said;
}

test('Announcer tells the neighbours of the gateway and of a floating IP, and of nothing else', async () => {
  const desired = state('203.0.113.5/24', '203.0.113.17/32', '2001:db8::1/64');
  expect(await hear(null, [{ share: share(floatingIp('10.0.0.5')), before: state(), desired }])).toEqual([
    'arp qrouter-r1 qg-1 203.0.113.5',
    'arp qrouter-r1 qg-1 203.0.113.17',
  ]);
});

test('Announcer says nothing after a restart in which nothing changed', async () => {
  const same = state('203.0.113.5/24', '203.0.113.17/32');
  const now = share(floatingIp('10.0.0.5'));
  expect(await hear(now, [{ share: now, before: same, desired: same }])).toEqual([]);
});

test('Announcer forgets the connections of a floating IP that went away or leads elsewhere', async () => {
  const before = state('203.0.113.17/32');
  expect(await hear(share(floatingIp('10.0.0.5')), [{ share: share(), before, desired: state() }])).toEqual([
    'forget qrouter-r1 203.0.113.17',
  ]);
  expect(
    await hear(share(floatingIp('10.0.0.5')), [{ share: share(floatingIp('10.0.0.6')), before, desired: before }]),
  ).toEqual(['forget qrouter-r1 203.0.113.17']);
});

test('Announcer leaves the connections of a router that is gone to its namespace', async () => {
  const before = state('203.0.113.17/32');
  expect(await hear(share(floatingIp('10.0.0.5')), [{ share: emptyShare, before, desired: state() }])).toEqual([]);
});
