/** Brings a database to this version's schema. */
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ClientBase } from 'pg';

/** Beside this file in the sources, beside the bundle where everything is one file. */
const directory = new URL('./migrations/', import.meta.url);

/** Any number, the same for every server on a database: it keeps two of them from migrating at once. */
const advisoryLock = 7_461_706;

/**
 * Applies the numbered SQL files that the table `migrations` does not list, in order, each in a transaction of its own.
 * Returns the names of those applied now. Throws with the file's name when one fails; that one then changed nothing.
 */
export async function migrate(client: ClientBase): Promise<readonly string[]> {
  await client.query('SELECT pg_advisory_lock($1)', [advisoryLock]);
  try {
    await client.query(
      'CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
    );
    const present = await client.query<{ name: string }>('SELECT name FROM migrations');
    const applied = new Set(present.rows.map((row) => row.name));
    const files = (await readdir(directory)).filter((name) => /^\d{3}-.*\.sql$/.test(name)).sort();
    const missing = files.filter((name) => !applied.has(name));
    for (const name of missing) await apply(client, name);
    return missing;
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [advisoryLock]);
  }
}

async function apply(client: ClientBase, name: string): Promise<void> {
  const text = await readFile(fileURLToPath(new URL(name, directory)), 'utf8');
  await client.query('BEGIN');
  try {
    await client.query(text);
    await client.query('INSERT INTO migrations (name) VALUES ($1)', [name]);
    await client.query('COMMIT');
  } catch (cause) {
    await client.query('ROLLBACK');
    throw new Error(`migration ${name} failed: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
