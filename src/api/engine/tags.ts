/** The `tags` sub-resource, the same for every kind of object that has tags. */
import { sql } from 'kysely';
import { requestErrors } from '../errors/request-errors.ts';
import { isObject, type Json } from './json.ts';
import { type Answer, type Call, enforceOn, readForChange, transact } from './operations.ts';
import { readOne } from './read.ts';
import type { Resource, Row, Work } from './resource.ts';
import { tagList } from './standard-attributes.ts';
import type { Schema } from './validators.ts';

/** The body of `tags`, both ways. */
export const tagsSchema: Schema = {
  type: 'object',
  properties: { tags: tagList.schema },
  required: ['tags'],
  additionalProperties: false,
};

export async function showTags(call: Call, resource: Resource, id: string): Promise<Answer> {
  const row = await readOne(call.store.db, resource, call.caller, id, { fields: ['tags'] });
  return { status: 200, body: { tags: row['tags'] ?? [] } };
}

export async function hasTag(call: Call, resource: Resource, id: string, tag: string): Promise<Answer> {
  const row = await readOne(call.store.db, resource, call.caller, id, { fields: ['tags'] });
  if (!tagsOf(row).includes(tag)) throw requestErrors.tagNotFound(tag);
  return { status: 204 };
}

/** Adds several at once, and leaves those that are there. */
export async function addTags(call: Call, resource: Resource, id: string): Promise<Answer> {
  const given = readTags(call);
  let all: readonly string[] = [];
  await change(call, resource, id, (current) => {
    all = [...current, ...given.filter((tag) => !current.includes(tag))];
    return all;
  });
  return { status: 201, body: { tags: all } };
}

export async function replaceTags(call: Call, resource: Resource, id: string): Promise<Answer> {
  const tags = readTags(call);
  await change(call, resource, id, () => tags);
  return { status: 200, body: { tags } };
}

function readTags(call: Call): readonly string[] {
  const given: Json = isObject(call.body) ? (call.body['tags'] ?? null) : null;
  const unknown = isObject(call.body) ? Object.keys(call.body).filter((name) => name !== 'tags') : ['body'];
  if (unknown.length > 0) throw requestErrors.invalidInput('Invalid tags body');
  return checkTags(given);
}

export async function addTag(call: Call, resource: Resource, id: string, tag: string): Promise<Answer> {
  checkTags([tag]);
  await change(call, resource, id, (current) => (current.includes(tag) ? current : [...current, tag]));
  return { status: 201, body: null };
}

export async function removeTag(call: Call, resource: Resource, id: string, tag: string): Promise<Answer> {
  await change(call, resource, id, (current) => {
    if (!current.includes(tag)) throw requestErrors.tagNotFound(tag);
    return current.filter((one) => one !== tag);
  });
  return { status: 204 };
}

export async function removeTags(call: Call, resource: Resource, id: string): Promise<Answer> {
  await change(call, resource, id, () => []);
  return { status: 204 };
}

function tagsOf(row: Row): readonly string[] {
  const tags = row['tags'];
  return Array.isArray(tags) ? tags.map(String) : [];
}

function checkTags(given: Json): readonly string[] {
  const reason = tagList(given);
  if (reason !== null) throw requestErrors.invalidInput(reason);
  return Array.isArray(given) ? given.map(String) : [];
}

async function change(
  call: Call,
  resource: Resource,
  id: string,
  next: (current: readonly string[]) => readonly string[],
): Promise<void> {
  await transact(call, async (work: Work) => {
    const row = await readForChange(work, call, resource, id);
    if (resource.tagged?.byAll !== true) await enforceOn(work, resource, 'update', row, {});
    await sql`
      update ${sql.table(resource.tagged?.table ?? '')}
      set tags = ${next(tagsOf(row))}::text[], revision_number = revision_number + 1, updated_at = now()
      where id = ${id}`.execute(work.trx);
  });
}
