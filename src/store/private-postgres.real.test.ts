import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { recordChanges } from './changes.ts';
import { openStore, openStoreAt } from './database.ts';
import { openPrivatePostgres } from './private-postgres.ts';
import { processStart } from './process-identity.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tapline-store-'));
  await chmod(directory, 0o755);
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const open = (stateDirectory = directory) => openPrivatePostgres({ stateDirectory, user: 'postgres' });
const config = () => ({ state_directory: directory, database: { url: '', user: 'postgres' } });

test('openPrivatePostgres() makes a durable cluster without TCP, as an unprivileged user, and stops it', async () => {
  const postgres = await open();
  const store = await openStoreAt(postgres.connection);
  const setting = async (name: string) =>
    (await sql<{ value: string }>`SELECT current_setting(${name}) AS value`.execute(store.db)).rows[0]?.value;
  expect(await setting('listen_addresses')).toBe('');
  expect(await setting('fsync')).toBe('on');
  expect(await setting('synchronous_commit')).toBe('on');
  expect(await setting('server_encoding')).toBe('UTF8');
  const { uid, mode } = await stat(join(directory, 'postgres'));
  expect(mode & 0o777).toBe(0o700);
  expect(uid).toBe((await stat(`/proc/${postgres.pid}`)).uid);
  if (process.getuid?.() === 0) expect(uid).not.toBe(0);
  await store[Symbol.asyncDispose]();
  const { pid } = postgres;
  await postgres[Symbol.asyncDispose]();
  expect(await processStart(pid)).toBeNull();
  expect(existsSync(join(directory, 'postgres', 'owner'))).toBe(false);
});

test('openPrivatePostgres() puts the socket elsewhere when the path is too long for one', async () => {
  const long = join(directory, 'x'.repeat(90));
  const postgres = await open(long);
  const socketDirectory = String(postgres.connection.host);
  try {
    expect(socketDirectory.startsWith(long)).toBe(false);
    expect((await stat(socketDirectory)).mode & 0o777).toBe(0o700);
    await using store = await openStoreAt(postgres.connection);
    expect(store.epoch).not.toBe('');
  } finally {
    await postgres[Symbol.asyncDispose]();
    await rm(socketDirectory, { recursive: true });
  }
});

test('openPrivatePostgres() copes with a stale postmaster.pid and an interrupted initdb', async () => {
  await mkdir(join(directory, 'postgres', 'data.unfinished'), { recursive: true });
  await writeFile(join(directory, 'postgres', 'data.unfinished', 'PG_VERSION'), '15\n');
  await (await open())[Symbol.asyncDispose]();
  expect(existsSync(join(directory, 'postgres', 'data.unfinished'))).toBe(false);
  const data = join(directory, 'postgres', 'data');
  // Process 1 runs, but is no PostgreSQL of ours.
  await writeFile(join(data, 'postmaster.pid'), `1\n${data}\n1\n5432\n${directory}/postgres\n\n 0 0\nready   \n`);
  await using postgres = await open();
  expect(postgres.pid).not.toBe(1);
});

test('openPrivatePostgres() takes over the one that a killed process left, and refuses a second user', async () => {
  const first = await open();
  await expect(open()).rejects.toThrow(`in use by the Tapline with process id ${process.pid}`);
  const owner = join(directory, 'postgres', 'owner');
  // As after kill -9: the owner is named, and is no more.
  await writeFile(owner, `${process.pid} 1`);
  const second = await open();
  expect(second.pid).toBe(first.pid);
  await second[Symbol.asyncDispose]();
  expect(await processStart(first.pid)).toBeNull();
  await first[Symbol.asyncDispose]();
});

test('a store outlives its PostgreSQL: nothing crashes, it is started again, and listening goes on', async () => {
  await using store = await openStore(config());
  let woken = 0;
  await using _listener = store.listen(() => {
    woken += 1;
  });
  const { rows } = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(store.db);
  await store.db.insertInto('quotas').values({ project_id: 'p', resource: 'port', limit: 7 }).execute();
  const postmaster = Number(
    (await readFile(join(directory, 'postgres', 'data', 'postmaster.pid'), 'utf8')).split('\n')[0],
  );
  const before = woken;
  process.kill(postmaster, 'SIGKILL');
  expect(rows[0]?.pid).not.toBe(postmaster);
  await expect
    .poll(
      () =>
        store.db
          .selectFrom('quotas')
          .select('limit')
          .execute()
          .catch(() => null),
      { timeout: 15_000, interval: 100 },
    )
    .toEqual([{ limit: 7 }]);
  await expect.poll(() => woken, { timeout: 5_000 }).toBeGreaterThan(before);
  // A backend outlives its postmaster for a moment and answered perhaps; whoever connects anew waits for the next one.
  const write = () => store.transaction((trx) => recordChanges(trx, [{ kind: 'port', id: 'x' }]));
  await expect
    .poll(
      () =>
        write()
          .then(() => 'written')
          .catch(String),
      { timeout: 15_000, interval: 100 },
    )
    .toBe('written');
});

test('openPrivatePostgres() says which directory its user may not enter', async () => {
  if (process.getuid?.() !== 0) return;
  await chmod(directory, 0o700);
  await expect(open(join(directory, 'inner'))).rejects.toThrow(`may not enter ${directory}`);
});
