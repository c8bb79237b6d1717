import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatAddress, toAddress } from '../model/addresses.ts';
import { ipv6Text, ipv6Words } from './ipv6-text.ts';

const words = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), { minLength: 8, maxLength: 8 });

test('ipv6Text() and ipv6Words() are each other’s inverse', () => {
  fc.assert(
    fc.property(words, (given) => {
      expect(ipv6Words(ipv6Text(given))).toEqual(given);
    }),
  );
});

test('ipv6Text() writes RFC 5952 but for IPv4 within IPv6', () => {
  fc.assert(
    fc.property(words, (given) => {
      const text = ipv6Text(given);
      fc.pre(!text.includes('.'));
      expect(formatAddress(toAddress(text))).toBe(text);
    }),
  );
});

test.each([
  ['::', '::'],
  ['::1', '::1'],
  ['::0.1.0.0', '::0.1.0.0'],
  ['0:0:0:0:0:ffff:c000:201', '::ffff:192.0.2.1'],
  ['2001:DB8::A', '2001:db8::a'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ['fe80::1.2.3.4', 'fe80::102:304'],
])('%s is printed as %s', (text, printed) => {
  expect(ipv6Text(ipv6Words(text))).toBe(printed);
});
