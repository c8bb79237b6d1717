/**
 * Which IP address a port gets: a free one of its subnet, unique by constraint, found without reading the others.
 */
import { randomBytes } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import { formatAddress, toAddress } from '../model/addresses.ts';
import type { Database } from '../store/tables.ts';

type Trx = Transaction<Database>;

export interface AddressWanted {
  readonly portId: string;
  readonly subnetId: string;
  /** Order within the port. */
  readonly position: number;
}

interface Pool {
  readonly first: bigint;
  readonly size: bigint;
  readonly version: 4 | 6;
}

/** Random addresses tried at once; of a pool that is nine tenths full, one of these is free in 97 of 100 tries. */
const candidateCount = 32;
/** When another transaction takes what was found, it is looked for again. */
const maximumAttempts = 20;

/** Takes this address. False when another port has it. */
export async function takeAddress(trx: Trx, wanted: AddressWanted, address: string): Promise<boolean> {
  const { rows } = await sql`
    insert into ip_allocations (port_id, subnet_id, ip_address, position)
    values (${wanted.portId}, ${wanted.subnetId}, ${address}::inet, ${wanted.position})
    on conflict on constraint ip_allocations_once_in_subnet do nothing returning 1`.execute(trx);
  return rows.length === 1;
}

/**
 * Takes a free address of the subnet's pools: a random one, or where they are nearly full the first that is free after a random
 * one, so that those who look at the same time look at different places. Null: none is left.
 */
export async function giveAddress(trx: Trx, wanted: AddressWanted): Promise<string | null> {
  const pools = await readPools(trx, wanted.subnetId);
  if (pools.length === 0) return null;
  const given = await insertFirstFree(trx, wanted, randomAddresses(pools, candidateCount));
  if (given !== null) return given;
  for (let attempt = 0; attempt < maximumAttempts; attempt += 1) {
    const free = await freeAfter(trx, wanted.subnetId, pools, randomAddresses(pools, 1)[0] ?? '');
    if (free === null) return null;
    if (await takeAddress(trx, wanted, free)) return free;
  }
  return null;
}

async function readPools(trx: Trx, subnetId: string): Promise<readonly Pool[]> {
  const { rows } = await sql<{ first_ip: string; last_ip: string }>`
    select host(first_ip) as first_ip, host(last_ip) as last_ip from allocation_pools where subnet_id = ${subnetId}
    order by allocation_pools.first_ip`.execute(trx);
  return rows.map((row) => {
    const first = toAddress(row.first_ip);
    return { first: first.value, size: toAddress(row.last_ip).value - first.value + 1n, version: first.version };
  });
}

function randomAddresses(pools: readonly Pool[], count: number): readonly string[] {
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

async function insertFirstFree(trx: Trx, wanted: AddressWanted, candidates: readonly string[]): Promise<string | null> {
  const { rows } = await sql<{ ip_address: string }>`
    insert into ip_allocations (port_id, subnet_id, ip_address, position)
    select ${wanted.portId}, ${wanted.subnetId}, c.ip, ${wanted.position}
    from unnest(${candidates}::inet[]) with ordinality as c (ip, n)
    where not exists (select 1 from ip_allocations a where a.subnet_id = ${wanted.subnetId} and a.ip_address = c.ip)
    order by c.n limit 1
    on conflict on constraint ip_allocations_once_in_subnet do nothing
    returning host(ip_address) as ip_address`.execute(trx);
  return rows[0]?.ip_address ?? null;
}

/** The first free address from this one on, through all pools and round to it again. */
async function freeAfter(trx: Trx, subnetId: string, pools: readonly Pool[], start: string): Promise<string | null> {
  const full = await fullPools(trx, subnetId, pools);
  const from = toAddress(start).value;
  const ranges = pools.flatMap((pool, index) => (full[index] ? [] : [pool]));
  const later = ranges.filter((pool) => pool.first + pool.size > from);
  const earlier = ranges.filter((pool) => pool.first < from);
  for (const pool of [...later.map((one) => ({ ...one, ...cut(one, from) })), ...earlier]) {
    const free = await firstFree(trx, subnetId, pool);
    if (free !== null) return free;
  }
  return null;
}

/** Without what lies before the address. */
function cut(pool: Pool, from: bigint): Pick<Pool, 'first' | 'size'> {
  return from <= pool.first ? pool : { first: from, size: pool.first + pool.size - from };
}

/** A pool with as many taken addresses as it has has none free: to count them is faster than to look for a gap. */
async function fullPools(trx: Trx, subnetId: string, pools: readonly Pool[]): Promise<readonly boolean[]> {
  const { rows } = await sql<{ taken: number }>`
    select (select count(*) from ip_allocations a
      where a.subnet_id = ${subnetId} and a.ip_address between p.first_ip and p.last_ip) as taken
    from allocation_pools p where p.subnet_id = ${subnetId} order by p.first_ip`.execute(trx);
  return pools.map((pool, index) => BigInt(rows[index]?.taken ?? 0) >= pool.size);
}

/** The range's first address, or the first that follows a taken one: along the index, and no further than to that one. */
async function firstFree(trx: Trx, subnetId: string, range: Pool): Promise<string | null> {
  const first = addressAt(range, 0n);
  const last = addressAt(range, range.size - 1n);
  const isTaken = (ip: unknown) =>
    sql`exists (select 1 from ip_allocations b where b.subnet_id = ${subnetId} and b.ip_address = ${ip}::inet)`;
  const { rows } = await sql<{ ip: string | null }>`
    select host(case when not ${isTaken(first)} then ${first}::inet else (
      select a.ip_address + 1 from ip_allocations a
      where a.subnet_id = ${subnetId} and a.ip_address >= ${first}::inet and a.ip_address < ${last}::inet
        and not exists (select 1 from ip_allocations b where b.subnet_id = ${subnetId} and b.ip_address = a.ip_address + 1)
      order by a.ip_address limit 1) end) as ip`.execute(trx);
  return rows[0]?.ip ?? null;
}
