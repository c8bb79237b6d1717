import { expect, test } from 'vitest';
import { advance, changedKeys, keysSince, nothingSent, type SentShare, syncFrame } from './sent-share.ts';
import type { ObjectKey, ShareTexts } from './shares.ts';

const share = (ports: Readonly<Record<string, number>>): ShareTexts =>
  new Map(
    Object.entries(ports).map(([id, version]): [ObjectKey, string] => [`port:${id}`, JSON.stringify({ id, version })]),
  );
const steps = (...shares: readonly ShareTexts[]): SentShare =>
  shares.reduce<SentShare>((sent, next) => advance(sent, next, changedKeys(sent.texts, next)), nothingSent);

test('changedKeys() names what is new, other and gone', () => {
  expect(changedKeys(share({ a: 1, b: 1, c: 1 }), share({ a: 1, b: 2, d: 1 }))).toEqual(['port:b', 'port:d', 'port:c']);
  expect(changedKeys(share({ a: 1 }), share({ a: 1 }))).toEqual([]);
});

test('advance() counts a generation only when something differs', () => {
  const sent = steps(share({ a: 1 }), share({ a: 1 }), share({ a: 2 }));
  expect(sent.generation).toBe(2);
});

test('keysSince() gives what an older agent lacks, and null for one that cannot be compared', () => {
  const sent = steps(share({ a: 1 }), share({ a: 1, b: 1 }), share({ b: 1, c: 1 }));
  expect(keysSince(sent, 3)).toEqual([]);
  expect(keysSince(sent, 2)).toEqual(['port:c', 'port:a']);
  expect(new Set(keysSince(sent, 1))).toEqual(new Set(['port:a', 'port:b', 'port:c']));
  expect(keysSince(sent, 4)).toBeNull();
  expect(keysSince(sent, -1)).toBeNull();
  const long = Array.from({ length: 300 }, (_, version) => share({ a: version }));
  expect(keysSince(steps(...long), 10)).toBeNull();
  expect(keysSince(steps(...long), 299)).toEqual(['port:a']);
});

test('syncFrame() carries current texts, and the end of what is gone', () => {
  const sent = steps(share({ a: 1, b: 1 }), share({ b: 2 }));
  const frame = (keys: readonly ObjectKey[] | null) => JSON.parse(syncFrame('e', sent, keys));
  expect(frame(['port:a', 'port:b'])).toEqual({
    ...{ type: 'sync', epoch: 'e', generation: 2, full: false },
    set: [{ kind: 'port', value: { id: 'b', version: 2 } }],
    remove: [{ kind: 'port', id: 'a' }],
  });
  expect(frame(null)).toMatchObject({
    full: true,
    set: [{ kind: 'port', value: { id: 'b', version: 2 } }],
    remove: [],
  });
});
