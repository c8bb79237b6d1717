/** What can be done with every resource: list, show, create (also many), update, delete. */
import { sql } from 'kysely';
import type { Config } from '../../config/config.ts';
import { type Change, recordChanges } from '../../store/changes.ts';
import type { Store } from '../../store/database.ts';
import { requestErrors } from '../errors/request-errors.ts';
import type { Caller } from './caller.ts';
import type { Json, JsonObject } from './json.ts';
import { type ListQuery, readFields, readListQuery } from './list-query.ts';
import { pageLinks } from './page-links.ts';
import { enforce, isAllowed } from './policy.ts';
import type { PolicyTarget } from './policy-check.ts';
import { enforceQuota } from './quota.ts';
import { readList, readListText, readOne, readThese } from './read.ts';
import { readCreate, readUpdate } from './request-body.ts';
import { keyName, type Resource, type Row, type Work } from './resource.ts';
import { giveTags } from './tags-at-creation.ts';
import type { Values } from './values.ts';

/** One request, as far as the engine must know it. */
export interface Call {
  readonly store: Store;
  readonly config: Config;
  readonly caller: Caller;
  /** Absolute, as the client sees it. */
  readonly url: URL;
  readonly body: Json | undefined;
  /** The `If-Match` header. */
  readonly ifMatch: string | undefined;
  /** Of the object that the path names before this one. */
  readonly parentId?: string;
}

export interface Answer {
  readonly status: number;
  readonly body?: Json;
  /** Instead of `body`: its JSON text. */
  readonly text?: string;
}

/** Runs `work` in a transaction and logs what it says has changed. */
export async function transact<Result>(call: Call, work: (work: Work) => Promise<Result>): Promise<Result> {
  return await call.store.transaction(async (trx) => {
    const one: Work = { trx, caller: call.caller, config: call.config, changes: [] };
    const result = await work(one);
    // Not waited for: COMMIT goes right behind it, and fails with it.
    later(recordChanges(trx, distinct(one.changes)));
    return result;
  });
}

/** What is asked now and waited for later, by whoever needs it. Nobody may, when something before it failed. */
function later<Result>(asked: Promise<Result>): { readonly answer: Promise<Result> } {
  asked.catch(() => undefined);
  return { answer: asked };
}

/** A bulk says the same of a group or network many times; hosts need hear it once. */
function distinct(changes: readonly Change[]): readonly Change[] {
  return [...new Map(changes.map((change) => [JSON.stringify(change), change])).values()];
}

export async function list(call: Call, resource: Resource): Promise<Answer> {
  const query = readListQuery(resource, call.url.searchParams, call.config.api.pagination_max_limit);
  const { beforeList } = resource;
  if (beforeList !== undefined) await transact(call, (work) => beforeList(work, query.filters));
  const { db } = call.store;
  if (resource.listedAsText && query.fields.length === 0) {
    const rows = await readListText(db, resource, call.caller, query, call.parentId);
    const links = JSON.stringify(
      linksOf(
        call,
        resource,
        query,
        rows.map((row) => row.key),
      ),
    ).slice(1, -1);
    const text = `{"${resource.collection}":[${rows.map((row) => row.text).join(',')}]${links && `,${links}`}}`;
    return { status: 200, text };
  }
  const rows = await readList(db, resource, call.caller, query, call.parentId);
  const keys = rows.map((row) => String(row[keyName(resource)]));
  return {
    status: 200,
    body: {
      [resource.collection]: rows.map((row) => onlyFields(row, query.fields)),
      ...linksOf(call, resource, query, keys),
    },
  };
}

function linksOf(call: Call, resource: Resource, query: ListQuery, keys: readonly string[]): JsonObject {
  const links = pageLinks(call.url, query, keys);
  return links.length === 0 ? {} : { [`${resource.collection}_links`]: links.map((link) => ({ ...link })) };
}

export async function show(call: Call, resource: Resource, id: string): Promise<Answer> {
  const fields = readFields(call.url.searchParams);
  const row = await readOne(call.store.db, resource, call.caller, id, { fields, parentId: call.parentId });
  return { status: 200, body: { [resource.name]: onlyFields(row, fields) } };
}

/** All or nothing: one transaction makes all objects of a bulk. */
export async function create(call: Call, resource: Resource): Promise<Answer> {
  const make = resource.createMany ?? oneByOne(resource.create);
  if (make === undefined) throw requestErrors.methodNotAllowed();
  const { bulk, items: given } = readCreate(resource, call.caller, call.body);
  const items = given.map((values) => withParent(call, resource, values));
  if (bulk) resource.checkBulk?.(items);
  const rows = await transact(call, async (work) => {
    const quota = later(enforceQuota(work, resource, items));
    for (const values of items) {
      const projectId = String(values['project_id'] ?? call.caller.projectId);
      enforce(resource, 'create', call.caller, { projectId, values, ...(await targetOf(work, resource, values)) });
    }
    await quota.answer;
    const ids = await make(work, items);
    await giveTags(work, resource, ids, items);
    return later(readThese(work.trx, resource, call.caller, ids, call.parentId));
  });
  const made = await rows.answer;
  return { status: 201, body: bulk ? { [resource.collection]: made } : { [resource.name]: made[0] ?? null } };
}

function oneByOne(make: Resource['create']): Resource['createMany'] {
  if (make === undefined) return undefined;
  return async (work, items) => {
    const ids: string[] = [];
    for (const values of items) ids.push(await make(work, values));
    return ids;
  };
}

export async function update(call: Call, resource: Resource, id: string): Promise<Answer> {
  const { update: change } = resource;
  if (change === undefined) throw requestErrors.methodNotAllowed();
  const changes = readUpdate(resource, call.body);
  const row = await transact(call, async (work) => {
    const current = await readForChange(work, call, resource, id);
    await enforceOn(work, resource, 'update', current, changes);
    await change(work, current, changes);
    return later(readOne(work.trx, resource, call.caller, id, { parentId: call.parentId }));
  });
  return { status: 200, body: { [resource.name]: await row.answer } };
}

export async function remove(call: Call, resource: Resource, id: string): Promise<Answer> {
  const { remove: drop } = resource;
  if (drop === undefined) throw requestErrors.methodNotAllowed();
  await transact(call, async (work) => {
    const current = await readForChange(work, call, resource, id);
    await enforceOn(work, resource, 'delete', current, {});
    await drop(work, current);
  });
  return { status: 204 };
}

/** Reads and locks what is to be changed, whole, and holds it against `If-Match`. */
export async function readForChange(work: Work, call: Call, resource: Resource, id: string): Promise<Row> {
  // Seen as the caller sees it first, so that what he may not see is 404; then whole, for the work to build on.
  const { parentId } = call;
  const forUpdate = resource.heldByParent !== true;
  if (!forUpdate && resource.parent !== undefined) {
    await readOne(work.trx, resource.parent.resource, call.caller, parentId ?? '', { fields: ['id'], forUpdate: true });
  }
  await readOne(work.trx, resource, call.caller, id, { fields: ['id'], forUpdate, parentId });
  const whole = { ...call.caller, isAdmin: true };
  const current = withParent(call, resource, await readOne(work.trx, resource, whole, id, { parentId }));
  const wanted = readIfMatch(call.ifMatch);
  if (wanted !== null && current['revision_number'] !== wanted) throw requestErrors.revisionMismatch(id, wanted);
  return current;
}

/** Throws 403 unless the caller may do this to the object. */
export async function enforceOn(
  work: Work,
  resource: Resource,
  action: 'update' | 'delete',
  current: Row,
  changes: Readonly<Record<string, Json>>,
): Promise<void> {
  const target = await targetOf(work, resource, current);
  // A part of another object is its owner's.
  const projectId = String(current['project_id'] ?? target.owners?.['ext_parent'] ?? '');
  // What the caller may use but not look at, such as a group that is shared with him, is not there for him to change.
  const name = `get_${resource.policyName ?? resource.name}`;
  const isOwned = 'project_id' in resource.attributes || resource.parent !== undefined;
  const mayLook = !isOwned || isAllowed(name, work.caller, { projectId, values: current, ...target });
  if (!mayLook) throw requestErrors.notFound();
  enforce(resource, action, work.caller, { projectId, values: changes, ...target });
}

function withParent<Given extends Values>(call: Call, resource: Resource, values: Given): Given {
  return resource.parent === undefined || call.parentId === undefined
    ? values
    : { ...values, [resource.parent.attribute]: call.parentId };
}

/** What policies must know: of the resource itself, and who owns its parent. */
async function targetOf(work: Work, resource: Resource, values: Values): Promise<Partial<PolicyTarget>> {
  const own = await resource.policyTarget?.(work, values);
  const parentId = resource.parent && values[resource.parent.attribute];
  if (resource.parent === undefined || typeof parentId !== 'string') return own ?? {};
  const parent = await readOne(work.trx, resource.parent.resource, { ...work.caller, isAdmin: true }, parentId, {
    fields: ['project_id'],
  });
  return { ...own, owners: { ...own?.owners, ext_parent: String(parent['project_id'] ?? '') } };
}

function readIfMatch(header: string | undefined): number | null {
  if (header === undefined) return null;
  const read = /^"?revision_number=(\d{1,15})"?$/.exec(header.trim());
  if (read === null) throw requestErrors.badRevision(header);
  return Number(read[1]);
}

function onlyFields(row: Row, fields: readonly string[]): Json {
  return fields.length === 0 ? row : Object.fromEntries(Object.entries(row).filter(([name]) => fields.includes(name)));
}

/** One more revision of the row, at this moment. */
export async function touch(work: Work, table: string, id: string): Promise<void> {
  await sql`update ${sql.table(table)} set revision_number = revision_number + 1, updated_at = now() where id = ${id}`.execute(
    work.trx,
  );
}
