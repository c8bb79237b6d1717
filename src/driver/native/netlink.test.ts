import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressBytes, addressText, macBytes, macText } from './ip-bytes.ts';
import { readReplies } from './link-reply.ts';
import { type Numbers, printRequest } from './link-request.ts';
import { attribute, printMessage, readAttributes, readMessages, text, uint32 } from './netlink-message.ts';
import { linkAttribute, message } from './rtnetlink.ts';

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array) => Buffer.from(array));
const numbers: Numbers = { index: (device) => Number(/\d+$/.exec(device)?.[0]), file: () => 99 };

test('addressBytes() reads what addressText() wrote, which is what a URL has', () => {
  const zeros = fc
    .array(fc.constantFrom(0, 0, 1, 0xff), { minLength: 16, maxLength: 16 })
    .map((one) => Buffer.from(one));
  fc.assert(
    fc.property(fc.oneof(bytes(4), bytes(16), zeros), (address) => {
      const written = addressText(address);
      expect(addressBytes(written)).toEqual(address);
      // A URL has no dots in an address of IPv6.
      if (address.length === 16 && written.includes('.')) return;
      const host = new URL(`http://${address.length === 4 ? written : `[${written}]`}/`).hostname;
      expect(host.replace(/[[\]]/g, '')).toBe(written);
    }),
  );
});

test('addressText() writes the end of some addresses of IPv6 as inet_ntop(3) does', () => {
  for (const address of ['::ffff:192.0.2.1', '::192.0.2.1', '::1', '::', '64:ff9b::c000:201']) {
    expect(addressText(addressBytes(address))).toBe(address);
  }
});

test('macBytes() reads what macText() wrote', () => {
  fc.assert(
    fc.property(bytes(6), (address) => {
      expect(macBytes(macText(address))).toEqual(address);
    }),
  );
});

test('readMessages() and readAttributes() read what was printed, whatever its length', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 9 }), { minLength: 1, maxLength: 4 }), (contents) => {
      const body = Buffer.concat(contents.map((content, n) => attribute(n + 1, Buffer.from(content))));
      const sent = contents.map((_, sequence) => ({ type: 16, flags: 5, sequence, body }));
      const read = readMessages(Buffer.concat(sent.map(printMessage)));
      expect(read).toEqual(sent);
      expect([...readAttributes(read[0]?.body ?? Buffer.alloc(0)).values()].map((one) => [...one])).toEqual(
        contents.map((content) => [...content]),
      );
    }),
  );
});

test('readMessages() and readAttributes() end at what is cut short', () => {
  const whole = printMessage({ type: 16, flags: 0, sequence: 1, body: attribute(1, uint32(7)) });
  expect(readMessages(Buffer.concat([whole, whole.subarray(0, 18)]))).toHaveLength(1);
  expect([...readAttributes(Buffer.from([12, 0, 1, 0, 1]))]).toEqual([]);
});

test('printRequest() gives an IPv4 address its broadcast address, and a short network none', () => {
  const body = (address: string) =>
    readAttributes(printRequest({ kind: 'add-address', device: 'qr-3', address }, numbers).body, 8);
  expect(body('10.1.2.3/20').get(4)).toEqual(addressBytes('10.1.15.255'));
  expect(body('10.1.2.3/31').get(4)).toBeUndefined();
  expect(body('fd00::1/64').get(4)).toBeUndefined();
});

test('printRequest() names a device, and what it belongs to by its number', () => {
  const { type, body } = printRequest(
    { kind: 'set-link', name: 'qvb1', settings: { master: 'qbr7', up: true } },
    numbers,
  );
  const attributes = readAttributes(body, 16);
  expect(type).toBe(message.newLink);
  expect([body.readUInt32LE(8), body.readUInt32LE(12)]).toEqual([1, 1]);
  expect(attributes.get(linkAttribute.name)).toEqual(text('qvb1'));
  expect(attributes.get(linkAttribute.master)).toEqual(uint32(7));
});

test('readReplies() finds the other end of a pair, and does not take the kernel datapath for a bridge', () => {
  const device = (index: number, name: string, ...more: readonly Buffer[]) => {
    const head = Buffer.alloc(16);
    head.writeInt32LE(index, 4);
    head.writeUInt32LE(index === 9 ? 0 : 1, 8);
    const body = Buffer.concat([head, attribute(linkAttribute.name, text(name)), ...more]);
    return { type: message.newLink, flags: 0, sequence: 1, body };
  };
  const veth = attribute(linkAttribute.info, attribute(linkAttribute.infoKind, text('veth')));
  const { entries } = readReplies(
    {
      links: [
        device(5, 'ovs-system'),
        device(6, 'qbr1', attribute(linkAttribute.mtu, uint32(1450))),
        device(7, 'qvo1', veth, attribute(linkAttribute.link, uint32(8)), attribute(linkAttribute.master, uint32(5))),
        device(8, 'qvb1', veth, attribute(linkAttribute.link, uint32(7)), attribute(linkAttribute.master, uint32(6))),
        device(
          9,
          'tap1',
          ...[veth, attribute(linkAttribute.link, uint32(2)), attribute(linkAttribute.linkNamespaceId, uint32(3))],
        ),
      ],
      addresses: [],
      routes: [],
      neighbours: [],
    },
    new Map([[3, 'vm1']]),
  );
  expect(entries.map(({ link }) => link.up)).toEqual([true, true, true, true, false]);
  expect(entries[1]?.link.mtu).toBe(1450);
  expect(entries[2]?.link).toMatchObject({ kind: 'veth', peer: 'qvb1' });
  expect(entries[2]?.link.master).toBeUndefined();
  expect(entries[3]?.link).toMatchObject({ peer: 'qvo1', master: 'qbr1' });
  expect(entries[4]).toMatchObject({ peerIndex: 2, peerNamespace: 'vm1' });
});
