import { addressBits, type Cidr, parseAddress, parseCidr } from '../model/addresses.ts';
import { ipv6Words } from './ipv6-text.ts';

const IPV4 = /^(\d|[1-9]\d{1,2})\.(\d|[1-9]\d{1,2})\.(\d|[1-9]\d{1,2})\.(\d|[1-9]\d{1,2})$/;

/** Reads an address or a CIDR as a block of addresses; null when it is neither. */
export function parseBlock(text: string): Cidr | null {
  const bytes = IPV4.exec(text);
  if (bytes !== null) return ipv4Block(bytes.slice(1).map(Number));
  if (text.includes('/')) return parseCidr(text);
  const address = parseAddress(text);
  if (address === null) return null;
  return { version: address.version, network: address.value, prefixLength: addressBits(address.version) };
}

/** Single IPv4 addresses, of which a host knows thousands, are not worth the way through big numbers. */
function ipv4Block(bytes: readonly number[]): Cidr | null {
  if (bytes.some((byte) => byte > 255)) return null;
  return { version: 4, network: BigInt(bytes.reduce((value, byte) => value * 256 + byte, 0)), prefixLength: 32 };
}

/** Sorts by addresses as numbers, IPv4 first. */
export function sortByAddress<Value>(values: readonly Value[], textOf: (value: Value) => string): readonly Value[] {
  return values
    .map((value) => ({ value, key: addressKey(textOf(value)) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ value }) => value);
}

/** A text in whose order addresses stand as numbers. */
export function addressKey(text: string): string {
  return text.includes(':')
    ? `6${ipv6Words(text).map((word) => word.toString(16).padStart(4, '0'))}`
    : `4${text.split('.').map((byte) => byte.padStart(3, '0'))}`;
}
