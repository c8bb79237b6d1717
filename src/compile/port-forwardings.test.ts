import { expect, test } from 'vitest';
import { forwardingRules } from './port-forwardings.ts';

test('forwardingRules() leads one port, all to one, and each to its own', () => {
  const one = { id: '', protocol: 'tcp', internalIpAddress: '10.0.0.4' };
  const forwardings = [
    { ...one, internalFirst: 22, internalLast: 22, externalFirst: 2222, externalLast: 2222 },
    { ...one, internalFirst: 443, internalLast: 443, externalFirst: 9000, externalLast: 9010 },
    { ...one, protocol: 'udp', internalFirst: 80, internalLast: 89, externalFirst: 8080, externalLast: 8089 },
  ];
  expect(forwardingRules([{ id: '', routerId: '', floatingIpAddress: '203.0.113.9', forwardings }])).toEqual([
    '-d 203.0.113.9/32 -p tcp -m tcp --dport 2222 -j DNAT --to-destination 10.0.0.4:22',
    '-d 203.0.113.9/32 -p tcp -m tcp --dport 9000:9010 -j DNAT --to-destination 10.0.0.4:443',
    '-d 203.0.113.9/32 -p udp -m udp --dport 8080:8089 -j DNAT --to-destination 10.0.0.4:80-89/8080',
  ]);
});
