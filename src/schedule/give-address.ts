/**
 * Which IP address a port gets: a free one of its subnet, unique by constraint, found without reading the others.
 */
import { sql, type Transaction } from 'kysely';
import type { Database } from '../store/tables.ts';
import { freeAfterRandom, lastFree, type Pool, randomAddresses, readPools } from './free-address.ts';

type Trx = Transaction<Database>;

export interface AddressWanted {
  readonly portId: string;
  readonly subnetId: string;
  /** Order within the port. */
  readonly position: number;
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

/** Takes a free address of the subnet's pools: a random one, or one after a random one where they are nearly full. Null: none. */
export async function giveAddress(trx: Trx, wanted: AddressWanted): Promise<string | null> {
  const pools = await readPools(trx, wanted.subnetId);
  if (pools.length === 0) return null;
  const given = await insertFirstFree(trx, wanted, randomAddresses(pools, candidateCount));
  return given ?? (await giveFound(trx, wanted, pools, freeAfterRandom));
}

/**
 * Takes the last free address of the subnet's pools. Null: none. For ports that come by themselves, such as a DHCP server's: who
 * picks addresses begins at the other end, and in a small subnet a random one would now and then be the one that was picked.
 */
export async function giveLastAddress(trx: Trx, wanted: AddressWanted): Promise<string | null> {
  return await giveFound(trx, wanted, await readPools(trx, wanted.subnetId), lastFree);
}

async function giveFound(
  trx: Trx,
  wanted: AddressWanted,
  pools: readonly Pool[],
  look: (trx: Trx, subnetId: string, pools: readonly Pool[]) => Promise<string | null>,
): Promise<string | null> {
  for (let attempt = 0; attempt < maximumAttempts; attempt += 1) {
    const free = await look(trx, wanted.subnetId, pools);
    if (free === null) return null;
    if (await takeAddress(trx, wanted, free)) return free;
  }
  return null;
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
