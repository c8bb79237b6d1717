/** Which CIDR a new subnet has: the one that it asks for, or one that a subnet pool has free. */
import { sql } from 'kysely';
import { addressBits, type Cidr, formatAddress, toCidr } from '../../model/addresses.ts';
import { freeBlock, isFreeBlock } from '../../model/cidr-sets.ts';
import { readOne } from '../engine/read.ts';
import type { Row, Work } from '../engine/resource.ts';
import { prefixDelegation } from '../engine/subnet-validators.ts';
import { booleanOf, integerOf, requiredText, textOf, textOrNullOf, textsOf, type Values } from '../engine/values.ts';
import { requestErrors } from '../errors/request-errors.ts';
import { subnetpoolErrors } from '../errors/subnetpool-errors.ts';
import { subnetpool } from '../resources/subnetpool.ts';
import { readAllocated } from './pool-prefixes.ts';
import { defaultGateway } from './subnet-addresses.ts';

export interface PlacedSubnet {
  readonly cidr: Cidr;
  /** What it has as a gateway when it does not say. */
  readonly gatewayIp: string;
  /** The columns that say where the CIDR comes from. */
  readonly source: {
    readonly subnetpool_id: string | null;
    readonly space: string | null;
    readonly prefix_delegation: boolean;
  };
}

/** Stands for the prefix that a router will be delegated. */
const provisionalPrefix = toCidr('::/64');
const none = { subnetpool_id: null, space: null, prefix_delegation: false } as const;

/** Finds the CIDR. A pool is locked until the transaction ends, so that those who take from it come one after the other. */
export async function placeSubnet(work: Work, values: Values): Promise<PlacedSubnet> {
  const asked = textOrNullOf(values, 'cidr') ?? null;
  const prefixLength = integerOf(values, 'prefixlen');
  if (asked !== null && prefixLength !== undefined) {
    throw subnetpoolErrors.badSubnet('cidr and prefixlen must not be supplied together');
  }
  const poolId = await wantedPool(work, values);
  if (poolId === null && asked === null) {
    throw subnetpoolErrors.badSubnet('a subnetpool must be specified in the absence of a cidr');
  }
  if (poolId !== null && asked === null && 'allocation_pools' in values) {
    throw subnetpoolErrors.badSubnet('allocation_pools allowed only for specific subnet requests');
  }
  if (poolId === null) return specific(values, asked ?? '');
  if (poolId === prefixDelegation) return asked === null ? delegated(values) : specific(values, asked);
  return await fromPool(work, values, poolId, asked);
}

async function wantedPool(work: Work, values: Values): Promise<string | null> {
  const given = textOrNullOf(values, 'subnetpool_id') ?? null;
  if (booleanOf(values, 'use_default_subnetpool') !== true) return given;
  if (given !== null) {
    throw subnetpoolErrors.badSubnet('subnetpool_id and use_default_subnetpool cannot both be specified');
  }
  const version = integerOf(values, 'ip_version') ?? 4;
  const poolId = await defaultPool(work, version);
  if (poolId === null) throw subnetpoolErrors.badSubnet(`No default subnetpool found for IPv${version}`);
  return poolId;
}

/** The default pool of an IP version, where there is one that the caller may use. */
export async function defaultPool(work: Work, version: number): Promise<string | null> {
  const seen = work.caller.isAdmin ? sql`true` : subnetpool.visible(work.caller);
  const { rows } = await sql<{ id: string }>`
    select t.id from subnetpools t where t.is_default and t.ip_version = ${version} and ${seen}`.execute(work.trx);
  return rows[0]?.id ?? null;
}

function specific(values: Values, asked: string): PlacedSubnet {
  const cidr = toCidr(asked);
  checkVersion(values, cidr, asked);
  return { cidr, gatewayIp: defaultGateway(cidr), source: none };
}

function checkVersion(values: Values, cidr: Cidr, asked: string): void {
  const version = integerOf(values, 'ip_version');
  if (cidr.version !== version) {
    throw requestErrors.invalidInput(`cidr '${asked}' does not match the ip_version '${version}'`);
  }
  if (cidr.prefixLength === 0) throw requestErrors.invalidInput('0 is not allowed as CIDR prefix length');
}

function delegated(values: Values): PlacedSubnet {
  if (integerOf(values, 'ip_version') !== 6) {
    throw subnetpoolErrors.badSubnet('Prefix Delegation can only be used with IPv6 subnets');
  }
  for (const [attribute, label] of [
    ['ipv6_ra_mode', 'IPv6 RA Mode'],
    ['ipv6_address_mode', 'IPv6 Address Mode'],
  ] as const) {
    const mode = textOf(values, attribute);
    if (mode !== 'slaac' && mode !== 'dhcpv6-stateless') {
      throw subnetpoolErrors.badSubnet(`${label} must be SLAAC or Stateless for Prefix Delegation`);
    }
  }
  return {
    cidr: provisionalPrefix,
    gatewayIp: defaultGateway(provisionalPrefix),
    source: { ...none, prefix_delegation: true },
  };
}

async function fromPool(work: Work, values: Values, poolId: string, asked: string | null): Promise<PlacedSubnet> {
  const pool = await readOne(work.trx, subnetpool, work.caller, poolId, { forUpdate: true });
  const version = integerOf(values, 'ip_version');
  if (pool['ip_version'] !== version) {
    throw subnetpoolErrors.badSubnet(`Cannot allocate IPv${version} subnet from IPv${pool['ip_version']} subnet pool`);
  }
  const source = { ...none, subnetpool_id: poolId, space: textOrNullOf(pool, 'address_scope_id') ?? poolId };
  const prefixLength = asked === null ? wantedLength(values, pool) : toCidr(asked).prefixLength;
  checkLength(pool, prefixLength);
  await checkPoolQuota(work, pool, requiredText(values, 'project_id'), prefixLength);
  const prefixes = (textsOf(pool, 'prefixes') ?? []).map(toCidr);
  const taken = await readAllocated(work, poolId);
  if (asked !== null) {
    const placed = specific(values, asked);
    if (!isFreeBlock(prefixes, taken, placed.cidr)) throw subnetpoolErrors.cidrNotFree();
    return { ...placed, source };
  }
  const cidr = freeBlock(prefixes, taken, prefixLength);
  if (cidr === null) throw subnetpoolErrors.noSpace(prefixLength);
  const single = cidr.prefixLength === addressBits(cidr.version);
  const gatewayIp = formatAddress({ version: cidr.version, value: single ? cidr.network : cidr.network + 1n });
  return { cidr, gatewayIp, source };
}

function wantedLength(values: Values, pool: Row): number {
  return integerOf(values, 'prefixlen') ?? Number(pool['default_prefixlen']);
}

function checkLength(pool: Row, prefixLength: number): void {
  const maximum = Number(pool['max_prefixlen']);
  const minimum = Number(pool['min_prefixlen']);
  if (prefixLength > maximum) throw subnetpoolErrors.tooLong(prefixLength, maximum);
  if (prefixLength < minimum) throw subnetpoolErrors.tooShort(prefixLength, minimum);
}

/** A project's part of a pool is counted in addresses of IPv4 and in /64 of IPv6. 0 is no limit. */
async function checkPoolQuota(work: Work, pool: Row, projectId: string, prefixLength: number): Promise<void> {
  const quota = Number(pool['default_quota'] ?? 0);
  if (quota === 0) return;
  const unit = pool['ip_version'] === 4 ? 32 : 64;
  const { rows } = await sql<{ used: number }>`
    select coalesce(sum(power(2::float8, ${unit}::integer - masklen(cidr))), 0)::float8 as used from subnets
    where subnetpool_id = ${pool.id} and project_id = ${projectId}`.execute(work.trx);
  if ((rows[0]?.used ?? 0) + 2 ** (unit - prefixLength) > quota) throw subnetpoolErrors.overQuota();
}
