/** Where in a subnet's pools an address is free, found along the index of those that are taken. */
import { randomBytes } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import { formatAddress, toAddress } from '../model/addresses.ts';
import type { Database } from '../store/tables.ts';

type Trx = Transaction<Database>;

export interface Pool {
  readonly first: bigint;
  readonly size: bigint;
  readonly version: 4 | 6;
}

export async function readPools(trx: Trx, subnetId: string): Promise<readonly Pool[]> {
  const { rows } = await sql<{ first_ip: string; last_ip: string }>`
    select host(first_ip) as first_ip, host(last_ip) as last_ip from allocation_pools where subnet_id = ${subnetId}
    order by allocation_pools.first_ip`.execute(trx);
  return rows.map((row) => {
    const first = toAddress(row.first_ip);
    return { first: first.value, size: toAddress(row.last_ip).value - first.value + 1n, version: first.version };
  });
}

export function randomAddresses(pools: readonly Pool[], count: number): readonly string[] {
  const total = pools.reduce((sum, pool) => sum + pool.size, 0n);
  const addresses = Array.from({ length: count }, () => {
    // 192 random bits over at most 2^128 places: the remainder is even to one in 2^64.
    let place = BigInt(`0x${randomBytes(24).toString('hex')}`) % total;
    for (const pool of pools) {
      if (place < pool.size) return addressAt(pool, place);
      place -= pool.size;
    }
    return '';
  });
  return [...new Set(addresses)];
}

function addressAt(pool: Pool, place: bigint): string {
  return formatAddress({ version: pool.version, value: pool.first + place });
}

/**
 * The first free address from a random one on, through all pools and round to it again: those who look at the same time look at
 * different places.
 */
export async function freeAfterRandom(trx: Trx, subnetId: string, pools: readonly Pool[]): Promise<string | null> {
  const from = toAddress(randomAddresses(pools, 1)[0] ?? '').value;
  const open = await openPools(trx, subnetId, pools);
  const later = open.filter((pool) => pool.first + pool.size > from).map((pool) => ({ ...pool, ...cut(pool, from) }));
  const earlier = open.filter((pool) => pool.first < from);
  return await firstGap(trx, subnetId, [...later, ...earlier], 'up');
}

/** The last free address of all pools. */
export async function lastFree(trx: Trx, subnetId: string, pools: readonly Pool[]): Promise<string | null> {
  return await firstGap(trx, subnetId, pools.toReversed(), 'down');
}

/** Without what lies before the address. */
function cut(pool: Pool, from: bigint): Pick<Pool, 'first' | 'size'> {
  return from <= pool.first ? pool : { first: from, size: pool.first + pool.size - from };
}

/** Without full ones: to count as many taken addresses as a pool has is faster than to look for a gap that is not there. */
async function openPools(trx: Trx, subnetId: string, pools: readonly Pool[]): Promise<readonly Pool[]> {
  const { rows } = await sql<{ taken: number }>`
    select (select count(*) from ip_allocations a
      where a.subnet_id = ${subnetId} and a.ip_address between p.first_ip and p.last_ip) as taken
    from allocation_pools p where p.subnet_id = ${subnetId} order by p.first_ip`.execute(trx);
  return pools.filter((pool, index) => BigInt(rows[index]?.taken ?? 0) < pool.size);
}

async function firstGap(
  trx: Trx,
  subnetId: string,
  ranges: readonly Pool[],
  direction: 'up' | 'down',
): Promise<string | null> {
  for (const range of ranges) {
    const free = await gapIn(trx, subnetId, range, direction);
    if (free !== null) return free;
  }
  return null;
}

/** The range's outermost address, or the first beside a taken one: along the index, and no further than to that one. */
async function gapIn(trx: Trx, subnetId: string, range: Pool, direction: 'up' | 'down'): Promise<string | null> {
  const ends = [addressAt(range, 0n), addressAt(range, range.size - 1n)] as const;
  const [outermost, innermost] = direction === 'up' ? ends : ([ends[1], ends[0]] as const);
  const step = direction === 'up' ? sql`1` : sql`-1`;
  const order = direction === 'up' ? sql`asc` : sql`desc`;
  const { rows } = await sql<{ ip: string | null }>`
    select host(case
      when not exists (select 1 from ip_allocations b where b.subnet_id = ${subnetId} and b.ip_address = ${outermost}::inet)
      then ${outermost}::inet
      else (
        select a.ip_address + ${step} from ip_allocations a
        where a.subnet_id = ${subnetId} and a.ip_address between ${ends[0]}::inet and ${ends[1]}::inet
          and a.ip_address <> ${innermost}::inet
          and not exists (select 1 from ip_allocations b where b.subnet_id = ${subnetId} and b.ip_address = a.ip_address + ${step})
        order by a.ip_address ${order} limit 1) end) as ip`.execute(trx);
  return rows[0]?.ip ?? null;
}
