import { createHash } from 'node:crypto';

/** RFC 4122's name space of DNS names. */
const dnsNamespace = Buffer.from('6ba7b8109dad11d180b400c04fd430c8', 'hex');

/** `device_id` of a DHCP port that waits for its network's next server, as Neutron names it. */
export const reservedDhcpPort = 'reserved_dhcp_port';

/** `device_id` of the DHCP port of a network on a host: Neutron's `dhcp<uuid5 of the host's short name>-<network id>`. */
export function dhcpDeviceId(host: string, networkId: string): string {
  const hash = createHash('sha1')
    .update(dnsNamespace)
    .update(host.split('.')[0] ?? '')
    .digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.subarray(0, 16).toString('hex');
  const uuid = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  return `dhcp${uuid}-${networkId}`;
}
