import { describe, expect, test } from 'vitest';
import {
  editBridge,
  editLink,
  editNamespace,
  editPort,
  editRule,
  loseFlows,
  type States,
} from '../../test/neutron-21/edit.ts';
import { observedModel } from '../../test/neutron-21/model.ts';
import { observedStates } from '../../test/neutron-21/observed.ts';
import type { Line } from './line.ts';
import type { Protocol } from './packet.ts';
import { addressedFrom, resolveEndpoint } from './resolve.ts';
import { emptyModel } from './trace-model.ts';
import { type Question, walk, walkWithReply } from './walk.ts';

const healthy = observedStates();
const model = observedModel(healthy);
const router = 'qrouter-f1c1cc81-a991-4777-96ce-948f6b682ec7';
const outside = '203.0.113.1';
const macOfVm3 = 'fa:16:3e:2d:2d:62';

function question(from: string, to: string, more: Partial<Question> = {}): Question {
  const [start, end] = [resolveEndpoint(model, from), resolveEndpoint(model, to)];
  if (start.kind !== 'found' || end.kind !== 'found') throw new Error(`${from} or ${to} is not known`);
  const target = addressedFrom(start.endpoint, end.endpoint);
  return { from: start.endpoint, to: target, protocol: 'icmp', model, ...more };
}

function ask(states: States, from: string, to: string, protocol: Protocol = 'icmp', destinationPort = 0): Line {
  return walk(states, question(from, to, { protocol, destinationPort }));
}

function letters(line: Line): string {
  return line.hops.map((hop) => hop.letter || '-').join('');
}

describe('walk() over what a real Neutron wired', () => {
  test('vm1 -> vm3 crosses VXLAN with every letter', () => {
    const line = ask(healthy, 'vm1', 'vm3');
    expect(line.stop).toBeNull();
    expect(letters(line)).toBe('ABCDEFGHIJDCBA');
    expect(line.hops.map((hop) => hop.device)).toEqual([
      'eth0',
      'tap5afb5e46-37',
      'qvb5afb5e46-37',
      'qvo5afb5e46-37',
      'patch-tun',
      'patch-int',
      'vxlan-0a620016',
      'vxlan-0a620015',
      'patch-int',
      'patch-tun',
      'qvo48f78507-7a',
      'qvb48f78507-7a',
      'tap48f78507-7a',
      'eth0',
    ]);
    expect(line.hops.map((hop) => hop.host)).toEqual([...Array(7).fill('cmp1'), ...Array(7).fill('cmp2')]);
    expect(line.hops[5]).toMatchObject({ what: 'VLAN 2 becomes VNI 15578', packet: { vni: 15578, vlan: null } });
    expect(line.hops[7]).toMatchObject({ what: 'VNI 15578 becomes VLAN 1', packet: { vlan: 1 } });
    expect(line.assumptions).toEqual([]);
  });

  test('every hop has a command that proves it', () => {
    for (const line of [ask(healthy, 'vm1', 'vm3'), ask(healthy, 'vm3', outside), ask(healthy, outside, 'vm1')]) {
      for (const hop of line.hops) {
        expect(hop.evidence.length, `${hop.letter} ${hop.device}`).toBeGreaterThan(0);
        for (const { command } of hop.evidence)
          expect(command).toMatch(/^(openstack|ip|ovs-ofctl|ovs-vsctl|iptables|conntrack) /);
      }
    }
  });

  test('a VM with a floating IP leaves with it, another with the router’s address', () => {
    const floating = ask(healthy, 'vm1', outside);
    expect(floating).toMatchObject({ verdict: 'arrives', translatedSource: '203.0.113.185' });
    expect(letters(floating)).toBe('ABCDEFGHIJM-NOPQ');
    expect(floating.hops[11]?.because).toBe('neutron-l3-agent-float-snat (floating IP)');
    expect(ask(healthy, 'vm3', outside)).toMatchObject({ verdict: 'arrives', translatedSource: '203.0.113.159' });
  });

  test('outside reaches the floating IP’s VM, backwards along the letters', () => {
    const line = ask(healthy, outside, 'vm1', 'tcp', 22);
    expect(line).toMatchObject({ verdict: 'arrives', translatedDestination: '10.0.0.69' });
    expect(letters(line)).toBe('QPON-MJIHGFEDCBA');
  });

  test('answers come back, translated by conntrack', () => {
    for (const [from, to] of [
      ['vm3', outside],
      [outside, 'vm1'],
      ['vm3', '203.0.113.185'],
      ['vm1', '10.0.0.1'],
      ['10.0.0.2', 'vm4'],
    ] as const) {
      const { line, reply } = walkWithReply(healthy, question(from, to));
      expect(line.stop).toBeNull();
      expect(reply?.stop).toBeNull();
      expect(reply?.hops.at(-1)?.packet.ipSource).toBe(line.packet.ipDestination);
      expect(reply?.hops.at(-1)?.packet.ipDestination).toBe(line.packet.ipSource);
    }
  });

  test('metadata ends at the router’s proxy', () => {
    const line = ask(healthy, 'vm1', '169.254.169.254', 'tcp', 80);
    expect(line.verdict).toBe('arrives');
    expect(line.hops.at(-1)).toMatchObject({ device: 'nat', packet: { destinationPort: 9697 } });
  });

  test('tcp 443 from outside stops at the bridge of the VM, with the rule that would let it in', () => {
    const line = ask(healthy, outside, 'vm1', 'tcp', 443);
    expect(line.stop).toMatchObject({
      letter: 'B',
      host: 'cmp1',
      code: 'SG_NO_MATCH',
      mend: 'openstack security group rule create web --ingress --protocol tcp --dst-port 443 --remote-ip 203.0.113.1/32',
    });
    expect(line.stop?.message).toContain('groups [web]');
    expect(line.stop?.message).toContain('tcp 80 from 203.0.113.0/24');
  });

  test('rules by source, port range and remote group decide as iptables does', () => {
    expect(ask(healthy, outside, 'vm1', 'tcp', 80).verdict).toBe('arrives');
    expect(ask(healthy, '198.51.100.1', 'vm1', 'tcp', 80).stop?.code).toBe('SG_NO_MATCH');
    expect(ask(healthy, 'vm2', 'vm3', 'tcp', 5500).verdict).toBe('arrives');
    expect(ask(healthy, 'vm2', 'vm3', 'tcp', 6001).stop?.code).toBe('SG_NO_MATCH');
    expect(ask(healthy, 'vm2', 'vm3', 'udp', 53).verdict).toBe('arrives');
    expect(ask(healthy, '10.0.0.2', 'vm3', 'udp', 53).stop?.code).toBe('SG_NO_MATCH');
  });

  test('is plain data', () => {
    const line = ask(healthy, 'vm1', outside);
    expect(JSON.parse(JSON.stringify(line))).toEqual(line);
  });
});

type Fault = readonly [
  name: string,
  states: () => States,
  ends: readonly [from: string, to: string, protocol?: Protocol, port?: number, bytes?: number],
  letter: string,
  host: string,
  code: string,
];

const toVm3 = (flow: { readonly match: string }) => flow.match.includes(macOfVm3);
const down = (link: Parameters<Parameters<typeof editLink>[4]>[0]) => ({ ...link, up: false });

const faults: readonly Fault[] = [
  [
    'br-tun lost the MAC and the flood',
    () =>
      loseFlows(
        loseFlows(healthy, 'cmp1', 'br-tun', toVm3),
        'cmp1',
        'br-tun',
        (flow) => flow.table === 22 && flow.priority === 1,
      ),
    ['vm1', 'vm3'],
    'F',
    'cmp1',
    'FDB_ENTRY_MISSING',
  ],
  [
    'the flood does not go to the destination’s host',
    () =>
      editBridge(loseFlows(healthy, 'cmp1', 'br-tun', toVm3), 'cmp1', 'br-tun', (bridge) => ({
        ...bridge,
        flows: bridge.flows.map((flow) => ({ ...flow, actions: flow.actions.replace(',output:"vxlan-0a620016"', '') })),
      })),
    ['vm1', 'vm3'],
    'F',
    'cmp1',
    'FDB_ENTRY_MISSING',
  ],
  [
    'br-tun lost all flows',
    () => loseFlows(healthy, 'cmp1', 'br-tun', () => true),
    ['vm1', 'vm3'],
    'F',
    'cmp1',
    'NO_FLOW',
  ],
  [
    'br-int lost all flows',
    () => loseFlows(healthy, 'cmp1', 'br-int', () => true),
    ['vm1', 'vm3'],
    'D',
    'cmp1',
    'NO_FLOW',
  ],
  [
    'br-int lost the MAC guard of the port',
    () => loseFlows(healthy, 'cmp1', 'br-int', (flow) => flow.table === 25 && flow.match.includes('5afb5e46')),
    ['vm1', 'vm3'],
    'D',
    'cmp1',
    'NO_FLOW',
  ],
  [
    'br-int guards another MAC',
    () =>
      editBridge(healthy, 'cmp1', 'br-int', (bridge) => ({
        ...bridge,
        flows: bridge.flows.map((flow) => ({
          ...flow,
          match: flow.match.replace('dl_src=fa:16:3e:5a:ba:7c', 'dl_src=fa:16:3e:00:00:01'),
        })),
      })),
    ['vm1', 'vm3'],
    'D',
    'cmp1',
    'ADDRESS_SPOOFED',
  ],
  [
    'the far host lost the VNI',
    () => loseFlows(healthy, 'cmp2', 'br-tun', (flow) => flow.table === 4 && flow.match === 'tun_id=0x3cda'),
    ['vm1', 'vm3'],
    'H',
    'cmp2',
    'VNI_NOT_MAPPED',
  ],
  [
    'the far host does not accept the tunnel',
    () => loseFlows(healthy, 'cmp2', 'br-tun', (flow) => flow.match === 'in_port="vxlan-0a620015"'),
    ['vm1', 'vm3'],
    'H',
    'cmp2',
    'TUNNEL_FLOW_MISSING',
  ],
  [
    'no tunnel port',
    () => editPort(healthy, 'cmp1', 'br-tun', 'vxlan-0a620016', () => null),
    ['vm1', 'vm3'],
    'F',
    'cmp1',
    'TUNNEL_MISSING',
  ],
  [
    'no tunnel port back',
    () => editPort(healthy, 'cmp2', 'br-tun', 'vxlan-0a620015', () => null),
    ['vm1', 'vm3'],
    'H',
    'cmp2',
    'TUNNEL_MISSING',
  ],
  [
    'the tunnel port has an error',
    () => editPort(healthy, 'cmp1', 'br-tun', 'vxlan-0a620016', (port) => ({ ...port, error: 'could not add' })),
    ['vm1', 'vm3'],
    'G',
    'cmp1',
    'PORT_ERROR',
  ],
  [
    'the destination’s port has another tag',
    () => editPort(healthy, 'cmp2', 'br-int', 'qvo48f78507-7a', (port) => ({ ...port, tag: 7 })),
    ['vm1', 'vm3'],
    'D',
    'cmp2',
    'LOCAL_VLAN_MISMATCH',
  ],
  [
    'the source’s port has another tag',
    () => editPort(healthy, 'cmp1', 'br-int', 'qvo5afb5e46-37', (port) => ({ ...port, tag: 7 })),
    ['vm1', 'vm3'],
    'D',
    'cmp1',
    'LOCAL_VLAN_MISMATCH',
  ],
  [
    'the source’s port is parked in 4095',
    () => editPort(healthy, 'cmp1', 'br-int', 'qvo5afb5e46-37', (port) => ({ ...port, tag: 4095 })),
    ['vm1', 'vm3'],
    'D',
    'cmp1',
    'PORT_DEAD',
  ],
  [
    'the switch learned the MAC elsewhere',
    () =>
      editBridge(healthy, 'cmp2', 'br-int', (bridge) => ({
        ...bridge,
        macTable: [{ port: 'qvo5f1fab4f-1c', vlan: 1, macAddress: macOfVm3, ageSeconds: 1 }],
      })),
    ['vm1', 'vm3'],
    'D',
    'cmp2',
    'MAC_LEARNED_ELSEWHERE',
  ],
  [
    'no patch on br-tun',
    () => editPort(healthy, 'cmp1', 'br-tun', 'patch-int', () => null),
    ['vm1', 'vm3'],
    'E',
    'cmp1',
    'PEER_MISSING',
  ],
  [
    'no tap',
    () => editLink(healthy, 'cmp1', '', 'tap5afb5e46-37', () => null),
    ['vm1', 'vm3'],
    'B',
    'cmp1',
    'PORT_NOT_WIRED',
  ],
  [
    'the tap is on no bridge',
    () => editLink(healthy, 'cmp1', '', 'tap5afb5e46-37', ({ master: _, ...link }) => link),
    ['vm1', 'vm3'],
    'B',
    'cmp1',
    'PORT_NOT_WIRED',
  ],
  [
    'qvb is on no bridge',
    () => editLink(healthy, 'cmp1', '', 'qvb5afb5e46-37', ({ master: _, ...link }) => link),
    ['vm1', 'vm3'],
    'B',
    'cmp1',
    'PORT_NOT_WIRED',
  ],
  [
    'the tap is down',
    () => editLink(healthy, 'cmp1', '', 'tap5afb5e46-37', down),
    ['vm1', 'vm3'],
    'B',
    'cmp1',
    'LINK_DOWN',
  ],
  [
    'qvb is down',
    () => editLink(healthy, 'cmp1', '', 'qvb5afb5e46-37', down),
    ['vm1', 'vm3'],
    'C',
    'cmp1',
    'LINK_DOWN',
  ],
  [
    'qvo is down',
    () => editLink(healthy, 'cmp1', '', 'qvo5afb5e46-37', down),
    ['vm1', 'vm3'],
    'D',
    'cmp1',
    'LINK_DOWN',
  ],
  [
    'the far tap is down',
    () => editLink(healthy, 'cmp2', '', 'tap48f78507-7a', down),
    ['vm1', 'vm3'],
    'B',
    'cmp2',
    'LINK_DOWN',
  ],
  [
    'the tunnel’s NIC is down',
    () => editLink(healthy, 'cmp1', '', 'br-phy', down),
    ['vm1', 'vm3'],
    'G',
    'cmp1',
    'LINK_DOWN',
  ],
  [
    'the underlay has no route',
    () =>
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
    ['vm1', 'vm3'],
    'G',
    'cmp1',
    'UNDERLAY_NO_ROUTE',
  ],
  [
    'the underlay is too narrow',
    () => editLink(healthy, 'cmp1', '', 'br-phy', (link) => ({ ...link, mtu: 1450 })),
    ['vm1', 'vm3', 'icmp', 0, 1450],
    'G',
    'cmp1',
    'MTU_TOO_SMALL',
  ],
  [
    'the packet is larger than the network’s MTU',
    () => healthy,
    ['vm1', 'vm3', 'icmp', 0, 1500],
    'C',
    'cmp1',
    'MTU_TOO_SMALL',
  ],
  [
    'the egress rule is gone',
    () => editRule(healthy, 'cmp1', '', 'filter', 'neutron-openvswi-o5afb5e46-3', '-j RETURN'),
    ['vm1', 'vm3'],
    'B',
    'cmp1',
    'SG_NO_MATCH',
  ],
  [
    'the anti-spoofing rule is about another MAC',
    () => {
      const rule =
        '-s 10.0.0.69/32 -m mac --mac-source fa:16:3e:5a:ba:7c -m comment --comment "a comment, quoted (40)" -j RETURN';
      return editRule(healthy, 'cmp1', '', 'filter', 'neutron-openvswi-s5afb5e46-3', rule, (text) =>
        text.replace('5a:ba:7c', '00:00:01'),
      );
    },
    ['vm1', 'vm3'],
    'B',
    'cmp1',
    'ADDRESS_SPOOFED',
  ],
  [
    'someone’s own rule drops',
    () => editRule(healthy, 'cmp1', '', 'filter', 'FORWARD', '-j neutron-filter-top', () => '-s 10.0.0.69/32 -j DROP'),
    ['vm1', 'vm3'],
    'B',
    'cmp1',
    'RULE_DROP',
  ],
  [
    'the ipset is empty',
    () => editNamespace(healthy, 'cmp2', '', (namespace) => ({ ...namespace, ipsets: {} })),
    ['vm1', 'vm3', 'udp', 53],
    'B',
    'cmp2',
    'SG_NO_MATCH',
  ],
  [
    'qr- is down',
    () => editLink(healthy, 'net1', router, 'qr-243b9d3a-c4', down),
    ['vm1', outside],
    'M',
    'net1',
    'LINK_DOWN',
  ],
  [
    'qg- is down',
    () => editLink(healthy, 'net1', router, 'qg-3b0f3779-10', down),
    ['vm1', outside],
    'N',
    'net1',
    'LINK_DOWN',
  ],
  ['the NIC is down', () => editLink(healthy, 'net1', '', 'ext0', down), ['vm1', outside], 'Q', 'net1', 'LINK_DOWN'],
  [
    'qr- is in no namespace',
    () => editLink(healthy, 'net1', router, 'qr-243b9d3a-c4', () => null),
    ['vm1', outside],
    'M',
    'net1',
    'LINK_MISSING',
  ],
  [
    'the router does not forward',
    () =>
      editNamespace(healthy, 'net1', router, (namespace) => ({
        ...namespace,
        sysctls: { 'net.ipv4.ip_forward': '0' },
      })),
    ['vm1', outside],
    'M',
    'net1',
    'FORWARDING_OFF',
  ],
  [
    'the router has no default route',
    () =>
      editNamespace(healthy, 'net1', router, (namespace) => ({
        ...namespace,
        routes: namespace.routes.filter((route) => route.destination !== 'default'),
      })),
    ['vm1', '8.8.8.8'],
    'M',
    'net1',
    'NO_ROUTE',
  ],
  ['another network is behind no interface of the router', () => healthy, ['vm1', 'iso1'], 'M', 'net1', 'NO_ROUTE'],
  ['an isolated network has no gateway', () => healthy, ['iso1', 'vm1'], 'A', 'cmp1', 'NO_ROUTE'],
  [
    'SNAT is gone',
    () =>
      editRule(
        healthy,
        'net1',
        router,
        'nat',
        'neutron-l3-agent-snat',
        '-o qg-3b0f3779-10 -j SNAT --to-source 203.0.113.159 --random-fully',
      ),
    ['vm3', outside],
    'NAT',
    'net1',
    'SNAT_MISSING',
  ],
  [
    'DNAT is gone',
    () =>
      editRule(
        healthy,
        'net1',
        router,
        'nat',
        'neutron-l3-agent-PREROUTING',
        '-d 203.0.113.185/32 -j DNAT --to-destination 10.0.0.69',
      ),
    [outside, 'vm1'],
    'NAT',
    'net1',
    'FIP_NO_DNAT',
  ],
  [
    'the floating IP is on no device',
    () =>
      editLink(healthy, 'net1', router, 'qg-3b0f3779-10', (link) => ({
        ...link,
        addresses: link.addresses.filter((address) => address !== '203.0.113.185/32'),
      })),
    [outside, 'vm1'],
    'N',
    'net1',
    'FIP_NO_ADDRESS',
  ],
  ['a VM without floating IP', () => healthy, [outside, 'vm3'], 'Q', 'net1', 'FIP_NOT_ASSOCIATED'],
  [
    'br-int does not know the provider network',
    () => loseFlows(healthy, 'net1', 'br-int', (flow) => flow.priority === 3 && flow.table === 0),
    [outside, 'vm1'],
    'O',
    'net1',
    'SEGMENT_NOT_MAPPED',
  ],
  [
    'br-ex does not know the local VLAN',
    () => loseFlows(healthy, 'net1', 'br-ex', (flow) => flow.priority === 4),
    ['vm1', outside],
    'P',
    'net1',
    'SEGMENT_NOT_MAPPED',
  ],
  [
    'the far host is not known',
    () => Object.fromEntries(Object.entries(healthy).filter(([host]) => host !== 'cmp2')),
    ['vm1', 'vm3'],
    'G',
    'cmp1',
    'HOST_NOT_OBSERVED',
  ],
  [
    'the source’s host is not known',
    () => Object.fromEntries(Object.entries(healthy).filter(([host]) => host !== 'cmp1')),
    ['vm1', 'vm3'],
    'A',
    'cmp1',
    'HOST_NOT_OBSERVED',
  ],
];

describe('walk() names the hop and the reason', () => {
  test.each(faults)(
    '%s',
    (_name, states, [from, to, protocol = 'icmp', destinationPort = 0, bytes = 84], letter, host, code) => {
      const line = walk(states(), question(from, to, { protocol, destinationPort, bytes }));
      expect(line.stop).toMatchObject({ letter, host, code });
      expect(line.verdict).toBe('stops');
    },
  );

  test('a lost unicast entry is no fault while the flood goes there', () => {
    const line = ask(loseFlows(healthy, 'cmp1', 'br-tun', toVm3), 'vm1', 'vm3');
    expect(line.stop).toBeNull();
    expect(line.hops[5]?.because).toBe('table 22: flooded, also to 10.98.0.22');
  });

  test('a bridge that does not call iptables lets everything pass, and says so', () => {
    const states = editNamespace(healthy, 'cmp1', '', (namespace) => ({
      ...namespace,
      sysctls: { 'net.bridge.bridge-nf-call-iptables': '0' },
    }));
    const line = ask(states, outside, 'vm1', 'tcp', 443);
    expect(line.verdict).toBe('arrives');
    expect(line.hops.find((hop) => hop.letter === 'B')?.what).toContain('not filtered');
  });

  test('a loop of patches ends', () => {
    const states = editBridge(healthy, 'cmp1', 'br-tun', (bridge) => ({
      ...bridge,
      flows: [{ table: 0, priority: 1, match: '', actions: 'IN_PORT' }],
    }));
    const looped = editBridge(states, 'cmp1', 'br-int', (bridge) => ({
      ...bridge,
      flows: [
        { table: 0, priority: 2, match: 'in_port="patch-tun"', actions: 'IN_PORT' },
        { table: 0, priority: 1, match: '', actions: 'output:"patch-tun"' },
      ],
    }));
    const line = walk(looped, { ...question('vm1', 'vm3'), model: emptyModel });
    expect(line.stop?.code).toBe('WALK_TOO_LONG');
  });
});
