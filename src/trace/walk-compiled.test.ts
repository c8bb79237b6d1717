import { expect, test } from 'vitest';
import { observedModel } from '../../test/neutron-21/model.ts';
import { observedStates } from '../../test/neutron-21/observed.ts';
import { neutronShare, TUNNEL_IPS } from '../../test/support/neutron-share.ts';
import { compile } from '../compile/compile.ts';
import type { Plug, Wiring } from '../compile/wiring.ts';
import type { HostState } from '../host/host-state.ts';
import { addressedFrom, resolveEndpoint } from './resolve.ts';
import { walk } from './walk.ts';

const observed = observedStates();
const model = observedModel(observed);
const plug = (namespace: string): Plug => ({ kind: 'netns', namespace, device: 'eth0' });
const portId = (name: string) => model.ports.find((port) => port.name === name)?.id ?? '';
const networkId = (name: string) => model.networks.find((network) => network.name === name)?.id ?? '';

const wirings: Readonly<Record<string, Partial<Wiring>>> = {
  cmp1: {
    localVlans: { [networkId('isolated')]: 1, [networkId('private')]: 2 },
    conntrackZones: { [portId('vm1')]: 4097, [portId('vm2')]: 4098 },
    plugs: { [portId('vm1')]: plug('vm1'), [portId('vm2')]: plug('vm2'), [portId('iso1')]: plug('iso1') },
  },
  cmp2: {
    localVlans: { [networkId('private')]: 1 },
    conntrackZones: { [portId('vm3')]: 4097, [portId('vm4')]: 4098 },
    plugs: { [portId('vm3')]: plug('vm3'), [portId('vm4')]: plug('vm4') },
  },
  net1: {
    localVlans: { [networkId('private')]: 1, [networkId('isolated')]: 2, [networkId('public')]: 3 },
    bridgeMappings: { external: 'br-ex' },
  },
};

/** What the hosts should have, with the NIC on br-ex, which is the operator's and so no part of it. */
function compiledStates(): Readonly<Record<string, HostState>> {
  return Object.fromEntries(
    Object.entries(wirings).map(([host, wiring]) => [host, withNic(host, compiled(host, wiring))]),
  );
}

function compiled(host: string, wiring: Partial<Wiring>): HostState {
  return compile(neutronShare(host), {
    host,
    datapathType: 'netdev',
    localIp: TUNNEL_IPS[host] ?? null,
    bridgeMappings: {},
    stateDirectory: '/var/lib/tapline',
    localVlans: {},
    conntrackZones: {},
    plugs: {},
    attached: {},
    ...wiring,
  });
}

function withNic(host: string, state: HostState): HostState {
  const root = state.namespaces[''];
  const bridge = state.bridges['br-ex'];
  const nic = observed[host]?.namespaces['']?.links['ext0'];
  const port = observed[host]?.bridges['br-ex']?.ports['ext0'];
  if (root === undefined || bridge === undefined || nic === undefined || port === undefined) return state;
  return {
    ...state,
    namespaces: { ...state.namespaces, '': { ...root, links: { ...root.links, ext0: nic } } },
    bridges: { ...state.bridges, 'br-ex': { ...bridge, ports: { ...bridge.ports, ext0: port } } },
  };
}

test.each([
  ['vm1', 'vm3', 'icmp', undefined],
  ['vm1', 'vm2', 'tcp', 22],
  ['vm1', '203.0.113.1', 'icmp', undefined],
  ['vm3', '203.0.113.1', 'icmp', undefined],
  ['203.0.113.1', 'vm1', 'tcp', 22],
  ['203.0.113.1', 'vm1', 'tcp', 443],
  ['203.0.113.1', 'vm3', 'icmp', undefined],
  ['vm2', 'vm3', 'udp', 53],
  ['10.0.0.2', 'vm1', 'icmp', undefined],
  ['vm1', 'iso1', 'icmp', undefined],
] as const)(
  'walk() over what compile() makes is the line over what Neutron made: %s -> %s %s %s',
  (from, to, protocol, destinationPort) => {
    const [start, end] = [resolveEndpoint(model, from), resolveEndpoint(model, to)];
    if (start.kind !== 'found' || end.kind !== 'found') throw new Error('not known');
    const question = {
      from: start.endpoint,
      to: addressedFrom(start.endpoint, end.endpoint),
      protocol,
      model,
      ...(destinationPort === undefined ? {} : { destinationPort }),
    };
    const shape = (states: Readonly<Record<string, HostState>>) => {
      const line = walk(states, question);
      const { letter, host, code } = line.stop ?? { letter: '', host: '', code: '' };
      return {
        hops: line.hops.map(
          (hop) =>
            `${hop.letter} ${hop.host} ${hop.device} ${hop.packet.ipSource} ${hop.packet.ipDestination} ${hop.packet.vlan} ${hop.packet.vni}`,
        ),
        stop: { letter, host, code },
      };
    };
    expect(shape(compiledStates())).toEqual(shape(observed));
  },
);

test('walk() shows limits where they hold, with what they did, and the mark', () => {
  const states = compiledStates();
  const root = states['cmp2']?.namespaces[''];
  const end = resolveEndpoint(model, 'vm3');
  const start = resolveEndpoint(model, 'vm1');
  if (root === undefined || start.kind !== 'found' || end.kind !== 'found') throw new Error('not known');
  const counters = { packets: 12, bytes: 3400, dropped: 5, waitingBytes: 0 };
  const shapers = Object.fromEntries(Object.entries(root.shapers).map(([dev, one]) => [dev, { ...one, counters }]));
  const cmp2 = { ...states['cmp2'], namespaces: { ...states['cmp2']?.namespaces, '': { ...root, shapers } } };
  const seen = { ...states, cmp2: cmp2 as HostState };
  const about = (one: typeof start.endpoint, other: typeof start.endpoint, letter: string) =>
    walk(seen, { from: one, to: addressedFrom(one, other), protocol: 'icmp', model }).hops.find(
      (hop) => hop.letter === letter && hop.host === 'cmp2',
    );
  expect(about(end.endpoint, start.endpoint, 'C')).toMatchObject({
    what: '── veth, at most 20 Mbit/s',
    evidence: [
      {},
      {
        command: 'tc -s qdisc show dev qvb48f78507-7a',
        text: 'tbf, 20 Mbit/s, bursts of 800 ms, 2125000 bytes may wait; passed 12 packets (3400 bytes), dropped 5, 0 bytes wait',
      },
    ],
  });
  expect(about(end.endpoint, start.endpoint, 'D')).toMatchObject({
    what: 'into local VLAN 1, DSCP 26',
    packet: { dscp: 26 },
  });
  expect(about(start.endpoint, end.endpoint, 'B')?.what).toMatch(/^may enter: .*, at most 30 Mbit\/s$/);
  expect(about(start.endpoint, end.endpoint, 'C')?.what).toBe('── veth');
});
