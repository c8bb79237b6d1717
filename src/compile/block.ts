import { addressBits, type Cidr, parseAddress, parseCidr, toAddress } from '../model/addresses.ts';

/** Reads an address or a CIDR as a block of addresses; null when it is neither. */
export function parseBlock(text: string): Cidr | null {
  if (text.includes('/')) return parseCidr(text);
  const address = parseAddress(text);
  if (address === null) return null;
  return { version: address.version, network: address.value, prefixLength: addressBits(address.version) };
}

/** The order of addresses as numbers, IPv4 first. */
export function byAddress(a: string, b: string): number {
  const [left, right] = [toAddress(a), toAddress(b)];
  if (left.version !== right.version) return left.version - right.version;
  return left.value < right.value ? -1 : left.value > right.value ? 1 : 0;
}
