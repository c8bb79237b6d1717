import { expect, test } from 'vitest';
import type { RuleChange } from '../host/change.ts';
import { numberPorts, portsOf } from '../host/flow-ports.ts';
import { failedLines } from './namespaces.ts';
import { restoreText } from './netfilter.ts';

test('failedLines() gives each failing line of ip -batch what was said of it', () => {
  const stderr = 'Cannot find device "qvb7"\nCommand failed -:9\nRTNETLINK answers: File exists\nCommand failed -:12\n';
  expect([...failedLines(stderr)]).toEqual([
    [9, 'Cannot find device "qvb7"'],
    [12, 'RTNETLINK answers: File exists'],
  ]);
});

test('restoreText() writes chains whole, replaces our jumps in front of others, and removes chains last', () => {
  const at = { namespace: '', family: 'ipv4', table: 'filter' } as const;
  const changes: readonly RuleChange[] = [
    { ...at, kind: 'remove-chain', chain: 'neutron-openvswi-i1' },
    { ...at, kind: 'write-jumps', chain: 'FORWARD', rules: ['-j a', '-j b'], stale: ['-j b'] },
    { ...at, kind: 'write-chain', chain: 'neutron-openvswi-FORWARD', rules: ['-j RETURN'], isNew: false },
  ];
  expect(restoreText(changes).split('\n')).toEqual([
    '*filter',
    ':neutron-openvswi-FORWARD - [0:0]',
    '-A neutron-openvswi-FORWARD -j RETURN',
    '-D FORWARD -j b',
    '-I FORWARD 1 -j b',
    '-I FORWARD 1 -j a',
    '-F neutron-openvswi-i1',
    '-X neutron-openvswi-i1',
    'COMMIT',
    '',
  ]);
});

test('restoreText() inserts into a chain that only gains rules, and leaves the others where they are', () => {
  const at = { namespace: '', family: 'ipv4', table: 'filter', chain: 'neutron-openvswi-FORWARD' } as const;
  const insertions = [
    { place: 1, rule: '-j a' },
    { place: 3, rule: '-j c' },
  ];
  const rules = ['-j a', '-j b', '-j c'];
  expect(restoreText([{ ...at, kind: 'write-chain', rules, isNew: false, insertions }]).split('\n')).toEqual([
    '*filter',
    '-I neutron-openvswi-FORWARD 1 -j a',
    '-I neutron-openvswi-FORWARD 3 -j c',
    'COMMIT',
    '',
  ]);
});

test('portsOf() names the ports of a flow, and no reserved ones', () => {
  const flow = {
    table: 0,
    priority: 0,
    match: 'in_port="qvo-1",arp',
    actions: 'output:eth1,resubmit("patch-tun",2),IN_PORT,output:LOCAL',
  };
  expect(portsOf(flow)).toEqual(['qvo-1', 'eth1', 'patch-tun']);
});

test('numberPorts() names ports by their numbers, and leaves a name that has none', () => {
  const port = { type: '' as const, options: {}, externalIds: {}, otherConfig: {} };
  const flow = {
    table: 0,
    priority: 0,
    match: 'in_port="qvo-1",arp',
    actions: 'output:eth1,resubmit("gone",2),output:LOCAL',
  };
  const numbered = numberPorts(flow, {
    'qvo-1': { ...port, ofport: 7 },
    eth1: { ...port, ofport: 2 },
    gone: { ...port, ofport: -1 },
  });
  expect(numbered).toMatchObject({ match: 'in_port=7,arp', actions: 'output:2,resubmit("gone",2),output:LOCAL' });
});
