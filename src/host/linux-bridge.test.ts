import { expect, test } from 'vitest';
import { readLinksText } from './read-links-text.ts';

test('readLinksText() does not take the kernel datapath of Open vSwitch for a Linux bridge', () => {
  const [qvo, qvb] = readLinksText(
    [
      '7: qvo5afb5e46-37@qvb5afb5e46-37: <BROADCAST,UP,LOWER_UP> mtu 1450 qdisc noqueue master ovs-system state UP',
      '    link/ether 5a:e0:9a:bb:0f:01 brd ff:ff:ff:ff:ff:ff',
      '6: qvb5afb5e46-37@qvo5afb5e46-37: <BROADCAST,UP,LOWER_UP> mtu 1450 qdisc noqueue master qbr5afb5e46-37 state UP',
      '    link/ether 5a:e0:9a:bb:0f:02 brd ff:ff:ff:ff:ff:ff',
    ].join('\n'),
  );
  expect(qvo?.link.master).toBeUndefined();
  expect(qvb?.link.master).toBe('qbr5afb5e46-37');
});
