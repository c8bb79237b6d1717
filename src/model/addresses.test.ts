import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Address,
  addressBits,
  cidrContains,
  cidrCovers,
  cidrRange,
  eui64Address,
  formatAddress,
  formatCidr,
  isInCidr,
  netmask,
  overlappingRanges,
  parseAddress,
  parseCidr,
  rangeContains,
  rangeWithout,
  toCidr,
} from './addresses.ts';

const address: fc.Arbitrary<Address> = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 32n - 1n }).map((value) => ({ version: 4 as const, value })),
  fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }).map((value) => ({ version: 6 as const, value })),
);

describe('parseAddress()', () => {
  test('reads back every address that formatAddress() writes', () => {
    fc.assert(
      fc.property(address, (one) => {
        expect(parseAddress(formatAddress(one))).toEqual(one);
      }),
    );
  });

  test.each([
    '10.0.0',
    '010.0.0.1',
    '0x7f.1',
    '1.2.3.256',
    '1.2.3.4/24',
    '1.2.3.4 ',
    '',
    'fe80::1%eth0',
    ':::',
    '1::2::3',
    'fd00::1/64',
    'a',
  ])('refuses %j', (text) => expect(parseAddress(text)).toBeNull());

  test('is total', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseAddress(text)));
    fc.assert(fc.property(fc.string(), (text) => void parseCidr(text)));
  });

  test('writes IPv6 in the form of RFC 5952', () => {
    const written = ['FD00:0:0:1:0:0:0:1', '::FFFF:1.2.3.4', '0:0:0:0:0:0:0:0'].map((text) => {
      const read = parseAddress(text);
      return read && formatAddress(read);
    });
    expect(written).toEqual(['fd00:0:0:1::1', '::ffff:102:304', '::']);
  });
});

describe('parseCidr()', () => {
  test('drops host bits and reads back what formatCidr() writes', () => {
    fc.assert(
      fc.property(address, fc.nat(128), (one, length) => {
        const prefixLength = Math.min(length, addressBits(one.version));
        const cidr = toCidr(`${formatAddress(one)}/${prefixLength}`);
        expect(toCidr(formatCidr(cidr))).toEqual(cidr);
        expect(cidrContains(cidr, one)).toBe(true);
        expect(cidrRange(cidr).first).toBe(cidr.network);
        expect(cidrCovers(cidr, cidr)).toBe(true);
      }),
    );
  });

  test.each([
    '10.0.0.0',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/08',
    '10.0.0.0/-1',
    'fd00::/129',
    '10.0.0.0/24/24',
    '/24',
  ])('refuses %j', (text) => expect(parseCidr(text)).toBeNull());
});

test('isInCidr() never says yes across versions', () => {
  expect(isInCidr('10.0.0.1', '::/0')).toBe(false);
  expect(isInCidr('10.0.0.1', '10.0.0.0/30')).toBe(true);
  expect(isInCidr('10.0.0.4', '10.0.0.0/30')).toBe(false);
});

test('netmask() writes dotted decimal', () => {
  expect([0, 8, 24, 31, 32].map(netmask)).toEqual([
    '0.0.0.0',
    '255.0.0.0',
    '255.255.255.0',
    '255.255.255.254',
    '255.255.255.255',
  ]);
});

test('rangeWithout() loses that address alone', () => {
  const range = { version: 4 as const, first: 10n, last: 20n };
  fc.assert(
    fc.property(fc.bigInt(8n, 22n), fc.bigInt(8n, 22n), (removed, probe) => {
      const rest = rangeWithout(range, { version: 4, value: removed });
      const inRest = rest.some((part) => rangeContains(part, { version: 4, value: probe }));
      expect(inRest).toBe(probe >= 10n && probe <= 20n && probe !== removed);
    }),
  );
});

test('overlappingRanges() finds two that share an address', () => {
  const range = (first: bigint, last: bigint) => ({ version: 4 as const, first, last });
  expect(overlappingRanges([range(5n, 9n), range(1n, 4n)])).toBeNull();
  expect(overlappingRanges([range(4n, 9n), range(1n, 4n)])).toEqual([range(1n, 4n), range(4n, 9n)]);
});

test('eui64Address() is what a real Neutron gave', () => {
  const made = eui64Address(toCidr('fd00:1::/64'), 'fa:16:3e:db:4c:5e');
  expect(formatAddress(made)).toBe('fd00:1::f816:3eff:fedb:4c5e');
});
