import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { type ChangeCursor, currentCursor, readChanges, recordChanges } from './changes.ts';
import { openTestStore } from './test-store.ts';

test('readChanges() skips nothing and repeats nothing while writers commit out of order', async () => {
  await using store = await openTestStore();
  let cursor: ChangeCursor = await currentCursor(store.db);
  const written = new Set<string>();
  const read: string[] = [];
  let outOfOrder = 0;
  let largest = 0;
  let writing = true;
  const reader = async (): Promise<void> => {
    const { changes, cursor: next } = await readChanges(store.db, cursor);
    cursor = next;
    for (const change of changes) {
      const number = Number(change.id.split(' ')[1]);
      if (number < largest) outOfOrder += 1;
      largest = Math.max(largest, number);
      read.push(change.id);
    }
  };
  const reading = (async () => {
    while (writing) await reader();
  })();
  let started = 0;
  await Promise.all(
    Array.from({ length: 8 }, async (_, writer) => {
      for (let index = 0; index < 40; index += 1) {
        started += 1;
        const id = `${randomUUID()} ${started}`;
        await store
          .transaction(async (trx) => {
            await recordChanges(trx, [{ kind: 'port', id, hosts: ['h1', ''] }]);
            // The number is taken; how long until the commit differs from writer to writer.
            await delay(writer === 0 ? 30 : Math.random() * 4);
            if (index % 10 === 9) throw new Error('rolled back');
          })
          .then(() => written.add(id))
          .catch((error: Error) => expect(error.message).toBe('rolled back'));
      }
    }),
  );
  writing = false;
  await reading;
  await reader();
  expect(read.toSorted()).toEqual([...written].sort());
  // Else the test would prove nothing: a reader of "everything after the largest number" would have lost these.
  expect(outOfOrder).toBeGreaterThan(0);
  expect((await readChanges(store.db, cursor)).changes).toEqual([]);
});

test('readChanges() is not held up by a transaction that stays open', async () => {
  await using store = await openTestStore();
  const cursor = await currentCursor(store.db);
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const open = store.transaction(async (trx) => {
    await recordChanges(trx, [{ kind: 'port', id: 'early' }]);
    await held;
  });
  await expect.poll(async () => (await store.db.selectFrom('epoch').select('id').execute()).length).toBe(1);
  await delay(20);
  await store.transaction((trx) => recordChanges(trx, [{ kind: 'port', id: 'late' }]));
  const first = await readChanges(store.db, cursor);
  expect(first.changes.map(({ id }) => id)).toEqual(['late']);
  expect(first.cursor.seen.size).toBe(1);
  release();
  await open;
  const second = await readChanges(store.db, first.cursor);
  expect(second.changes.map(({ id }) => id)).toEqual(['early']);
});

test('listen() wakes for own commits and those of another server, and not for a rollback', async () => {
  await using store = await openTestStore();
  let woken = 0;
  await using _listener = store.listen(() => {
    woken += 1;
  });
  await expect.poll(() => woken).toBe(1);
  await store.transaction((trx) => recordChanges(trx, [{ kind: 'port', id: 'own' }]));
  expect(woken).toBe(2);
  await store.transaction((trx) => trx.selectFrom('epoch').select('id').execute());
  await delay(100);
  expect(woken).toBe(2);
  await sql`NOTIFY tapline_changes, 'another server'`.execute(store.db);
  await expect.poll(() => woken, { timeout: 1_000 }).toBe(3);
});
