/** Gateway and allocation pools of a subnet: what a request leaves out, and what it may not say. */
import {
  type AddressRange,
  addressBits,
  type Cidr,
  cidrRange,
  formatAddress,
  formatCidr,
  overlappingRanges,
  rangeContains,
  rangeWithout,
  toAddress,
} from '../../model/addresses.ts';
import { asRepr, type JsonObject } from '../engine/json.ts';
import { networkErrors } from '../errors/network-errors.ts';

/** The first host address for IPv4; for IPv6 the subnet-router anycast address (RFC 4291, 2.6.1), as Neutron has it. */
export function defaultGateway(cidr: Cidr): string {
  const value = cidr.version === 4 && cidr.prefixLength < 32 ? cidr.network + 1n : cidr.network;
  return formatAddress({ version: cidr.version, value });
}

/** Every address that a host can have, without the gateway. */
export function defaultPools(cidr: Cidr, gatewayIp: string | null): readonly AddressRange[] {
  const hosts = hostRange(cidr);
  return gatewayIp === null ? [hosts] : rangeWithout(hosts, toAddress(gatewayIp));
}

/** Without the network's address and, for IPv4, broadcast; small subnets (RFC 3021) have neither. */
function hostRange(cidr: Cidr): AddressRange {
  const all = cidrRange(cidr);
  if (addressBits(cidr.version) - cidr.prefixLength <= 1) return all;
  return { ...all, first: all.first + 1n, last: cidr.version === 4 ? all.last - 1n : all.last };
}

/** Whether a port may have the address: in the CIDR, and neither the network's nor the broadcast address. */
export function isHostAddress(cidr: Cidr, ip: string): boolean {
  const address = toAddress(ip);
  if (!rangeContains(cidrRange(cidr), address)) return false;
  return cidr.version === 6 || rangeContains(hostRange(cidr), address);
}

/** Reads the pools of a request. Throws what Neutron says of wrong, outlying and overlapping ones. */
export function checkPools(cidr: Cidr, pools: readonly JsonObject[]): readonly AddressRange[] {
  const hosts = hostRange(cidr);
  const ranges = pools.map((pool): AddressRange => {
    const first = toAddress(String(pool['start']));
    const last = toAddress(String(pool['end']));
    if (first.version !== cidr.version || last.version !== cidr.version || first.value > last.value) {
      throw networkErrors.invalidPool(asRepr(pool));
    }
    return { version: cidr.version, first: first.value, last: last.value };
  });
  for (const range of ranges) {
    if (range.first < hosts.first || range.last > hosts.last) {
      throw networkErrors.poolOutOfBounds(rangeText(range), formatCidr(cidr));
    }
  }
  const overlap = overlappingRanges(ranges);
  if (overlap !== null)
    throw networkErrors.poolsOverlap(rangeText(overlap[0]), rangeText(overlap[1]), formatCidr(cidr));
  return ranges;
}

export function checkGatewayOutside(gatewayIp: string | null, pools: readonly AddressRange[]): void {
  if (gatewayIp === null) return;
  const inside = pools.find((pool) => rangeContains(pool, toAddress(gatewayIp)));
  if (inside !== undefined) throw networkErrors.gatewayInPool(gatewayIp, rangeText(inside));
}

export function rangeEnds(range: AddressRange): { readonly start: string; readonly end: string } {
  return {
    start: formatAddress({ version: range.version, value: range.first }),
    end: formatAddress({ version: range.version, value: range.last }),
  };
}

function rangeText(range: AddressRange): string {
  const { start, end } = rangeEnds(range);
  return `${start}-${end}`;
}
