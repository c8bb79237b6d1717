import { describe, expect, test } from 'vitest';
import { type Fault, healthy, question, stopText } from '../../test/neutron-21/ask.ts';
import { editLink, editNamespace, editRule, loseFlows } from '../../test/neutron-21/edit.ts';
import type { Link } from '../host/host-state.ts';
import { walk } from './walk.ts';

const router = 'qrouter-f1c1cc81-a991-4777-96ce-948f6b682ec7';
const outside = '203.0.113.1';
const down = (link: Link): Link => ({ ...link, up: false });

const faults: readonly Fault[] = [
  {
    name: 'a router’s inner address is not for the outside',
    states: () => healthy,
    ends: [outside, '10.0.0.1'],
    stop: 'Q net1 FIP_NOT_ASSOCIATED',
  },
  {
    name: 'the underlay has no route',
    states: () =>
      editNamespace(healthy, 'cmp1', '', (namespace) => ({
        ...namespace,
        routes: [],
        links: Object.fromEntries(
          Object.entries(namespace.links).map(([name, link]) => [
            name,
            { ...link, addresses: link.addresses.map((address) => address.replace('10.98.0.21/24', '10.98.0.21/32')) },
          ]),
        ),
      })),
    ends: ['vm1', 'vm3'],
    stop: 'G cmp1 UNDERLAY_NO_ROUTE',
  },
  {
    name: 'qr- is down',
    states: () => editLink(healthy, 'net1', router, 'qr-243b9d3a-c4', down),
    ends: ['vm1', outside],
    stop: 'M net1 LINK_DOWN',
  },
  {
    name: 'qg- is down',
    states: () => editLink(healthy, 'net1', router, 'qg-3b0f3779-10', down),
    ends: ['vm1', outside],
    stop: 'N net1 LINK_DOWN',
  },
  {
    name: 'the NIC is down',
    states: () => editLink(healthy, 'net1', '', 'ext0', down),
    ends: ['vm1', outside],
    stop: 'Q net1 LINK_DOWN',
  },
  {
    name: 'qr- is in no namespace',
    states: () => editLink(healthy, 'net1', router, 'qr-243b9d3a-c4', () => null),
    ends: ['vm1', outside],
    stop: 'M net1 LINK_MISSING',
  },
  {
    name: 'the router does not forward',
    states: () =>
      editNamespace(healthy, 'net1', router, (namespace) => ({
        ...namespace,
        sysctls: { 'net.ipv4.ip_forward': '0' },
      })),
    ends: ['vm1', outside],
    stop: 'M net1 FORWARDING_OFF',
  },
  {
    name: 'the router has no default route',
    states: () =>
      editNamespace(healthy, 'net1', router, (namespace) => ({
        ...namespace,
        routes: namespace.routes.filter((route) => route.destination !== 'default'),
      })),
    ends: ['vm1', '8.8.8.8'],
    stop: 'M net1 NO_ROUTE',
  },
  {
    name: 'another network is behind no interface of the router',
    states: () => healthy,
    ends: ['vm1', 'iso1'],
    stop: 'M net1 NO_ROUTE',
  },
  { name: 'an isolated network has no gateway', states: () => healthy, ends: ['iso1', 'vm1'], stop: 'A cmp1 NO_ROUTE' },
  {
    name: 'SNAT is gone',
    states: () =>
      editRule(
        healthy,
        'net1',
        router,
        'nat',
        'neutron-l3-agent-snat',
        '-o qg-3b0f3779-10 -j SNAT --to-source 203.0.113.159 --random-fully',
      ),
    ends: ['vm3', outside],
    stop: 'NAT net1 SNAT_MISSING',
  },
  {
    name: 'DNAT is gone',
    states: () =>
      editRule(
        healthy,
        'net1',
        router,
        'nat',
        'neutron-l3-agent-PREROUTING',
        '-d 203.0.113.185/32 -j DNAT --to-destination 10.0.0.69',
      ),
    ends: [outside, 'vm1'],
    stop: 'NAT net1 FIP_NO_DNAT',
  },
  {
    name: 'the floating IP is on no device',
    states: () =>
      editLink(healthy, 'net1', router, 'qg-3b0f3779-10', (link) => ({
        ...link,
        addresses: link.addresses.filter((address) => address !== '203.0.113.185/32'),
      })),
    ends: [outside, 'vm1'],
    stop: 'N net1 FIP_NO_ADDRESS',
  },
  {
    name: 'a VM without floating IP',
    states: () => healthy,
    ends: [outside, 'vm3'],
    stop: 'Q net1 FIP_NOT_ASSOCIATED',
  },
  {
    name: 'br-int does not know the provider network',
    states: () => loseFlows(healthy, 'net1', 'br-int', (flow) => flow.priority === 3 && flow.table === 0),
    ends: [outside, 'vm1'],
    stop: 'O net1 SEGMENT_NOT_MAPPED',
  },
  {
    name: 'br-ex does not know the local VLAN',
    states: () => loseFlows(healthy, 'net1', 'br-ex', (flow) => flow.priority === 4),
    ends: ['vm1', outside],
    stop: 'P net1 SEGMENT_NOT_MAPPED',
  },
];

describe('walk() names the hop and the reason: routers and the outside', () => {
  test.each(faults)('$name', ({ states, ends: [from, to], more, stop }) => {
    expect(stopText(walk(states(), question(from, to, more)))).toBe(stop);
  });
});
