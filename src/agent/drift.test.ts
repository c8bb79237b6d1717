import { expect, test } from 'vitest';
import { emptyNamespace, type HostState, ROOT } from '../host/host-state.ts';
import { driftLines } from './drift.ts';

const flow = (table: number) => ({ table, priority: 1, match: 'ip', actions: 'drop', cookie: '0x7461706c696e65' });
const host = (tables: readonly number[]): HostState => ({
  namespaces: { [ROOT]: emptyNamespace },
  bridges: { 'br-int': { ports: {}, flows: tables.map(flow) } },
  daemons: {},
});

test('driftLines() names what was gone', () => {
  expect(driftLines(host([1, 2]), host([2]))).toEqual([
    'flow table=1,priority=1,ip actions=drop was gone from br-int, put back',
  ]);
});

test('driftLines() says nothing of a host that is as it should be', () => {
  expect(driftLines(host([1]), host([1]))).toEqual([]);
});

test('driftLines() counts what is too much to name', () => {
  const lines = driftLines(host(Array.from({ length: 200 }, (_, n) => n)), host([]), 5);
  expect(lines).toHaveLength(6);
  expect(lines.at(-1)).toBe('195 more objects were gone or changed, put right');
});
