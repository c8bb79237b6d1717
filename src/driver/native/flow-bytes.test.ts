import { expect, test } from 'vitest';
import { flowBytes } from './flow-bytes.ts';

const flow = { table: 20, priority: 2, cookie: '0x7', match: '', actions: 'drop' };

test('flowBytes() leaves a flow alone that has a word it does not know', () => {
  for (const actions of ['learn(table=20,hard_timeout=300),output:1', 'meter:1', 'output:"qvo1"', 'ct(commit)']) {
    expect(flowBytes({ ...flow, actions }, 'add'), actions).toBeNull();
  }
  for (const match of ['tcp,tp_dst=80', 'icmp,icmp_type=8', 'in_port="qvo1"', 'vlan_tci=0x1000/0x1000']) {
    expect(flowBytes({ ...flow, match }, 'remove'), match).toBeNull();
  }
});

test('flowBytes() removes a flow whatever it does, and only the one with its cookie', () => {
  const bytes = flowBytes({ ...flow, actions: 'meter:1' }, 'remove');
  expect(bytes?.subarray(0, 18).toString('hex')).toBe(`${'0'.repeat(15)}7${'f'.repeat(16)}1404`);
  const { cookie: _, ...bare } = flow;
  expect(flowBytes(bare, 'remove')?.subarray(0, 16).toString('hex')).toBe('0'.repeat(32));
});

test('flowBytes() takes a length of prefix for a mask', () => {
  const bytes = flowBytes({ ...flow, match: 'arp,arp_spa=10.0.0.0/12' }, 'add');
  expect(bytes?.subarray(44).toString('hex')).toContain('80002d080a000000fff00000');
});
