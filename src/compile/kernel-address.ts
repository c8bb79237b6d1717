/** Addresses as the kernel's tools print them (`inet_ntop`): RFC 5952, but IPv4 in IPv6 with dots. */
import { type Address, type Cidr, formatAddress } from '../model/addresses.ts';
import { ipv6Text, ipv6Words } from './ipv6-text.ts';

/** Prints an address as iptables, ipset, ip and OVS do. */
function kernelAddress(address: Address): string {
  return kernelAddressText(formatAddress(address));
}

/** Prints the address that a text stands for. */
export function kernelAddressText(text: string): string {
  return text.includes(':') ? ipv6Text(ipv6Words(text)) : text;
}

/** The link-local address that a MAC address makes (RFC 4291, appendix A: modified EUI-64). */
export function linkLocalAddress(macAddress: string): string {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = macAddress.split(':').map((byte) => Number.parseInt(byte, 16));
  return ipv6Text([0xfe80, 0, 0, 0, ((a ^ 2) << 8) | b, (c << 8) | 0xff, 0xfe00 | d, (e << 8) | f]);
}

/** `address/length`, also for a single address. */
export function kernelCidr(cidr: Cidr): string {
  return `${kernelNetwork(cidr)}/${cidr.prefixLength}`;
}

/** The first address of a block. */
export function kernelNetwork(cidr: Cidr): string {
  return kernelAddress({ version: cidr.version, value: cidr.network });
}

/** A block without the length when it is a single address, as ipset, `ip route` and OVS print it. */
export function kernelBlock(cidr: Cidr): string {
  return cidr.prefixLength === (cidr.version === 4 ? 32 : 128) ? kernelNetwork(cidr) : kernelCidr(cidr);
}
