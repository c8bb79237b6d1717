/** The store: connections to PostgreSQL, the schema brought up to date, transactions, and word of every commit. */
import { randomBytes } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import pg from 'pg';
import type { Config } from '../config/config.ts';
import { listenForChanges } from './change-listener.ts';
import { hasRecordedChanges } from './changes.ts';
import { columnTypes } from './column-types.ts';
import { migrate } from './migrate.ts';
import { notifier } from './notifier.ts';
import { preparedDatabase } from './prepared-driver.ts';
import { openPrivatePostgres } from './private-postgres.ts';
import type { Database } from './tables.ts';
import { runTransaction } from './transaction.ts';

const maximumConnections = 12;
const plannedConnections = 2;
const connectTimeoutMs = 10_000;

/** A statement under the name by which PostgreSQL remembers its plan. */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
}

export interface Store extends AsyncDisposable {
  readonly db: Kysely<Database>;
  /** The life of this database: generations of different epochs do not compare. */
  readonly epoch: string;
  /**
   * READ COMMITTED; serialization failures and deadlocks are retried, so `work` may run more than once and must have no
   * effect outside the database.
   */
  transaction<T>(work: (trx: Transaction<Database>) => Promise<T>): Promise<T>;
  /** Runs a read-only statement that is planned once. The rows are as the statement says: the caller knows its type. */
  query<Row extends pg.QueryResultRow>(
    statement: PreparedStatement,
    values: readonly unknown[],
  ): Promise<readonly Row[]>;
  /** Calls `onWake` whenever the change log may hold something new, in this process or another. */
  listen(onWake: () => void): AsyncDisposable;
}

/** Opens the database that the configuration names, or the private one, and migrates it. */
export async function openStore(
  config: Pick<Config, 'database' | 'state_directory'> & { readonly network?: Pick<Config['network'], 'dns_domain'> },
): Promise<Store> {
  if (config.database.url !== '')
    return openStoreAt({ connectionString: config.database.url }, config.network?.dns_domain);
  const postgres = await openPrivatePostgres({ stateDirectory: config.state_directory, user: config.database.user });
  try {
    const store = await openStoreAt(postgres.connection, config.network?.dns_domain);
    return {
      ...store,
      [Symbol.asyncDispose]: async () => {
        await store[Symbol.asyncDispose]();
        await postgres[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await postgres[Symbol.asyncDispose]();
    throw error;
  }
}

/** Opens and migrates one database of a running PostgreSQL. `dnsDomain` is a setting of its sessions, for what the API reads. */
export async function openStoreAt(given: pg.ClientConfig, dnsDomain = ''): Promise<Store> {
  const name = `tapline-${randomBytes(6).toString('hex')}`;
  const connection: pg.ClientConfig = {
    ...given,
    application_name: name,
    types: columnTypes,
    // A statement is planned once for all values: most find one object by its id, and planning took longer than that.
    options: `-c TimeZone=UTC -c DateStyle=ISO -c plan_cache_mode=force_generic_plan -c tapline.dns_domain=${dnsDomain.replace(/[^\w.-]/g, '')}`,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
  };
  const pool = openPool({ ...connection, max: maximumConnections, pipeline: true });
  // The feed has connections of its own, so that requests that wait for each other do not hold up hosts.
  const planned = openPool({ ...connection, max: plannedConnections, idleTimeoutMillis: 0 });
  try {
    await migrateOn(pool);
  } catch (error) {
    await Promise.all([pool.end(), planned.end()]);
    throw error;
  }
  const { db, transaction } = preparedDatabase<Database>(pool);
  const { id: epoch } = await db.selectFrom('epoch').select('id').executeTakeFirstOrThrow();
  const others = notifier(planned, name);
  const listeners = new Set<ReturnType<typeof listenForChanges>>();

  return {
    db,
    epoch,
    transaction: async (work) => {
      let changed = false;
      const result = await runTransaction(transaction, async (trx) => {
        const value = await work(trx);
        changed = hasRecordedChanges(trx);
        return value;
      });
      if (!changed) return result;
      for (const listener of listeners) listener.wake();
      others.notify();
      return result;
    },
    query: async <Row extends pg.QueryResultRow>(statement: PreparedStatement, values: readonly unknown[]) =>
      (await planned.query<Row>({ ...statement, values: [...values] })).rows,
    listen: (onWake) => {
      const listener = listenForChanges(connection, name, onWake);
      listeners.add(listener);
      return {
        [Symbol.asyncDispose]: async () => {
          listeners.delete(listener);
          await listener[Symbol.asyncDispose]();
        },
      };
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...listeners].map((listener) => listener[Symbol.asyncDispose]()));
      await Promise.all([db.destroy(), planned.end()]);
    },
  };
}

function openPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({ idleTimeoutMillis: 60_000, ...config });
  // A connection that dies is an error of the query that uses it, or nobody's: without listeners it would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

async function migrateOn(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await migrate(client);
  } finally {
    client.release();
  }
}
