/**
 * What the tables have in common.
 *
 * Addresses, CIDRs and MACs are text in PostgreSQL's own form, big integers are numbers, times are
 * `2026-11-23T03:33:51Z`. A `jsonb` column is read as a value and written as JSON text.
 */
import type { ColumnType, Generated } from 'kysely';

/** A time that the database fills in. */
export type Timestamp = ColumnType<string, string | undefined, string>;
/** A `jsonb` column with a default: written as JSON text. */
export type Json<T> = ColumnType<T, string | undefined, string>;

/** The columns of an object of the API. */
export interface Standard {
  readonly id: Generated<string>;
  readonly project_id: string;
  readonly description: Generated<string>;
  readonly revision_number: Generated<number>;
  readonly tags: Generated<string[]>;
  readonly created_at: Timestamp;
  readonly updated_at: Timestamp;
}
