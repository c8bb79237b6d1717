import { randomUUID } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Store } from '../store/database.ts';
import type { Database } from '../store/tables.ts';
import { openTestStore } from '../store/test-store.ts';
import { giveAddress, giveLastAddress } from './give-address.ts';

let store: Store;
let portId: string;
let networkId: string;

beforeAll(async () => {
  store = await openTestStore();
  networkId = randomUUID();
  portId = randomUUID();
  await store.transaction(async (trx) => {
    await sql`insert into networks (id, project_id, mtu, network_type) values (${networkId}, 'p', 1450, 'local')`.execute(
      trx,
    );
    await sql`insert into ports (id, project_id, network_id, mac_address) values (${portId}, 'p', ${networkId}, 'fa:16:3e:00:00:01')`.execute(
      trx,
    );
  });
});
afterAll(async () => await store?.[Symbol.asyncDispose]());

/** A subnet with one pool of `size` addresses, of which the first `taken` are. */
async function makeSubnet(cidr: string, first: string, size: number, taken: number): Promise<string> {
  const subnetId = randomUUID();
  await store.transaction(async (trx) => {
    // Foreign keys would be checked row by row, which says nothing here.
    await sql`set local session_replication_role = replica`.execute(trx);
    await sql`insert into subnets (id, project_id, network_id, ip_version, cidr) values (${subnetId}, 'p', ${networkId}, 4, ${cidr})`.execute(
      trx,
    );
    await sql`insert into allocation_pools values (${subnetId}, ${first}::inet, ${first}::inet + ${size - 1}::bigint)`.execute(
      trx,
    );
    await sql`
      insert into ip_allocations (port_id, subnet_id, ip_address)
      select ${portId}, ${subnetId}, ${first}::inet + n from generate_series(0::bigint, ${taken - 1}::bigint) as n`.execute(
      trx,
    );
  });
  return subnetId;
}

async function give(subnetId: string): Promise<string | null> {
  return await store.transaction((trx) => giveAddress(trx, { portId, subnetId, position: 0 }));
}

/** How the allocations were read since the transaction began. */
async function reads(trx: Transaction<Database>): Promise<{ readonly scans: number; readonly rows: number }> {
  const { rows } = await sql<{ seq_scan: number; fetched: number }>`
    select seq_scan, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) as fetched
    from pg_stat_xact_user_tables where relname = 'ip_allocations'`.execute(trx);
  return { scans: rows[0]?.seq_scan ?? 0, rows: rows[0]?.fetched ?? 0 };
}

test('in a /8 with 300,000 taken addresses one is found without reading them', async () => {
  const subnetId = await makeSubnet('10.0.0.0/8', '10.0.0.2', 16_777_213, 300_000);
  await sql`analyze ip_allocations`.execute(store.db);
  await store.transaction(async (trx) => {
    const before = await reads(trx);
    for (let given = 0; given < 50; given += 1) {
      expect(await giveAddress(trx, { portId, subnetId, position: 0 })).toMatch(/^10\./);
    }
    expect(await giveLastAddress(trx, { portId, subnetId, position: 0 })).toBe('10.255.255.254');
    expect(await giveLastAddress(trx, { portId, subnetId, position: 0 })).toBe('10.255.255.253');
    const after = await reads(trx);
    expect(after.scans).toBe(before.scans);
    expect(after.rows - before.rows).toBeLessThan(50 * 32);
  });
});

test('the last addresses of a pool of 260,000 are found along the index, and that none is left', async () => {
  const subnetId = await makeSubnet('172.16.0.0/14', '172.16.0.2', 260_000, 260_000);
  await sql`delete from ip_allocations where subnet_id = ${subnetId} and ip_address = any(${['172.16.0.2', '172.17.200.9', '172.19.247.161']}::inet[])`.execute(
    store.db,
  );
  await sql`analyze ip_allocations`.execute(store.db);
  await store.transaction(async (trx) => {
    const before = await reads(trx);
    const given = [];
    for (let count = 0; count < 4; count += 1) given.push(await giveAddress(trx, { portId, subnetId, position: 0 }));
    expect(given.slice(0, 3).sort()).toEqual(['172.16.0.2', '172.17.200.9', '172.19.247.161']);
    expect(given[3]).toBeNull();
    expect((await reads(trx)).scans).toBe(before.scans);
  });
});

test('twenty writers take the last twenty addresses, each another one', async () => {
  const subnetId = await makeSubnet('192.168.0.0/22', '192.168.0.2', 1_000, 980);
  const given = await Promise.all(Array.from({ length: 24 }, async () => await give(subnetId)));
  const taken = given.filter((ip) => ip !== null);
  expect(taken).toHaveLength(20);
  expect(new Set(taken).size).toBe(20);
  expect(await give(subnetId)).toBeNull();
});

test('addresses come from all pools of a subnet and from nowhere else', async () => {
  const subnetId = await makeSubnet('192.0.2.0/24', '192.0.2.10', 3, 0);
  await sql`insert into allocation_pools values (${subnetId}, '192.0.2.100', '192.0.2.101')`.execute(store.db);
  const given = [];
  given.push(await store.transaction((trx) => giveLastAddress(trx, { portId, subnetId, position: 0 })));
  expect(given).toEqual(['192.0.2.101']);
  for (let count = 0; count < 5; count += 1) given.push(await give(subnetId));
  expect(given.slice(0, 5).sort()).toEqual(['192.0.2.10', '192.0.2.100', '192.0.2.101', '192.0.2.11', '192.0.2.12']);
  expect(given[5]).toBeNull();
});
