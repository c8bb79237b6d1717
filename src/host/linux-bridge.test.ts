import { expect, test } from 'vitest';
import { readLinks } from './read-links.ts';

const device = { flags: ['UP', 'LOWER_UP'], mtu: 1450, address: '5a:e0:9a:bb:0f:01', addr_info: [] };

test('readLinks() does not take the kernel datapath of Open vSwitch for a Linux bridge', () => {
  const text = JSON.stringify([
    { ...device, ifindex: 7, ifname: 'qvo5afb5e46-37', master: 'ovs-system', linkinfo: { info_kind: 'veth' } },
    { ...device, ifindex: 6, ifname: 'qvb5afb5e46-37', master: 'qbr5afb5e46-37', linkinfo: { info_kind: 'veth' } },
  ]);
  const [qvo, qvb] = readLinks(text, new Map());
  expect(qvo?.link.master).toBeUndefined();
  expect(qvb?.link.master).toBe('qbr5afb5e46-37');
});
