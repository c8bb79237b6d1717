/** What the fuzzed API has: ids by kind, gathered from its answers, and a digest of every row. */
import { sql } from 'kysely';
import type { Store } from '../../store/database.ts';
import type { Draft } from './requests.ts';

/** Rows that are no part of the model. */
const logs = ['changes', 'migrations', 'epoch'];
/** Ids kept of a kind; older ones are forgotten, so that most of what is asked for is still there. */
const kept = 8;
/** One pick in so many asks for what another caller has. */
const elsewhere = 8;

type Ids = Map<string, readonly string[]>;

export class World {
  readonly #byCaller = new Map<string, Ids>();

  learn(as: string, kind: string, id: string): void {
    const ids: Ids = this.#byCaller.get(as) ?? new Map();
    this.#byCaller.set(as, ids);
    ids.set(kind, [...(ids.get(kind) ?? []).filter((one) => one !== id), id].slice(-kept));
  }

  /** Learns every object of an answer under the name of its key: `{network: {id}}`, `{networks: [{id}]}`. */
  learnFrom(as: string, body: unknown): void {
    if (typeof body !== 'object' || body === null) return;
    for (const [name, value] of Object.entries(body)) {
      for (const one of Array.isArray(value) ? value : [value]) {
        if (typeof one?.id === 'string') this.learn(as, name.replace(/ies$/, 'y').replace(/s$/, ''), one.id);
      }
    }
  }

  forget(id: string): void {
    for (const ids of this.#byCaller.values()) {
      for (const [kind, some] of ids) {
        ids.set(
          kind,
          some.filter((one) => one !== id),
        );
      }
    }
  }

  /** An id of the kind that the caller knows, or of the kind whose name ends like it; any id when there is none. */
  #id(as: string, kind: string, pick: number): string {
    const everybody = [...this.#byCaller.values()].flatMap((ids) => [...ids]);
    const known = pick % elsewhere === 0 ? everybody : [...(this.#byCaller.get(as) ?? [])];
    const exact = known.filter(([name]) => name === kind);
    const like = known.filter(([name]) => kind !== '' && (kind.endsWith(name) || name.endsWith(kind)));
    const found =
      [exact, like, known].map((some) => some.flatMap(([, ids]) => ids)).find((ids) => ids.length > 0) ?? [];
    return found[Math.floor(pick / elsewhere) % found.length] ?? '00000000-0000-0000-0000-000000000000';
  }

  /** The value with its ids filled in. */
  fill(as: string, value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.fill(as, item));
    if (typeof value !== 'object' || value === null) return value;
    if ('$id' in value && 'pick' in value) return this.#id(as, String(value.$id), Number(value.pick));
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, this.fill(as, inner)]));
  }

  path(draft: Draft): string {
    let index = 0;
    const path = draft.pattern.replace(/\{\w+\}/g, () => {
      const filled = this.fill(draft.as, draft.parameters[index]);
      index += 1;
      return encodeURIComponent(String(filled));
    });
    const query = new URLSearchParams();
    for (const [name, value] of draft.query) query.append(name, String(this.fill(draft.as, value)));
    return `/v2.0${path}${query.size > 0 ? `?${query}` : ''}`;
  }
}

/** A digest of the rows of every table. */
export async function digests(store: Store): Promise<ReadonlyMap<string, string>> {
  const { rows: tables } = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = 'public' and tablename <> all(${logs}::text[])`.execute(
    store.db,
  );
  const parts = tables.map(
    ({
      name,
    }) => sql`select ${name}::text as name, md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as digest
      from ${sql.table(name)} t`,
  );
  const { rows } = await sql<{ name: string; digest: string }>`${sql.join(parts, sql` union all `)}`.execute(store.db);
  return new Map(rows.map((row) => [row.name, row.digest]));
}
