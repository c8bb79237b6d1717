/** For tests: a store on a fresh database of its own, in a real PostgreSQL that lives as long as the test file. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll } from 'vitest';
import { openStoreAt, type Store } from './database.ts';
import { migrate } from './migrate.ts';
import { runningPostmaster, stopPostmaster } from './postmaster.ts';
import { openPrivatePostgres, type PrivatePostgres } from './private-postgres.ts';
import { processStart } from './process-identity.ts';

const prefix = 'tapline-test-pg-';
const template = 'tapline_template';

interface Cluster extends AsyncDisposable {
  readonly connection: pg.ClientConfig;
  readonly admin: pg.Client;
}

let cluster: Promise<Cluster> | undefined;
let count = 0;

afterAll(async () => {
  await (await cluster)?.[Symbol.asyncDispose]();
  cluster = undefined;
});

/** A fresh, migrated, empty database. The first call in a file takes about a second, each further one some 50 ms. */
export async function openTestStore(): Promise<Store> {
  cluster ??= openCluster();
  const { admin, connection } = await cluster;
  count += 1;
  const database = `test_${count}`;
  await admin.query(`CREATE DATABASE ${database} TEMPLATE ${template}`);
  const store = await openStoreAt({ ...connection, database });
  return {
    ...store,
    [Symbol.asyncDispose]: async () => {
      await store[Symbol.asyncDispose]();
      await admin.query(`DROP DATABASE ${database} WITH (FORCE)`);
    },
  };
}

async function openCluster(): Promise<Cluster> {
  await sweep();
  const stateDirectory = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
  const postgres = await openPrivatePostgres({
    stateDirectory,
    user: 'postgres',
    extraSettings: { fsync: 'off', max_connections: '200' },
  });
  await makeTemplate(postgres);
  const admin = new pg.Client({ ...postgres.connection, database: 'postgres' });
  await admin.connect();
  return {
    connection: postgres.connection,
    admin,
    [Symbol.asyncDispose]: async () => {
      await admin.end();
      await postgres[Symbol.asyncDispose]();
      await rm(stateDirectory, { recursive: true, force: true });
    },
  };
}

async function makeTemplate(postgres: PrivatePostgres): Promise<void> {
  const client = new pg.Client(postgres.connection);
  await client.connect();
  await migrate(client);
  await client.end();
  const admin = new pg.Client({ ...postgres.connection, database: 'postgres' });
  await admin.connect();
  await admin.query(`ALTER DATABASE tapline RENAME TO ${template}`);
  await admin.end();
}

/** Ends and removes what a killed test process left. */
async function sweep(): Promise<void> {
  for (const entry of await readdir(tmpdir())) {
    const owner = entry.startsWith(prefix) ? Number(entry.slice(prefix.length).split('-')[0]) : Number.NaN;
    if (!Number.isInteger(owner) || (await processStart(owner)) !== null) continue;
    const home = join(tmpdir(), entry);
    await stopLeftPostmaster(join(home, 'postgres', 'data'));
    await rm(home, { recursive: true, force: true });
  }
}

async function stopLeftPostmaster(dataDirectory: string): Promise<void> {
  const left = await runningPostmaster(dataDirectory);
  if (left !== null) await stopPostmaster(left.pid);
}
