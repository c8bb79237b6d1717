/** What a refused write means to the client. */
import { sqlState } from '../store/transaction.ts';

/** Runs a write, with unique and foreign key violations turned into the given errors. */
export async function storing<T>(
  write: Promise<T>,
  errors: { readonly duplicate: () => Error; readonly missing: () => Error },
): Promise<T> {
  try {
    return await write;
  } catch (error) {
    if (sqlState(error) === '23505') throw errors.duplicate();
    if (sqlState(error) === '23503') throw errors.missing();
    throw error;
  }
}
