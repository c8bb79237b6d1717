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

/** Random addresses tried for one port; of a pool that is nine tenths full, one of these is free in 97 of 100 tries. */
const candidateCount = 32;
/** And for each further port of the same statement. */
const furtherCandidates = 3;
/** Rounds of random addresses, as long as each gives addresses to most of those who wait. */
const maximumRounds = 8;
/** When another transaction takes what was found, it is looked for again. */
const maximumAttempts = 20;

/** Takes this address. False when another port has it. */
export async function takeAddress(trx: Trx, wanted: AddressWanted, address: string): Promise<boolean> {
  return (await takeAddresses(trx, [{ ...wanted, address }])).length === 1;
}

/** Takes these addresses: one statement. Gives those that no other port had. */
export async function takeAddresses<Wanted extends AddressWanted & { readonly address: string }>(
  trx: Trx,
  wanted: readonly Wanted[],
): Promise<readonly Wanted[]> {
  if (wanted.length === 0) return [];
  const { rows } = await sql<{ port_id: string; subnet_id: string; ip_address: string }>`
    insert into ip_allocations (port_id, subnet_id, ip_address, position)
    select * from unnest(${wanted.map((one) => one.portId)}::uuid[], ${wanted.map((one) => one.subnetId)}::uuid[],
      ${wanted.map((one) => one.address)}::inet[], ${wanted.map((one) => one.position)}::integer[]) as n (port, subnet, ip, position)
    order by n.subnet, n.ip
    on conflict on constraint ip_allocations_once_in_subnet do nothing
    returning port_id, subnet_id, host(ip_address) as ip_address`.execute(trx);
  const taken = new Set(rows.map((row) => `${row.port_id} ${row.subnet_id} ${row.ip_address}`));
  return wanted.filter((one) => taken.has(`${one.portId} ${one.subnetId} ${one.address}`));
}

/** Takes a free address of the subnet's pools: a random one, or one after a random one where they are nearly full. Null: none. */
export async function giveAddress(trx: Trx, wanted: AddressWanted): Promise<string | null> {
  const [given = null] = await giveAddresses(trx, wanted.subnetId, [wanted]);
  return given;
}

/** The same for many ports of one subnet, in statements for all of them; null for each that got none. */
export async function giveAddresses(
  trx: Trx,
  subnetId: string,
  wanted: readonly AddressWanted[],
): Promise<readonly (string | null)[]> {
  const pools = await readPools(trx, subnetId);
  const given = new Map<string, string>();
  const waiting = () => wanted.filter((one) => !given.has(keyOf(one)));
  if (pools.length === 0) return wanted.map(() => null);
  for (let round = 0; round < maximumRounds; round += 1) {
    const before = waiting();
    if (before.length === 0) break;
    const candidates = randomAddresses(pools, candidateCount + furtherCandidates * (before.length - 1));
    for (const row of await insertFree(trx, subnetId, before, candidates)) given.set(keyOf(row), row.address);
    if (waiting().length > before.length / 2) break;
  }
  for (const one of waiting()) {
    const address = await giveFound(trx, one, pools, freeAfterRandom);
    if (address === null) break;
    given.set(keyOf(one), address);
  }
  return wanted.map((one) => given.get(keyOf(one)) ?? null);
}

/**
 * Takes the last free address of the subnet's pools. Null: none. For ports that come by themselves, such as a DHCP server's: who
 * picks addresses begins at the other end, and in a small subnet a random one would now and then be the one that was picked.
 */
export async function giveLastAddress(trx: Trx, wanted: AddressWanted): Promise<string | null> {
  return await giveFound(trx, wanted, await readPools(trx, wanted.subnetId), lastFree);
}

/** A port's place: it may have several addresses of a subnet. */
function keyOf(place: { readonly portId: string; readonly position: number }): string {
  return `${place.portId} ${place.position}`;
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

/** Gives free ones of the candidates to those who wait, in their order. */
async function insertFree(
  trx: Trx,
  subnetId: string,
  waiting: readonly AddressWanted[],
  candidates: readonly string[],
): Promise<readonly { readonly portId: string; readonly position: number; readonly address: string }[]> {
  const { rows } = await sql<{ portId: string; position: number; address: string }>`
    insert into ip_allocations (port_id, subnet_id, ip_address, position)
    select w.port_id, ${subnetId}, f.ip, w.position
    from (
      select c.ip, row_number() over (order by c.n) as place
      from unnest(${candidates}::inet[]) with ordinality as c (ip, n)
      where not exists (select 1 from ip_allocations a where a.subnet_id = ${subnetId} and a.ip_address = c.ip)
      order by c.n limit ${waiting.length}
    ) f
    join unnest(${waiting.map((one) => one.portId)}::uuid[], ${waiting.map((one) => one.position)}::integer[])
      with ordinality as w (port_id, position, place) on w.place = f.place
    order by f.ip
    on conflict on constraint ip_allocations_once_in_subnet do nothing
    returning port_id as "portId", position, host(ip_address) as address`.execute(trx);
  return rows;
}
