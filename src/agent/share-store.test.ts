import { expect, test } from 'vitest';
import type { Sync } from '../feed/messages.ts';
import { applySync, type HeldShare } from './share-store.ts';

const sync = (part: Partial<Sync>): Sync => ({
  type: 'sync',
  epoch: 'e1',
  generation: 1,
  full: false,
  set: [],
  remove: [],
  ...part,
});
const endpoint = (id: string, ip: string) => ({ kind: 'tunnelEndpoint', value: { id, ip } });

function held(): HeldShare {
  const first = applySync(null, sync({ full: true, set: [endpoint('c1', '10.0.0.1'), endpoint('c2', '10.0.0.2')] }));
  if (first === null) throw new Error('a full sync always fits');
  return first;
}

test('applySync() of everything replaces what was held', () => {
  const next = applySync(held(), sync({ full: true, epoch: 'e2', generation: 7, set: [endpoint('c3', '10.0.0.3')] }));
  expect(next).toMatchObject({ epoch: 'e2', generation: 7 });
  expect(next?.share.tunnelEndpoint).toEqual({ c3: { id: 'c3', ip: '10.0.0.3' } });
});

test('applySync() of a difference sets, replaces and removes, and leaves the share before untouched', () => {
  const before = held();
  const next = applySync(
    before,
    sync({ generation: 2, set: [endpoint('c2', '10.0.0.9')], remove: [{ kind: 'tunnelEndpoint', id: 'c1' }] }),
  );
  expect(next?.share.tunnelEndpoint).toEqual({ c2: { id: 'c2', ip: '10.0.0.9' } });
  expect(Object.keys(before.share.tunnelEndpoint)).toEqual(['c1', 'c2']);
});

test('applySync() sets what a difference both removes and sets', () => {
  const both = sync({ set: [endpoint('c1', '10.0.0.5')], remove: [{ kind: 'tunnelEndpoint', id: 'c1' }] });
  expect(applySync(held(), both)?.share.tunnelEndpoint['c1']).toEqual({ id: 'c1', ip: '10.0.0.5' });
});

test('applySync() refuses a difference to another epoch or to nothing', () => {
  expect(applySync(held(), sync({ epoch: 'e2' }))).toBeNull();
  expect(applySync(null, sync({}))).toBeNull();
});

test('applySync() leaves out kinds and values that it does not know', () => {
  const next = applySync(
    held(),
    sync({
      set: [{ kind: 'loadBalancer', value: { id: 'x' } }, { kind: 'port', value: 'torn' }, endpoint('c4', '10.0.0.4')],
      remove: [
        { kind: 'constructor', id: 'x' },
        { kind: '__proto__', id: 'x' },
      ],
    }),
  );
  expect(Object.keys(next?.share ?? {}).sort()).toEqual(Object.keys(held().share).sort());
  expect(next?.share.port).toEqual({});
  expect(next?.share.tunnelEndpoint['c4']).toBeDefined();
});
