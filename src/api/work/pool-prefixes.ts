/** The prefixes of a subnet pool and the lengths of what is taken from them. */
import { sql } from 'kysely';
import { addressBits, type Cidr, formatCidr, toCidr } from '../../model/addresses.ts';
import { compactCidrs } from '../../model/cidr-sets.ts';
import type { Work } from '../engine/resource.ts';
import { integerOf, type Values } from '../engine/values.ts';
import { subnetpoolErrors } from '../errors/subnetpool-errors.ts';
import { refusing } from './refusing.ts';

export interface PrefixBounds {
  readonly min_prefixlen: number;
  readonly max_prefixlen: number;
  readonly default_prefixlen: number;
}

/** The prefixes of a request as the fewest CIDRs. Throws for none, and for those of two IP versions. */
export function readPrefixes(texts: readonly string[]): readonly Cidr[] {
  const prefixes = texts.map(toCidr);
  if (prefixes.length === 0) throw subnetpoolErrors.noPrefixes();
  if (new Set(prefixes.map(({ version }) => version)).size > 1) throw subnetpoolErrors.mixedVersions();
  return compactCidrs(prefixes);
}

/** Bounds where a request gives none: from a /8, or a /64 of IPv6, to a single address. */
export function defaultBounds(version: 4 | 6): Omit<PrefixBounds, 'default_prefixlen'> {
  return { min_prefixlen: version === 4 ? 8 : 64, max_prefixlen: addressBits(version) };
}

/** The bounds that a request gives, over those that hold without it. Throws where they contradict each other. */
export function readBounds(
  values: Values,
  otherwise: Omit<PrefixBounds, 'default_prefixlen'> & Partial<PrefixBounds>,
  version: 4 | 6,
): PrefixBounds {
  const minimum = integerOf(values, 'min_prefixlen') ?? otherwise.min_prefixlen;
  const maximum = integerOf(values, 'max_prefixlen') ?? otherwise.max_prefixlen;
  const usual = integerOf(values, 'default_prefixlen') ?? otherwise.default_prefixlen ?? minimum;
  const bits = addressBits(version);
  if (minimum > maximum) throw subnetpoolErrors.bounds('min_prefixlen', minimum, 'max_prefixlen', maximum);
  if (maximum > bits) throw subnetpoolErrors.bounds('max_prefixlen', maximum, 'ip_version_max', bits);
  if (usual < minimum) throw subnetpoolErrors.bounds('default_prefixlen', usual, 'min_prefixlen', minimum);
  if (usual > maximum) throw subnetpoolErrors.bounds('default_prefixlen', usual, 'max_prefixlen', maximum);
  return { min_prefixlen: minimum, max_prefixlen: maximum, default_prefixlen: usual };
}

/** Writes the prefixes in place of those before. Throws where another pool of the address scope has some of them. */
export async function writePrefixes(work: Work, poolId: string, prefixes: readonly Cidr[]): Promise<void> {
  await work.trx.deleteFrom('subnetpool_prefixes').where('subnetpool_id', '=', poolId).execute();
  await refusing({ subnetpool_prefixes_do_not_overlap: subnetpoolErrors.prefixConflict }, () =>
    sql`
      insert into subnetpool_prefixes (subnetpool_id, space, cidr)
      select p.id, p.space, c from subnetpools p, unnest(${prefixes.map(formatCidr)}::cidr[]) as c where p.id = ${poolId}`.execute(
      work.trx,
    ),
  );
}

/** What the pool's subnets have of it. */
export async function readAllocated(work: Work, poolId: string): Promise<readonly Cidr[]> {
  const { rows } = await sql<{ cidr: string }>`
    select cidr::text as cidr from subnets where subnetpool_id = ${poolId}`.execute(work.trx);
  return rows.map((row) => toCidr(row.cidr));
}
