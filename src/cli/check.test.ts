import { expect, test } from 'vitest';
import { hostFindings } from '../server/check.ts';
import { renderCheck } from './check.ts';

const well = { name: 'h1', alive: true, applied_generation: 4, sent_generation: 4 };

test('all is well in one line', () => {
  expect(renderCheck({ healthy: true, hosts: [well], findings: hostFindings([well]), not_enforced: [] })).toBe(
    'well: 1 of 1 hosts alive\n',
  );
});

test('what is wrong and what is not enforced stand in lines of their own', () => {
  const hosts = [well, { name: 'h2', alive: false, applied_generation: 1, sent_generation: null }];
  const findings = [
    ...hostFindings(hosts),
    { problem: 'port-in-error', id: 'p1', name: 'vm', reason: 'on h1: no bridge' } as const,
  ];
  const kept = [{ resource: 'log', count: 2, reason: 'no host writes packets down yet' }];
  expect(renderCheck({ healthy: false, hosts, findings, not_enforced: kept })).toBe(
    `2 findings, 1 of 2 hosts alive
  agent gone h2: its agent has not been heard of lately
  port in error vm (p1): on h1: no bridge
accepted, but not yet enforced:
  2 log: no host writes packets down yet
`,
  );
});
