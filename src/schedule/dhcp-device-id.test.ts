import { expect, test } from 'vitest';
import { dhcpDeviceId } from './dhcp-device-id.ts';

test('dhcpDeviceId() is what a real Neutron made for its host net1', () => {
  const networkId = 'f585c69b-7698-4694-8eb2-c7c5d5140353';
  expect(dhcpDeviceId('net1', networkId)).toBe(`dhcp04771cbe-437e-5f2c-860d-465c2ee070fb-${networkId}`);
  expect(dhcpDeviceId('net1.example.org', networkId)).toBe(dhcpDeviceId('net1', networkId));
});
