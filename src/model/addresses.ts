/**
 * IP addresses and CIDRs as numbers, behind one strict reader.
 *
 * Strict: four decimal numbers without leading zeros for IPv4, any RFC 4291 text without a zone for IPv6. What is read is
 * written in one form: dotted decimal, and RFC 5952 for IPv6.
 */
import { Address4, Address6 } from 'ip-address';

export type IpVersion = 4 | 6;

export interface Address {
  readonly version: IpVersion;
  readonly value: bigint;
}

/** A block of addresses. `network` has its host bits zero. */
export interface Cidr {
  readonly version: IpVersion;
  readonly network: bigint;
  readonly prefixLength: number;
}

/** Addresses from `first` to `last`, both included. */
export interface AddressRange {
  readonly version: IpVersion;
  readonly first: bigint;
  readonly last: bigint;
}

/** Bits of an address: 32 or 128. */
export function addressBits(version: IpVersion): number {
  return version === 4 ? 32 : 128;
}

/** Reads one address; null when the text is not exactly one. */
export function parseAddress(text: string): Address | null {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) {
    return Address4.isValid(text) ? { version: 4, value: new Address4(text).bigInt() } : null;
  }
  if (!/^[0-9a-fA-F:.]+$/.test(text) || !text.includes(':')) return null;
  return Address6.isValid(text) ? { version: 6, value: new Address6(text).bigInt() } : null;
}

/** Writes an address in its one form. */
export function formatAddress(address: Address): string {
  return address.version === 4
    ? Address4.fromBigInt(address.value).correctForm()
    : Address6.fromBigInt(address.value).correctForm();
}

/** Reads an address that is known to be one, such as a column of the database. Throws when it is not. */
export function toAddress(text: string): Address {
  const address = parseAddress(text);
  if (address === null) throw new Error(`not an IP address: ${text}`);
  return address;
}

/**
 * Reads `address/length`, where host bits are allowed and dropped; null when the text is not that.
 * A text without a length is not a CIDR here, unlike in most libraries.
 */
export function parseCidr(text: string): Cidr | null {
  const [ip, length, ...rest] = text.split('/');
  if (ip === undefined || length === undefined || rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(length)) return null;
  const address = parseAddress(ip);
  if (address === null) return null;
  const prefixLength = Number(length);
  if (prefixLength > addressBits(address.version)) return null;
  const hostBits = BigInt(addressBits(address.version) - prefixLength);
  return { version: address.version, network: (address.value >> hostBits) << hostBits, prefixLength };
}

/** Reads a CIDR that is known to be one. Throws when it is not. */
export function toCidr(text: string): Cidr {
  const cidr = parseCidr(text);
  if (cidr === null) throw new Error(`not a CIDR: ${text}`);
  return cidr;
}

/** Writes a CIDR as `network/length`. */
export function formatCidr(cidr: Cidr): string {
  return `${formatAddress({ version: cidr.version, value: cidr.network })}/${cidr.prefixLength}`;
}

/** All addresses of a CIDR, with its first (network) and last (IPv4: broadcast). */
export function cidrRange(cidr: Cidr): AddressRange {
  const size = 1n << BigInt(addressBits(cidr.version) - cidr.prefixLength);
  return { version: cidr.version, first: cidr.network, last: cidr.network + size - 1n };
}

/** `255.255.255.0` for 24. */
export function netmask(prefixLength: number): string {
  const all = (1n << 32n) - 1n;
  return formatAddress({ version: 4, value: all ^ ((1n << BigInt(32 - prefixLength)) - 1n) });
}

export function rangeContains(range: AddressRange, address: Address): boolean {
  return range.version === address.version && range.first <= address.value && address.value <= range.last;
}

export function cidrContains(cidr: Cidr, address: Address): boolean {
  return rangeContains(cidrRange(cidr), address);
}

/** True when the whole of `inner` lies in `outer`. */
export function cidrCovers(outer: Cidr, inner: Cidr): boolean {
  return (
    inner.prefixLength >= outer.prefixLength &&
    cidrContains(outer, { version: inner.version, value: inner.network }) &&
    inner.version === outer.version
  );
}

/** True when `ip` is an address of `cidr`. Both are texts that are known to be well formed. */
export function isInCidr(ip: string, cidr: string): boolean {
  return cidrContains(toCidr(cidr), toAddress(ip));
}

/** 4 or 6 for an address or a CIDR that is known to be well formed. */
export function ipVersionOf(text: string): IpVersion {
  return text.includes('/') ? toCidr(text).version : toAddress(text).version;
}

/** The range without one address: none, one or two ranges. */
export function rangeWithout(range: AddressRange, address: Address): readonly AddressRange[] {
  if (!rangeContains(range, address)) return [range];
  const parts: AddressRange[] = [];
  if (range.first < address.value) parts.push({ ...range, last: address.value - 1n });
  if (address.value < range.last) parts.push({ ...range, first: address.value + 1n });
  return parts;
}

/** Two ranges that share an address, or null when all are apart. */
export function overlappingRanges(ranges: readonly AddressRange[]): readonly [AddressRange, AddressRange] | null {
  const sorted = [...ranges].sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  for (const [index, range] of sorted.entries()) {
    const next = sorted[index + 1];
    if (next !== undefined && next.first <= range.last) return [range, next];
  }
  return null;
}

/** The address that SLAAC makes of a MAC address in a /64 (RFC 4291, appendix A: modified EUI-64). */
export function eui64Address(cidr: Cidr, macAddress: string): Address {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = macAddress.split(':').map((byte) => Number.parseInt(byte, 16));
  const host = [a ^ 2, b, c, 0xff, 0xfe, d, e, f].reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
  return { version: 6, value: cidr.network | host };
}
