/**
 * Kysely on `pg`, with statements prepared where that pays.
 *
 * A request is a dozen small statements, and PostgreSQL takes longer to parse and plan one of those than to run it. A statement
 * that was asked before therefore gets a name, by which each connection keeps its plan; so many that lists with unusual filters
 * do not fill the memory of connections.
 *
 * What is asked on a connection without waiting for what was asked before goes to PostgreSQL at once and is answered in order
 * (libpq calls it pipeline mode), so that statements that do not need each other's answers cost one way there and back.
 */
import {
  type CompiledQuery,
  type DatabaseConnection,
  DefaultQueryExecutor,
  type Dialect,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  Transaction,
} from 'kysely';
import type pg from 'pg';

const mostNames = 500;

export interface PreparedDatabase<DB> {
  /** Ends the pool when it is destroyed. */
  readonly db: Kysely<DB>;
  /** Runs `work` between BEGIN and COMMIT on one connection. Throws, with nothing done, when it or a statement of it fails. */
  transaction<Result>(work: (trx: Transaction<DB>) => Promise<Result>): Promise<Result>;
}

export function preparedDatabase<DB>(pool: pg.Pool): PreparedDatabase<DB> {
  const names = new StatementNames();
  const driver = new PreparedDriver(pool, names);
  const dialect: Dialect = {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => driver,
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };

  /** Kysely's own transactions let one statement wait for the other; on this one they may go ahead together. */
  const transactionOn = (client: pg.PoolClient): Transaction<DB> => {
    const connection = new PreparedConnection(client, names);
    const executor = new DefaultQueryExecutor(new PostgresQueryCompiler(), new PostgresAdapter(), {
      provideConnection: (consumer) => consumer(connection),
    });
    return new Transaction<DB>({ config: { dialect }, dialect, driver, executor });
  };

  return {
    db: new Kysely<DB>({ dialect }),
    transaction: async (work) => {
      const client = await pool.connect();
      try {
        // Sent, not waited for: the first statement goes right behind it, and fails with it.
        client.query('begin').catch(() => undefined);
        const result = await work(transactionOn(client));
        // Neither need be the last statements; when one of them failed, PostgreSQL answers so.
        const { command } = await client.query('commit');
        if (command !== 'COMMIT') throw new Error('the transaction was rolled back: a statement of it failed');
        return result;
      } catch (error) {
        await client.query('rollback').catch(() => undefined);
        throw error;
      } finally {
        client.release();
      }
    },
  };
}

class PreparedDriver implements Driver {
  readonly #pool: pg.Pool;
  readonly #names: StatementNames;
  readonly #clients = new WeakMap<DatabaseConnection, pg.PoolClient>();

  constructor(pool: pg.Pool, names: StatementNames) {
    this.#pool = pool;
    this.#names = names;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const client = await this.#pool.connect();
    const connection = new PreparedConnection(client, this.#names);
    this.#clients.set(connection, client);
    return connection;
  }

  beginTransaction(): Promise<void> {
    return noTransactions();
  }

  commitTransaction(): Promise<void> {
    return noTransactions();
  }

  rollbackTransaction(): Promise<void> {
    return noTransactions();
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    this.#clients.get(connection)?.release();
  }

  async destroy(): Promise<void> {
    await this.#pool.end();
  }
}

/** There is one way to have a transaction, and it is another. */
function noTransactions(): never {
  throw new Error('transactions are run by the store');
}

class PreparedConnection implements DatabaseConnection {
  readonly #client: pg.PoolClient;
  readonly #names: StatementNames;

  constructor(client: pg.PoolClient, names: StatementNames) {
    this.#client = client;
    this.#names = names;
  }

  async executeQuery<Row>({ sql: text, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const name = parameters.length === 0 ? undefined : this.#names.of(text);
    const values = [...parameters];
    const { command, rowCount, rows } = await this.#client.query(
      name === undefined ? { text, values } : { name, text, values },
    );
    return command === 'SELECT' ? { rows } : { rows, numAffectedRows: BigInt(rowCount ?? 0) };
  }

  // biome-ignore lint/correctness/useYield: nothing here reads by streams.
  async *streamQuery(): AsyncIterableIterator<never> {
    throw new Error('this driver reads whole results only');
  }
}

/** Names of the statements that were asked more than once, the same on every connection. */
class StatementNames {
  readonly #names = new Map<string, string>();
  readonly #seen = new Set<string>();

  of(text: string): string | undefined {
    const known = this.#names.get(text);
    if (known !== undefined || this.#names.size >= mostNames) return known;
    if (!this.#seen.delete(text)) {
      if (this.#seen.size >= mostNames) this.#seen.clear();
      this.#seen.add(text);
      return undefined;
    }
    const name = `tapline-${this.#names.size}`;
    this.#names.set(text, name);
    return name;
  }
}
