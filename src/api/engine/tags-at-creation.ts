import { sql } from 'kysely';
import type { Resource, Work } from './resource.ts';
import { textsOf, type Values } from './values.ts';

/** Tags that a POST gives: one statement, however many objects it makes. `ids` and `items` stand in the same order. */
export async function giveTags(
  work: Work,
  resource: Resource,
  ids: readonly string[],
  items: readonly Values[],
): Promise<void> {
  const { tagged } = resource;
  const given = ids.flatMap((id, index) => {
    const tags = textsOf(items[index] ?? {}, 'tags') ?? [];
    return tags.length === 0 ? [] : [{ id, tags }];
  });
  if (tagged === undefined || given.length === 0) return;
  await sql`
    update ${sql.table(tagged.table)} t set tags = array(select jsonb_array_elements_text(g.tags))
    from jsonb_to_recordset(${JSON.stringify(given)}::jsonb) as g (id uuid, tags jsonb) where t.id = g.id`.execute(
    work.trx,
  );
}
