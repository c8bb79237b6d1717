/**
 * From a body to values: roots, defaults, conversion and validation, in Neutron's order, so that the first complaint is the
 * one that Neutron makes.
 */
import { requestErrors } from '../errors/request-errors.ts';
import { type Attribute, type ColumnKind, notGiven } from './attribute.ts';
import type { Caller } from './caller.ts';
import { asText, isList, isObject, type Json, type JsonObject } from './json.ts';
import type { Resource } from './resource.ts';
import type { Values } from './values.ts';

/** The objects of a POST, and whether it was a bulk. */
export function readCreate(
  resource: Resource,
  caller: Caller,
  body: Json | undefined,
): { readonly bulk: boolean; readonly items: readonly Values[] } {
  const root = readRoot(body);
  const many = root[resource.collection];
  // Where one and many have the same name, a list says that it is many.
  if (many !== undefined && (resource.collection !== resource.name || isList(many))) {
    if (!isList(many) || many.length === 0) throw requestErrors.resourcesRequired();
    return { bulk: true, items: many.map((item) => createValues(resource, caller, unwrapped(resource, item))) };
  }
  return { bulk: false, items: [createValues(resource, caller, rooted(resource.name, root))] };
}

/** An item of a bulk may also stand under the name that it has alone. */
function unwrapped(resource: Resource, item: Json): Json {
  return (isObject(item) ? item[resource.name] : undefined) ?? item;
}

/** The attributes of a PUT. */
export function readUpdate(resource: Resource, body: Json | undefined): Values {
  const given = checkNames(resource, checkObject(resource.name, rooted(resource.name, readRoot(body))));
  for (const name of Object.keys(given)) {
    if (resource.attributes[name]?.allowPut !== true) throw requestErrors.readOnly(name);
  }
  return convert(resource, given);
}

function readRoot(body: Json | undefined): JsonObject {
  if (body === undefined || body === null) throw requestErrors.bodyRequired();
  if (!isObject(body)) throw requestErrors.malformedBody();
  return body;
}

function rooted(name: string, root: JsonObject): Json {
  const inner = root[name];
  if (inner === undefined || inner === null) throw requestErrors.rootMissing(name);
  return inner;
}

function checkObject(name: string, value: Json): JsonObject {
  if (!isObject(value)) throw requestErrors.bodyNotObject(name);
  return value;
}

function checkNames(resource: Resource, given: JsonObject): JsonObject {
  const unknown = Object.keys(given).filter((name) => !isAttribute(resource.attributes[name]));
  if (unknown.length > 0) throw requestErrors.unrecognized(unknown);
  return given;
}

/** A key that only filters is no attribute of a body. */
function isAttribute(attribute: Attribute | undefined): boolean {
  return attribute !== undefined && (attribute.visible || attribute.allowPost || attribute.allowPut);
}

function createValues(resource: Resource, caller: Caller, item: Json): Values {
  const given = checkNames(resource, withProject(resource, caller, checkObject(resource.name, item)));
  const filled: Record<string, Json> = {};
  for (const [name, attribute] of Object.entries(resource.attributes)) {
    const value = given[name];
    if (!attribute.allowPost) {
      if (value !== undefined) throw requestErrors.notAllowedInPost(name);
    } else if (value !== undefined) {
      filled[name] = value;
    } else if (attribute.default === undefined) {
      throw requestErrors.required(name);
    } else if (attribute.default !== notGiven) {
      filled[name] = attribute.default;
    }
  }
  return convert(resource, filled);
}

/** Only an admin may make objects of another project. Both names of the project are filled in. */
function withProject(resource: Resource, caller: Caller, given: JsonObject): JsonObject {
  if (!('project_id' in resource.attributes)) return given;
  const { project_id: project, tenant_id: tenant } = given;
  if (project !== undefined && tenant !== undefined && project !== tenant) throw requestErrors.projectsDiffer();
  const named = project === undefined ? tenant : project;
  const ownedByNone = named === null && resource.attributes['project_id']?.default === null;
  const owner = ownedByNone ? null : (named ?? caller.projectId);
  if (owner !== caller.projectId && !caller.isAdmin) throw requestErrors.otherProject();
  return { ...given, project_id: owner, tenant_id: owner };
}

function convert(resource: Resource, given: JsonObject): Values {
  const values: Record<string, Json> = {};
  for (const [name, attribute] of Object.entries(resource.attributes)) {
    const value = given[name];
    if (value === undefined) continue;
    const converted = attribute.convert === undefined ? value : attribute.convert(value);
    const reason = (attribute.validate ?? kept(attribute))(converted);
    if (reason !== null) throw requestErrors.invalidAttribute(name, reason);
    values[name] = converted;
  }
  return values;
}

/** Where Neutron validates nothing, a value must at least be of the type that is kept. */
function kept({ column }: Attribute): (value: Json) => string | null {
  const type = column === null ? undefined : keptTypes[column.kind];
  return (value) =>
    type === undefined || value === null || typeof value === type ? null : `'${asText(value)}' is not a valid ${type}`;
}

const keptTypes: Readonly<Partial<Record<ColumnKind, 'string' | 'number' | 'boolean'>>> = {
  text: 'string',
  uuid: 'string',
  address: 'string',
  cidr: 'string',
  mac: 'string',
  integer: 'number',
  boolean: 'boolean',
};
