/** A transaction that is tried again when PostgreSQL says that two of them met. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Transaction } from 'kysely';
import type { PreparedDatabase } from './prepared-driver.ts';
import type { Database } from './tables.ts';

/** serialization_failure and deadlock_detected: PostgreSQL asks the client to try again. */
const retriable = new Set(['40001', '40P01']);
const maximumAttempts = 6;

/** SQLSTATE of an error from PostgreSQL, `undefined` for any other. */
export function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined;
}

/** The constraint that an error from PostgreSQL names, `undefined` where it names none. */
export function violatedConstraint(error: unknown): string | undefined {
  if (sqlState(error) === undefined || !(error instanceof Error) || !('constraint' in error)) return undefined;
  return typeof error.constraint === 'string' ? error.constraint : undefined;
}

/** Runs `work`, which may run more than once and so must have no effect outside the database. */
export async function runTransaction<T>(
  transaction: PreparedDatabase<Database>['transaction'],
  work: (trx: Transaction<Database>) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transaction(work);
    } catch (error) {
      if (attempt >= maximumAttempts || !retriable.has(sqlState(error) ?? '')) throw error;
      await delay(Math.random() * 4 * 2 ** attempt);
    }
  }
}
