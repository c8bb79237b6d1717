/** Sets of addresses as CIDRs: what they cover together, what is left without some, and where a block fits in. */
import { type AddressRange, addressBits, type Cidr, cidrCovers, cidrRange, type IpVersion } from './addresses.ts';

/** The fewest CIDRs that cover the same addresses, in order. All are of one IP version. */
export function compactCidrs(cidrs: readonly Cidr[]): readonly Cidr[] {
  return joined(cidrs.map(cidrRange)).flatMap(rangeCidrs);
}

/** What is left of the first set without the second, as the fewest CIDRs. */
export function subtractCidrs(cidrs: readonly Cidr[], without: readonly Cidr[]): readonly Cidr[] {
  return gaps(joined(cidrs.map(cidrRange)), joined(without.map(cidrRange))).flatMap(rangeCidrs);
}

/** Whether every address of the second set is in the first. */
export function coverCidrs(cidrs: readonly Cidr[], inner: readonly Cidr[]): boolean {
  return subtractCidrs(inner, cidrs).length === 0;
}

export function cidrsOverlap(one: Cidr, other: Cidr): boolean {
  return cidrCovers(one, other) || cidrCovers(other, one);
}

/** Whether some address is in both sets. */
export function setsOverlap(some: readonly Cidr[], others: readonly Cidr[]): boolean {
  return some.some((one) => others.some((other) => cidrsOverlap(one, other)));
}

/** A free block of that length: at the start of the smallest gap that holds it, so that large ones stay whole. */
export function freeBlock(prefixes: readonly Cidr[], taken: readonly Cidr[], prefixLength: number): Cidr | null {
  const fitting = subtractCidrs(prefixes, taken).filter((gap) => gap.prefixLength <= prefixLength);
  const [first, ...rest] = fitting;
  if (first === undefined) return null;
  const smallest = rest.reduce((best, gap) => (gap.prefixLength > best.prefixLength ? gap : best), first);
  return { ...smallest, prefixLength };
}

/** Whether the block lies in a prefix and meets nothing that is taken. */
export function isFreeBlock(prefixes: readonly Cidr[], taken: readonly Cidr[], block: Cidr): boolean {
  return prefixes.some((prefix) => cidrCovers(prefix, block)) && !taken.some((one) => cidrsOverlap(one, block));
}

/** Ranges in order, those that touch made one. */
function joined(ranges: readonly AddressRange[]): readonly AddressRange[] {
  const sorted = [...ranges].sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const result: AddressRange[] = [];
  for (const range of sorted) {
    const last = result.at(-1);
    if (last === undefined || range.first > last.last + 1n) result.push(range);
    else if (range.last > last.last) result[result.length - 1] = { ...last, last: range.last };
  }
  return result;
}

/** Both in order and joined. One walk over them, since a pool may have some ten thousand subnets. */
function gaps(ranges: readonly AddressRange[], without: readonly AddressRange[]): readonly AddressRange[] {
  const result: AddressRange[] = [];
  let index = 0;
  for (const range of ranges) {
    let first = range.first;
    for (; index < without.length; index += 1) {
      const hole = without[index];
      if (hole === undefined || hole.first > range.last) break;
      if (hole.last < first) continue;
      if (hole.first > first) result.push({ ...range, first, last: hole.first - 1n });
      first = hole.last + 1n;
      // It may reach into the next range as well.
      if (first > range.last) break;
    }
    if (first <= range.last) result.push({ ...range, first });
  }
  return result;
}

function rangeCidrs(range: AddressRange): readonly Cidr[] {
  const bits = addressBits(range.version);
  const result: Cidr[] = [];
  let next = range.first;
  while (next <= range.last) {
    let hostBits = alignment(range.version, next);
    while (next + (1n << BigInt(hostBits)) - 1n > range.last) hostBits -= 1;
    result.push({ version: range.version, network: next, prefixLength: bits - hostBits });
    next += 1n << BigInt(hostBits);
  }
  return result;
}

/** How many of the address's last bits are zero. */
function alignment(version: IpVersion, value: bigint): number {
  const bits = addressBits(version);
  let zeros = 0;
  while (zeros < bits && ((value >> BigInt(zeros)) & 1n) === 0n) zeros += 1;
  return zeros;
}
