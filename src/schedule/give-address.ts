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

/** Takes a free address of the subnet's pools: a random one, or the first free one when they are nearly full. Null: none. */
export async function giveAddress(trx: Trx, wanted: AddressWanted): Promise<string | null> {
  const pools = await readPools(trx, wanted.subnetId);
  if (pools.length === 0) return null;
  const given = await insertFirstFree(trx, wanted, randomAddresses(pools, candidateCount));
  if (given !== null) return given;
  return giveOutermost(trx, wanted, firstFree);
}

/**
 * Takes the last free address of the subnet's pools. Null: none. For ports that come by themselves, such as a DHCP server's: who
 * picks addresses begins at the other end, and in a small subnet a random one would now and then be the one that was picked.
 */
export function giveLastAddress(trx: Trx, wanted: AddressWanted): Promise<string | null> {
  return giveOutermost(trx, wanted, lastFree);
}

async function giveOutermost(
  trx: Trx,
  wanted: AddressWanted,
  look: (trx: Trx, subnetId: string) => Promise<string | null>,
): Promise<string | null> {
  for (let attempt = 0; attempt < maximumAttempts; attempt += 1) {
    const free = await look(trx, wanted.subnetId);
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
      if (place < pool.size) return formatAddress({ version: pool.version, value: pool.first + place });
      place -= pool.size;
    }
    return '';
  });
  return [...new Set(addresses)];
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

/** A free address is the start of a pool or follows a taken one, so only the taken ones are looked at. */
async function firstFree(trx: Trx, subnetId: string): Promise<string | null> {
  const { rows } = await sql<{ ip: string }>`
    select host(c.ip) as ip
    from (
      select first_ip as ip from allocation_pools where subnet_id = ${subnetId}
      union all
      select a.ip_address + 1 from ip_allocations a
      where a.subnet_id = ${subnetId} and exists (
        select 1 from allocation_pools p
        where p.subnet_id = ${subnetId} and a.ip_address >= p.first_ip and a.ip_address < p.last_ip)
    ) c
    where not exists (select 1 from ip_allocations a where a.subnet_id = ${subnetId} and a.ip_address = c.ip)
    order by c.ip limit 1`.execute(trx);
  return rows[0]?.ip ?? null;
}

/** The same from the other end: the end of a pool, or before a taken one. */
async function lastFree(trx: Trx, subnetId: string): Promise<string | null> {
  const { rows } = await sql<{ ip: string }>`
    select host(c.ip) as ip
    from (
      select last_ip as ip from allocation_pools where subnet_id = ${subnetId}
      union all
      select a.ip_address - 1 from ip_allocations a
      where a.subnet_id = ${subnetId} and exists (
        select 1 from allocation_pools p
        where p.subnet_id = ${subnetId} and a.ip_address > p.first_ip and a.ip_address <= p.last_ip)
    ) c
    where not exists (select 1 from ip_allocations a where a.subnet_id = ${subnetId} and a.ip_address = c.ip)
    order by c.ip desc limit 1`.execute(trx);
  return rows[0]?.ip ?? null;
}
