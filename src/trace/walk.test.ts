import { describe, expect, test } from 'vitest';
import { ask, healthy, question } from '../../test/neutron-21/ask.ts';
import { editBridge, editNamespace, loseFlows } from '../../test/neutron-21/edit.ts';
import type { Flow } from '../host/host-state.ts';
import type { Line } from './line.ts';
import { emptyModel } from './trace-model.ts';
import { walk, walkWithReply } from './walk.ts';

const outside = '203.0.113.1';
const macOfVm3 = 'fa:16:3e:2d:2d:62';
const toVm3 = (flow: Flow) => flow.match.includes(macOfVm3);

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

  test('every pair of VMs of a network reaches one another and is answered', () => {
    const names = ['vm1', 'vm2', 'vm3', 'vm4'];
    for (const from of names) {
      for (const to of names.filter((name) => name !== from)) {
        const { line, reply } = walkWithReply(healthy, question(from, to));
        expect([line.stop, reply?.stop], `${from} -> ${to}`).toEqual([null, null]);
      }
    }
  });

  test('a router reaches its own addresses without leaving its namespace', () => {
    expect(letters(ask(healthy, '203.0.113.159', '10.0.0.1'))).toBe('N');
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

describe('walk() where something is not as it should be', () => {
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
