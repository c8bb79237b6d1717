import { describe, expect, test } from 'vitest';
import { formatCidr, toCidr } from './addresses.ts';
import { compactCidrs, coverCidrs, freeBlock, isFreeBlock, setsOverlap, subtractCidrs } from './cidr-sets.ts';

const cidrs = (...texts: readonly string[]) => texts.map(toCidr);
const texts = (list: ReturnType<typeof compactCidrs>) => list.map(formatCidr);

describe('compactCidrs', () => {
  test.each([
    [['10.10.10.0/24', '10.10.0.0/16'], ['10.10.0.0/16']],
    [['10.0.1.0/24', '10.0.0.0/24'], ['10.0.0.0/23']],
    [
      ['192.168.1.0/24', '10.0.1.0/24', '10.0.2.0/24'],
      ['10.0.1.0/24', '10.0.2.0/24', '192.168.1.0/24'],
    ],
    [['::/0', 'fd00::/8'], ['::/0']],
    [['0.0.0.0/1', '128.0.0.0/1'], ['0.0.0.0/0']],
  ])('%j is %j', (given, wanted) => expect(texts(compactCidrs(cidrs(...given)))).toEqual(wanted));
});

describe('subtractCidrs', () => {
  test.each([
    [['10.0.0.0/24'], ['10.0.0.64/26'], ['10.0.0.0/26', '10.0.0.128/25']],
    [['10.0.0.0/24'], ['10.0.0.0/16'], []],
    [['10.0.0.0/24', '10.0.2.0/24'], ['10.0.0.0/22'], []],
    [['10.0.0.0/24', '10.0.2.0/24'], ['10.0.2.0/25'], ['10.0.0.0/24', '10.0.2.128/25']],
    [['10.0.0.0/8'], ['11.0.0.0/8'], ['10.0.0.0/8']],
    [['fd00::/62'], ['fd00:0:0:1::/64', 'fd00:0:0:3::/64'], ['fd00::/64', 'fd00:0:0:2::/64']],
  ])('%j without %j is %j', (given, without, wanted) =>
    expect(texts(subtractCidrs(cidrs(...given), cidrs(...without)))).toEqual(wanted),
  );
});

test('a set covers what lies across its members', () => {
  expect(coverCidrs(cidrs('10.0.0.0/24', '10.0.1.0/24'), cidrs('10.0.0.0/23'))).toBe(true);
  expect(coverCidrs(cidrs('10.0.0.0/24'), cidrs('10.0.0.0/23'))).toBe(false);
  expect(setsOverlap(cidrs('10.0.0.0/24', '10.2.0.0/16'), cidrs('10.2.3.0/24'))).toBe(true);
  expect(setsOverlap(cidrs('10.0.0.0/24'), cidrs('10.0.1.0/24'))).toBe(false);
});

test('a block is taken from the smallest gap', () => {
  const prefixes = cidrs('10.0.0.0/24');
  const taken = cidrs('10.0.0.0/26', '10.0.0.64/28');
  const block = (length: number) => {
    const free = freeBlock(prefixes, taken, length);
    return free === null ? null : formatCidr(free);
  };
  expect(block(28)).toBe('10.0.0.80/28');
  expect(block(27)).toBe('10.0.0.96/27');
  expect(block(25)).toBe('10.0.0.128/25');
  expect(block(24)).toBeNull();
  expect(isFreeBlock(prefixes, taken, toCidr('10.0.0.80/28'))).toBe(true);
  expect(isFreeBlock(prefixes, taken, toCidr('10.0.0.64/26'))).toBe(false);
  expect(isFreeBlock(prefixes, taken, toCidr('10.0.0.0/16'))).toBe(false);
});

test('a pool of ten thousand subnets is searched at once', () => {
  const taken = Array.from({ length: 10_000 }, (_, index) =>
    toCidr(`10.${Math.floor(index / 128)}.${(index * 2) % 256}.0/24`),
  );
  expect(freeBlock(cidrs('10.0.0.0/8'), taken, 24)).toMatchObject({ prefixLength: 24 });
});
