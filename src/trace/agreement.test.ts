import { expect, test } from 'vitest';
import { ask, healthy } from '../../test/neutron-21/ask.ts';
import { editPort } from '../../test/neutron-21/edit.ts';
import { agreement } from './agreement.ts';
import { renderReading } from './render.ts';

const intended = ask(healthy, 'vm1', 'vm3');

test('agreement() of a line with itself is at every hop', () => {
  const joined = agreement(intended, intended);
  expect(joined.agrees).toBe(true);
  expect(joined.hops.map(({ hop }) => hop)).toEqual(intended.hops);
  expect(renderReading({ line: intended, agreement: joined })).toContain('intended = observed at every hop');
});

test('agreement() names the hops that are intended and absent', () => {
  const broken = editPort(healthy, 'cmp2', 'br-int', 'qvo48f78507-7a', () => null);
  const line = ask(broken, 'vm1', 'vm3');
  const joined = agreement(intended, line);
  expect(joined.agrees).toBe(false);
  expect(joined.hops.filter(({ seen }) => seen === 'intended').map(({ hop }) => hop.letter)).toEqual([
    'D',
    'C',
    'B',
    'A',
  ]);
  expect(renderReading({ line, agreement: joined })).toMatch(
    /≠ D {2}cmp2 {2}br-int {2}qvo48f78507-7a {2}intended, and not so/,
  );
});

test('agreement() tells readings apart that end differently', () => {
  const stopped = { ...intended, verdict: 'stops' as const };
  expect(agreement(intended, stopped)).toMatchObject({ agrees: false });
});
