/** Addresses as the kernel's tools print them (`inet_ntop`): RFC 5952, but IPv4 in IPv6 with dots. */
import { type Address, type Cidr, formatAddress, toAddress } from '../model/addresses.ts';

/** Prints an address as iptables, ipset, ip and OVS do. */
export function kernelAddress(address: Address): string {
  if (address.version === 4) return formatAddress(address);
  const high = address.value >> 32n;
  const mapped = high === 0xffffn;
  if (!mapped && (high !== 0n || address.value >> 16n === 0n)) return formatAddress(address);
  const low = formatAddress({ version: 4, value: address.value & 0xffffffffn });
  return mapped ? `::ffff:${low}` : `::${low}`;
}

/** Prints the address that a text stands for. Throws where it is none. */
export function kernelAddressText(text: string): string {
  return text.includes(':') ? kernelAddress(toAddress(text)) : text;
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
