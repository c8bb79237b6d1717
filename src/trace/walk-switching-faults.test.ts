import { describe, expect, test } from 'vitest';
import { type Fault, healthy, question, stopText } from '../../test/neutron-21/ask.ts';
import { editBridge, editLink, editNamespace, editPort, editRule, loseFlows } from '../../test/neutron-21/edit.ts';
import type { Flow, Link } from '../host/host-state.ts';
import { walk } from './walk.ts';

const macOfVm3 = 'fa:16:3e:2d:2d:62';
const toVm3 = (flow: Flow) => flow.match.includes(macOfVm3);
const down = (link: Link): Link => ({ ...link, up: false });

const faults: readonly Fault[] = [
  {
    name: 'qvo is on no bridge',
    states: () => editPort(healthy, 'cmp2', 'br-int', 'qvo48f78507-7a', () => null),
    ends: ['vm1', 'vm3'],
    stop: 'D cmp2 PORT_NOT_WIRED',
  },
  {
    name: 'br-tun lost the MAC and the flood',
    states: () =>
      loseFlows(
        loseFlows(healthy, 'cmp1', 'br-tun', toVm3),
        'cmp1',
        'br-tun',
        (flow) => flow.table === 22 && flow.priority === 1,
      ),
    ends: ['vm1', 'vm3'],
    stop: 'F cmp1 FDB_ENTRY_MISSING',
  },
  {
    name: 'the flood does not go to the destination’s host',
    states: () =>
      editBridge(loseFlows(healthy, 'cmp1', 'br-tun', toVm3), 'cmp1', 'br-tun', (bridge) => ({
        ...bridge,
        flows: bridge.flows.map((flow) => ({ ...flow, actions: flow.actions.replace(',output:"vxlan-0a620016"', '') })),
      })),
    ends: ['vm1', 'vm3'],
    stop: 'F cmp1 FDB_ENTRY_MISSING',
  },
  {
    name: 'br-tun lost all flows',
    states: () => loseFlows(healthy, 'cmp1', 'br-tun', () => true),
    ends: ['vm1', 'vm3'],
    stop: 'F cmp1 NO_FLOW',
  },
  {
    name: 'br-int lost all flows',
    states: () => loseFlows(healthy, 'cmp1', 'br-int', () => true),
    ends: ['vm1', 'vm3'],
    stop: 'D cmp1 NO_FLOW',
  },
  {
    name: 'br-int lost the MAC guard of the port',
    states: () => loseFlows(healthy, 'cmp1', 'br-int', (flow) => flow.table === 25 && flow.match.includes('5afb5e46')),
    ends: ['vm1', 'vm3'],
    stop: 'D cmp1 NO_FLOW',
  },
  {
    name: 'br-int guards another MAC',
    states: () =>
      editBridge(healthy, 'cmp1', 'br-int', (bridge) => ({
        ...bridge,
        flows: bridge.flows.map((flow) => ({
          ...flow,
          match: flow.match.replace('dl_src=fa:16:3e:5a:ba:7c', 'dl_src=fa:16:3e:00:00:01'),
        })),
      })),
    ends: ['vm1', 'vm3'],
    stop: 'D cmp1 ADDRESS_SPOOFED',
  },
  {
    name: 'the far host lost the VNI',
    states: () => loseFlows(healthy, 'cmp2', 'br-tun', (flow) => flow.table === 4 && flow.match === 'tun_id=0x3cda'),
    ends: ['vm1', 'vm3'],
    stop: 'H cmp2 VNI_NOT_MAPPED',
  },
  {
    name: 'the far host does not accept the tunnel',
    states: () => loseFlows(healthy, 'cmp2', 'br-tun', (flow) => flow.match === 'in_port="vxlan-0a620015"'),
    ends: ['vm1', 'vm3'],
    stop: 'H cmp2 TUNNEL_FLOW_MISSING',
  },
  {
    name: 'no tunnel port',
    states: () => editPort(healthy, 'cmp1', 'br-tun', 'vxlan-0a620016', () => null),
    ends: ['vm1', 'vm3'],
    stop: 'F cmp1 TUNNEL_MISSING',
  },
  {
    name: 'no tunnel port back',
    states: () => editPort(healthy, 'cmp2', 'br-tun', 'vxlan-0a620015', () => null),
    ends: ['vm1', 'vm3'],
    stop: 'H cmp2 TUNNEL_MISSING',
  },
  {
    name: 'the tunnel port has an error',
    states: () =>
      editPort(healthy, 'cmp1', 'br-tun', 'vxlan-0a620016', (port) => ({ ...port, error: 'could not add' })),
    ends: ['vm1', 'vm3'],
    stop: 'G cmp1 PORT_ERROR',
  },
  {
    name: 'the destination’s port has another tag',
    states: () => editPort(healthy, 'cmp2', 'br-int', 'qvo48f78507-7a', (port) => ({ ...port, tag: 7 })),
    ends: ['vm1', 'vm3'],
    stop: 'D cmp2 LOCAL_VLAN_MISMATCH',
  },
  {
    name: 'the source’s port has another tag',
    states: () => editPort(healthy, 'cmp1', 'br-int', 'qvo5afb5e46-37', (port) => ({ ...port, tag: 7 })),
    ends: ['vm1', 'vm3'],
    stop: 'D cmp1 LOCAL_VLAN_MISMATCH',
  },
  {
    name: 'the source’s port is parked in 4095',
    states: () => editPort(healthy, 'cmp1', 'br-int', 'qvo5afb5e46-37', (port) => ({ ...port, tag: 4095 })),
    ends: ['vm1', 'vm3'],
    stop: 'D cmp1 PORT_DEAD',
  },
  {
    name: 'the switch learned the MAC elsewhere',
    states: () =>
      editBridge(healthy, 'cmp2', 'br-int', (bridge) => ({
        ...bridge,
        macTable: [{ port: 'qvo5f1fab4f-1c', vlan: 1, macAddress: macOfVm3, ageSeconds: 1 }],
      })),
    ends: ['vm1', 'vm3'],
    stop: 'D cmp2 MAC_LEARNED_ELSEWHERE',
  },
  {
    name: 'no patch on br-tun',
    states: () => editPort(healthy, 'cmp1', 'br-tun', 'patch-int', () => null),
    ends: ['vm1', 'vm3'],
    stop: 'E cmp1 PEER_MISSING',
  },
  {
    name: 'no tap',
    states: () => editLink(healthy, 'cmp1', '', 'tap5afb5e46-37', () => null),
    ends: ['vm1', 'vm3'],
    stop: 'B cmp1 PORT_NOT_WIRED',
  },
  {
    name: 'the tap is on no bridge',
    states: () => editLink(healthy, 'cmp1', '', 'tap5afb5e46-37', ({ master: _, ...link }) => link),
    ends: ['vm1', 'vm3'],
    stop: 'B cmp1 PORT_NOT_WIRED',
  },
  {
    name: 'qvb is on no bridge',
    states: () => editLink(healthy, 'cmp1', '', 'qvb5afb5e46-37', ({ master: _, ...link }) => link),
    ends: ['vm1', 'vm3'],
    stop: 'B cmp1 PORT_NOT_WIRED',
  },
  {
    name: 'the tap is down',
    states: () => editLink(healthy, 'cmp1', '', 'tap5afb5e46-37', down),
    ends: ['vm1', 'vm3'],
    stop: 'B cmp1 LINK_DOWN',
  },
  {
    name: 'qvb is down',
    states: () => editLink(healthy, 'cmp1', '', 'qvb5afb5e46-37', down),
    ends: ['vm1', 'vm3'],
    stop: 'C cmp1 LINK_DOWN',
  },
  {
    name: 'qvo is down',
    states: () => editLink(healthy, 'cmp1', '', 'qvo5afb5e46-37', down),
    ends: ['vm1', 'vm3'],
    stop: 'D cmp1 LINK_DOWN',
  },
  {
    name: 'the far tap is down',
    states: () => editLink(healthy, 'cmp2', '', 'tap48f78507-7a', down),
    ends: ['vm1', 'vm3'],
    stop: 'B cmp2 LINK_DOWN',
  },
  {
    name: 'the tunnel’s NIC is down',
    states: () => editLink(healthy, 'cmp1', '', 'br-phy', down),
    ends: ['vm1', 'vm3'],
    stop: 'G cmp1 LINK_DOWN',
  },
  {
    name: 'the underlay is too narrow',
    states: () => editLink(healthy, 'cmp1', '', 'br-phy', (link) => ({ ...link, mtu: 1450 })),
    ends: ['vm1', 'vm3'],
    more: { protocol: 'icmp', bytes: 1450 },
    stop: 'G cmp1 MTU_TOO_SMALL',
  },
  {
    name: 'the packet is larger than the network’s MTU',
    states: () => healthy,
    ends: ['vm1', 'vm3'],
    more: { protocol: 'icmp', bytes: 1500 },
    stop: 'C cmp1 MTU_TOO_SMALL',
  },
  {
    name: 'the egress rule is gone',
    states: () => editRule(healthy, 'cmp1', '', 'filter', 'neutron-openvswi-o5afb5e46-3', '-j RETURN'),
    ends: ['vm1', 'vm3'],
    stop: 'B cmp1 SG_NO_MATCH',
  },
  {
    name: 'the anti-spoofing rule is about another MAC',
    states: () => {
      const rule =
        '-s 10.0.0.69/32 -m mac --mac-source fa:16:3e:5a:ba:7c -m comment --comment "a comment, quoted (40)" -j RETURN';
      return editRule(healthy, 'cmp1', '', 'filter', 'neutron-openvswi-s5afb5e46-3', rule, (text) =>
        text.replace('5a:ba:7c', '00:00:01'),
      );
    },
    ends: ['vm1', 'vm3'],
    stop: 'B cmp1 ADDRESS_SPOOFED',
  },
  {
    name: 'someone’s own rule drops',
    states: () =>
      editRule(healthy, 'cmp1', '', 'filter', 'FORWARD', '-j neutron-filter-top', () => '-s 10.0.0.69/32 -j DROP'),
    ends: ['vm1', 'vm3'],
    stop: 'B cmp1 RULE_DROP',
  },
  {
    name: 'the ipset is empty',
    states: () => editNamespace(healthy, 'cmp2', '', (namespace) => ({ ...namespace, ipsets: {} })),
    ends: ['vm1', 'vm3'],
    more: { protocol: 'udp', destinationPort: 53 },
    stop: 'B cmp2 SG_NO_MATCH',
  },
  {
    name: 'the far host is not known',
    states: () => Object.fromEntries(Object.entries(healthy).filter(([host]) => host !== 'cmp2')),
    ends: ['vm1', 'vm3'],
    stop: 'G cmp1 HOST_NOT_OBSERVED',
  },
  {
    name: 'the source’s host is not known',
    states: () => Object.fromEntries(Object.entries(healthy).filter(([host]) => host !== 'cmp1')),
    ends: ['vm1', 'vm3'],
    stop: 'A cmp1 HOST_NOT_OBSERVED',
  },
  {
    name: 'br-int lost the ARP guard of the port',
    states: () =>
      loseFlows(healthy, 'cmp1', 'br-int', (flow) => flow.table === 24 && flow.match.includes('arp_spa=10.0.0.69')),
    ends: ['vm1', 'vm3'],
    stop: 'D cmp1 ARP_SPOOFED',
  },
  {
    name: 'nobody answers ARP, though the forwarding entry is there',
    states: () =>
      loseFlows(
        loseFlows(healthy, 'cmp1', 'br-tun', (flow) => flow.table === 21 && flow.match.includes('arp_tpa=10.0.0.42')),
        'cmp1',
        'br-tun',
        (flow) => flow.table === 22 && flow.priority === 1,
      ),
    ends: ['vm1', 'vm3'],
    stop: 'F cmp1 FDB_ENTRY_MISSING',
  },
  {
    name: 'ARP is answered with another MAC',
    states: () =>
      editBridge(healthy, 'cmp1', 'br-tun', (bridge) => ({
        ...bridge,
        flows: bridge.flows.map((flow) =>
          flow.table === 21 ? { ...flow, actions: flow.actions.replaceAll(macOfVm3, 'fa:16:3e:00:00:01') } : flow,
        ),
      })),
    ends: ['vm1', 'vm3'],
    stop: 'A cmp1 ARP_WRONG_ANSWER',
  },
];

describe('walk() names the hop and the reason: bridges, switches and tunnels', () => {
  test.each(faults)('$name', ({ states, ends: [from, to], more, stop }) => {
    expect(stopText(walk(states(), question(from, to, more)))).toBe(stop);
  });
});
