import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryHost, HERE } from '../../test/support/arbitrary-share.ts';
import { wiringOf } from '../../test/support/arbitrary-wiring.ts';
import { type HostState, ROOT } from '../host/host-state.ts';
import { emptyShare, type Network, type Port, type PortQos, type SecurityGroup, type Share } from '../model/share.ts';
import { compile } from './compile.ts';
import type { Wiring } from './wiring.ts';

const portId = '5afb5e46-3713-4499-ac44-f56fc4bbcf9d';
const qvo = 'qvo5afb5e46-37';
const otherId = 'db722b10-82c8-4558-aca0-c1994f48a4f3';

const network: Network = {
  id: 'net',
  name: '',
  projectId: '',
  networkType: 'vxlan',
  physicalNetwork: null,
  segmentationId: 42,
  mtu: 1450,
  external: false,
  adminStateUp: true,
};
const port: Port = {
  id: portId,
  name: '',
  networkId: 'net',
  projectId: '',
  macAddress: 'FA:16:3E:5A:BA:7C',
  adminStateUp: true,
  fixedIps: [{ subnetId: 'sub', ipAddress: '10.0.0.5' }],
  deviceOwner: 'compute:nova',
  deviceId: '',
  host: HERE,
  portSecurityEnabled: true,
  securityGroupIds: ['web'],
  allowedAddressPairs: [],
  extraDhcpOptions: [],
  dnsName: '',
};
const group: SecurityGroup = { id: 'web', name: '', stateful: true, rules: [] };
const wiring: Wiring = {
  host: HERE,
  datapathType: 'netdev',
  localIp: '192.0.2.1',
  bridgeMappings: {},
  stateDirectory: '/var/lib/tapline',
  localVlans: { net: 7 },
  conntrackZones: { [portId]: 4097 },
  plugs: { [portId]: { kind: 'netns', namespace: 'web1', device: 'eth0' } },
  attached: {},
};

function shareOf(ports: readonly Port[], more: Partial<Share> = {}): Share {
  return {
    ...emptyShare,
    network: { net: network },
    port: Object.fromEntries(ports.map((one) => [one.id, one])),
    securityGroup: { web: group },
    ...more,
  };
}

function flowTexts(state: HostState, bridge: string): readonly string[] {
  return (state.bridges[bridge]?.flows ?? []).map(
    ({ table, priority, match, actions }) => `${table} ${priority} ${match} -> ${actions}`,
  );
}

function filterChain(state: HostState, chain: string, family: 'ipv4' | 'ipv6' = 'ipv4'): readonly string[] | undefined {
  return state.namespaces[ROOT]?.[family].filter?.[`neutron-openvswi-${chain}`]?.rules;
}

describe('compile()', () => {
  test('gives the same whatever the order in which objects came', () => {
    fc.assert(
      fc.property(arbitraryHost, (host) => {
        const given = wiringOf(host);
        const turned = Object.fromEntries(
          Object.entries(host.share).map(([kind, objects]) => [
            kind,
            Object.fromEntries(Object.entries(objects).reverse()),
          ]),
        ) as unknown as Share;
        expect(JSON.stringify(compile(turned, given))).toBe(JSON.stringify(compile(host.share, given)));
      }),
      { numRuns: 20 },
    );
  });

  test('holds a port to its policy on both ends of its Linux bridge and marks what it sends', () => {
    const wanted: PortQos = {
      ...{ id: portId, policyId: 'p', dscpMark: 26 },
      egress: { maxKbps: 10_000, maxBurstKbps: 0 },
      ingress: { maxKbps: 20_000, maxBurstKbps: 16_000 },
    };
    const state = compile(shareOf([port], { portQos: { [portId]: wanted } }), wiring);
    expect(state.namespaces[ROOT]?.shapers).toEqual({
      'qvb5afb5e46-37': { kbps: 10_000, burstUs: 20_000, queueBytes: 25_000 + 62_500 },
      'tap5afb5e46-37': { kbps: 20_000, burstUs: 800_000, queueBytes: 2_000_000 + 125_000 },
    });
    expect(flowTexts(state, 'br-int')).toContain(
      `0 65535 ip,reg2=0,in_port="${qvo}" -> set_field:0x1->reg2,set_field:26->ip_dscp,resubmit:"${qvo}"`,
    );
    const open = { ...wanted, egress: { maxKbps: 0, maxBurstKbps: 0 }, ingress: null };
    const opened = compile(shareOf([port], { portQos: { [portId]: open } }), wiring);
    expect(opened.namespaces[ROOT]?.shapers).toEqual({});
  });

  test('leaves nothing of a port that is gone behind in what it remembers', () => {
    fc.assert(
      fc.property(arbitraryHost, fc.nat(), (host, which) => {
        const given = wiringOf(host);
        compile(host.share, given);
        const ids = Object.keys(host.share.port);
        const { [ids[which % ids.length] ?? '']: _, ...left } = host.share.port;
        const share = { ...host.share, port: left };
        expect(compile(share, given)).toEqual(compile(structuredClone(share), given));
      }),
      { numRuns: 20 },
    );
  });

  test('makes the bridges of a host that carries nothing, and no tunnels without an address for them', () => {
    const state = compile(emptyShare, { ...wiring, localIp: null, plugs: {} });
    expect(Object.keys(state.bridges)).toEqual(['br-int']);
    expect(state.bridges['br-int']?.ports).toEqual({});
    expect(state.namespaces[ROOT]?.links).toEqual({});
    expect(state.daemons).toEqual({});
  });
});

describe('a plugged port', () => {
  const state = compile(shareOf([port]), wiring);

  test('has the chain of devices with the MTU of its network, and no transmit offload towards the userspace datapath', () => {
    expect(state.namespaces[ROOT]?.links).toEqual({
      'qbr5afb5e46-37': { kind: 'bridge', ageingTime: 0, up: true, addresses: [], mtu: 1450 },
      'qvb5afb5e46-37': {
        kind: 'veth',
        peer: qvo,
        master: 'qbr5afb5e46-37',
        txOffload: false,
        up: true,
        addresses: [],
        mtu: 1450,
      },
      [qvo]: { kind: 'veth', peer: 'qvb5afb5e46-37', up: true, addresses: [], mtu: 1450 },
      'tap5afb5e46-37': {
        kind: 'veth',
        peer: 'eth0',
        peerNamespace: 'web1',
        master: 'qbr5afb5e46-37',
        up: true,
        addresses: [],
        mtu: 1450,
      },
    });
    expect(state.namespaces['web1']?.links['eth0']?.macAddress).toBe('fa:16:3e:5a:ba:7c');
  });

  test('keeps transmit offload in the kernel datapath', () => {
    const links = compile(shareOf([port]), { ...wiring, datapathType: 'system' }).namespaces[ROOT]?.links;
    expect(links?.['qvb5afb5e46-37']).not.toHaveProperty('txOffload');
  });

  test.each([
    ['is down', { adminStateUp: false }, {}, {}],
    ['is bound to another host', { host: 'elsewhere' }, {}, {}],
    ['is in a network that is down', {}, { network: { net: { ...network, adminStateUp: false } } }, {}],
    ['is in a network without a local VLAN', {}, {}, { localVlans: {} }],
    ['is in a tunnelled network of a host without tunnels', {}, {}, { localIp: null }],
    [
      'is in a provider network that is not mapped',
      {},
      { network: { net: { ...network, networkType: 'vlan' as const, physicalNetwork: 'other' } } },
      {},
    ],
  ])('is in the dead VLAN and dropped when it %s', (_, portMore, shareMore, wiringMore) => {
    const dead = compile(shareOf([{ ...port, ...portMore }], shareMore), { ...wiring, ...wiringMore });
    expect(dead.bridges['br-int']?.ports[qvo]).toMatchObject({ tag: 4095, otherConfig: {} });
    const ofPort = flowTexts(dead, 'br-int').filter((text) => text.includes(qvo));
    expect(ofPort).toEqual([`0 2 in_port="${qvo}" -> drop`]);
  });

  test('is nothing when the model no longer has it', () => {
    expect(compile(shareOf([]), wiring).bridges['br-int']?.ports).not.toHaveProperty(qvo);
  });
});

describe('an attached port', () => {
  const attached = { ...wiring, plugs: {}, attached: { [portId]: qvo } };

  test('gets its VLAN, guard and rules, but no devices of ours', () => {
    const state = compile(shareOf([port]), attached);
    expect(state.namespaces[ROOT]?.links).toEqual({});
    expect(state.bridges['br-int']?.ports[qvo]).toMatchObject({ tag: 7, externalIds: { 'iface-id': portId } });
    expect(filterChain(state, 'sg-chain')).toEqual(['-i qbr5afb5e46-37 -g neutron-openvswi-p5afb5e46-3']);
  });

  test('is dead when the model does not know it', () => {
    const state = compile(shareOf([]), attached);
    expect(state.bridges['br-int']?.ports[qvo]?.tag).toBe(4095);
  });

  test('is dead without a Linux bridge on which its security groups could stand', () => {
    const direct = { ...attached, attached: { [portId]: 'tap5afb5e46-37' } };
    expect(compile(shareOf([port]), direct).bridges['br-int']?.ports['tap5afb5e46-37']?.tag).toBe(4095);
    const open = compile(shareOf([{ ...port, portSecurityEnabled: false }]), direct);
    expect(open.bridges['br-int']?.ports['tap5afb5e46-37']?.tag).toBe(7);
  });
});

describe('security groups', () => {
  test('let nothing in or out but DHCP without a rule', () => {
    const state = compile(shareOf([port]), wiring);
    expect(filterChain(state, 'i5afb5e46-3')).toEqual([
      '-m state --state RELATED,ESTABLISHED -j RETURN',
      '-d 10.0.0.5/32 -p udp -m udp --sport 67 --dport 68 -j RETURN',
      '-d 255.255.255.255/32 -p udp -m udp --sport 67 --dport 68 -j RETURN',
      '-m state --state INVALID -m comment --comment "no known connection" -j DROP',
      '-m comment --comment "no rule matched" -j neutron-openvswi-sg-fallback',
    ]);
    expect(filterChain(state, 'sg-fallback')?.at(-1)).toMatch(/-j DROP$/);
  });

  test('are closed where the group itself has not arrived', () => {
    const state = compile(shareOf([port], { securityGroup: {} }), wiring);
    expect(filterChain(state, 'i5afb5e46-3')?.filter((rule) => rule.includes('sgr'))).toEqual([]);
    expect(filterChain(state, 'i5afb5e46-3')?.at(-1)).toMatch(/sg-fallback$/);
  });

  test('track nothing where one of them is stateless', () => {
    const state = compile(shareOf([port], { securityGroup: { web: { ...group, stateful: false } } }), wiring);
    const zone = state.namespaces[ROOT]?.ipv4.raw?.['neutron-openvswi-ct-chain']?.rules;
    expect(zone?.map((rule) => rule.replace(/^.* -j /, ''))).toEqual(['CT --notrack']);
    expect(filterChain(state, 'i5afb5e46-3')?.some((rule) => rule.includes('--state'))).toBe(false);
  });

  test('name a rule of the API in each of its rules, and one rule for those that say the same', () => {
    const rule = {
      direction: 'ingress' as const,
      ethertype: 'IPv4' as const,
      protocol: 'tcp',
      portRangeMin: 22,
      portRangeMax: 22,
      remoteIpPrefix: '0.0.0.0/0',
      remoteGroupId: null,
    };
    const rules = [
      { ...rule, id: 'b' },
      { ...rule, id: 'a', remoteIpPrefix: null, protocol: '6' },
    ];
    const state = compile(shareOf([port], { securityGroup: { web: { ...group, rules } } }), wiring);
    expect(filterChain(state, 'i5afb5e46-3')?.filter((text) => text.includes('sgr'))).toEqual([
      '-p tcp -m tcp --dport 22 -m comment --comment "sgr a" -j RETURN',
    ]);
  });

  test('that cannot be understood let nothing pass', () => {
    const rule = {
      id: 'a',
      direction: 'ingress' as const,
      ethertype: 'IPv4' as const,
      protocol: 'nonsense',
      portRangeMin: null,
      portRangeMax: null,
      remoteIpPrefix: null,
      remoteGroupId: null,
    };
    const rules = [
      rule,
      { ...rule, protocol: null, remoteIpPrefix: '2001:db8::/32' },
      { ...rule, protocol: '58', portRangeMin: 1 },
    ];
    const state = compile(shareOf([port], { securityGroup: { web: { ...group, rules } } }), wiring);
    expect(filterChain(state, 'i5afb5e46-3')?.some((text) => text.includes('sgr'))).toBe(false);
  });

  test('use a set for a remote group, even one whose members have not arrived, and split an address pair of everything', () => {
    const rule = {
      id: 'a',
      direction: 'ingress' as const,
      ethertype: 'IPv4' as const,
      protocol: null,
      portRangeMin: null,
      portRangeMax: null,
      remoteIpPrefix: null,
      remoteGroupId: 'other',
    };
    const groups = { web: { ...group, rules: [rule] } };
    const empty = compile(shareOf([port], { securityGroup: groups }), wiring);
    expect(empty.namespaces[ROOT]?.ipsets).toEqual({ NIPv4other: { type: 'hash:net', family: 'inet', members: [] } });
    const members = { other: { id: 'other', ipv4: ['0.0.0.0/0', '10.0.0.9', '10.0.0.9/32'], ipv6: ['::1'] } };
    const filled = compile(shareOf([port], { securityGroup: groups, securityGroupMembers: members }), wiring);
    expect(filled.namespaces[ROOT]?.ipsets['NIPv4other']?.members).toEqual(['0.0.0.0/1', '10.0.0.9', '128.0.0.0/1']);
  });
});

describe('the guard against spoofing', () => {
  test('is not there without port security', () => {
    const state = compile(shareOf([{ ...port, portSecurityEnabled: false }]), wiring);
    expect(flowTexts(state, 'br-int').filter((text) => text.includes(qvo))).toEqual([]);
    expect(filterChain(state, 'sg-chain')?.every((rule) => rule.endsWith('-j ACCEPT'))).toBe(true);
  });

  test('checks only the MAC address where a pair allows every address', () => {
    const pairs = [{ macAddress: port.macAddress, ipAddress: '0.0.0.0/0' }];
    const state = compile(shareOf([{ ...port, allowedAddressPairs: pairs }]), wiring);
    const guard = flowTexts(state, 'br-int').filter((text) => text.includes(qvo));
    expect(guard.some((text) => text.includes('arp'))).toBe(false);
    expect(guard).toContain(`25 2 in_port="${qvo}",dl_src=fa:16:3e:5a:ba:7c -> goto_table:30`);
  });
});

describe('l2 population', () => {
  const far: Port = {
    ...port,
    id: otherId,
    host: 'far',
    macAddress: 'fa:16:3e:85:43:5b',
    fixedIps: [{ subnetId: 'sub', ipAddress: '10.0.0.6' }],
  };
  const endpoints = { far: { id: 'far', ip: '192.0.2.2' }, idle: { id: 'idle', ip: '192.0.2.3' } };

  test('floods to hosts that have the network and to no other', () => {
    const state = compile(shareOf([port, far], { tunnelEndpoint: endpoints }), wiring);
    expect(flowTexts(state, 'br-tun')).toContain(
      '22 1 dl_vlan=7 -> pop_vlan,set_field:0x2a->tun_id,output:"vxlan-c0000202"',
    );
    expect(Object.keys(state.bridges['br-tun']?.ports ?? {})).toEqual(['patch-int', 'vxlan-c0000202']);
  });

  test('says nothing of ports on this host, of ports that are down, or of hosts without tunnels', () => {
    const down = { ...far, adminStateUp: false };
    for (const share of [
      shareOf([port], { tunnelEndpoint: endpoints }),
      shareOf([port, down], { tunnelEndpoint: endpoints }),
      shareOf([port, far]),
    ]) {
      const texts = flowTexts(compile(share, wiring), 'br-tun');
      expect(texts.filter((text) => /^(20|21|22) [12] /.test(text))).toEqual([]);
    }
  });
});
