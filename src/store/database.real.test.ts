import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openTestStore } from './test-store.ts';

test('openTestStore() gives a migrated database with the column types of the API', async () => {
  await using store = await openTestStore();
  await using other = await openTestStore();
  await store.db
    .insertInto('networks')
    .values({ project_id: 'p', mtu: 1450, network_type: 'vxlan', segmentation_id: 7 })
    .execute();
  const network = await store.db.selectFrom('networks').selectAll().executeTakeFirstOrThrow();
  expect(network.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  const typed = await sql<Record<string, unknown>>`SELECT count(*), '10.0.0.1'::inet AS ip, '10.0.0.0/24'::cidr AS cidr,
    'fa:16:3e:00:00:01'::macaddr AS mac, ARRAY['10.0.0.1'::inet] AS ips, '[1]'::jsonb AS json FROM networks`.execute(
    store.db,
  );
  expect(typed.rows[0]).toEqual({
    count: 1,
    ip: '10.0.0.1',
    cidr: '10.0.0.0/24',
    mac: 'fa:16:3e:00:00:01',
    ips: ['10.0.0.1'],
    json: [1],
  });
  expect(await other.db.selectFrom('networks').selectAll().execute()).toEqual([]);
  expect(other.epoch).not.toBe('');
});
