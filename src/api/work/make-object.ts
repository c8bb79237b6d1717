import type { JsonObject } from '../engine/json.ts';
import { enforceQuota } from '../engine/quota.ts';
import { readOne } from '../engine/read.ts';
import { readCreate } from '../engine/request-body.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';

/** Makes an object as a request for it would, within the quota of its project. */
export async function makeObject(work: Work, resource: Resource, given: JsonObject): Promise<Row> {
  const { items } = readCreate(resource, work.caller, { [resource.name]: given });
  await enforceQuota(work, resource, items);
  const [values] = items;
  if (values === undefined || resource.create === undefined) throw new Error(`${resource.name} cannot be made`);
  return await wholeObject(work, resource, await resource.create(work, values));
}

/** The object with every attribute, whoever asks. */
export async function wholeObject(work: Work, resource: Resource, id: string): Promise<Row> {
  return await readOne(work.trx, resource, { ...work.caller, isAdmin: true }, id);
}
