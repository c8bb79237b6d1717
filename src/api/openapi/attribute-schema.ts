/** Attributes as JSON Schema: what a body may give, and what an answer has. */
import { type Attribute, type ColumnKind, notGiven } from '../engine/attribute.ts';
import { isForAdmins } from '../engine/policy.ts';
import type { Resource } from '../engine/resource.ts';
import type { Schema } from '../engine/validators.ts';

/** What a column of that kind is read as. */
const kinds: Readonly<Record<ColumnKind, Schema>> = {
  text: { type: 'string' },
  uuid: { type: 'string', format: 'uuid' },
  boolean: { type: 'boolean' },
  integer: { type: 'number' },
  address: { type: 'string' },
  cidr: { type: 'string' },
  mac: { type: 'string' },
  time: { type: 'string', format: 'date-time' },
  json: {},
};

/** Filters take texts; their kinds only say how they are compared. */
export const filterSchema: Schema = { type: 'array', items: { type: 'string' } };

/** The body of a POST or PUT with one object, without its root. */
export function bodySchema(resource: Resource, method: 'post' | 'put'): Schema {
  const given = Object.entries(resource.attributes).filter(([, attribute]) =>
    method === 'post' ? attribute.allowPost : attribute.allowPut,
  );
  const required = method === 'post' ? given.filter(isRequired).map(([name]) => name) : [];
  return {
    type: 'object',
    properties: Object.fromEntries(given.map(([name, attribute]) => [name, inputSchema(resource, name, attribute)])),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}

/** An object as an answer has it. Whoever may see less gets less; `fields` leaves out more. */
export function answerSchema(resource: Resource): Schema {
  const visible = Object.entries(resource.attributes).filter(([, { visible, column }]) => visible && column !== null);
  return {
    type: 'object',
    properties: Object.fromEntries(
      visible.map(([name, attribute]) => [
        name,
        { ...outputSchema(attribute), ...remark(isForAdmins(resource, name) ? 'Only administrators see it.' : '') },
      ]),
    ),
    additionalProperties: false,
  };
}

/** The project is the caller's when none is given. */
function isRequired([name, attribute]: readonly [string, Attribute]): boolean {
  return attribute.default === undefined && name !== 'project_id' && name !== 'tenant_id';
}

function inputSchema(resource: Resource, name: string, attribute: Attribute): Schema {
  const schema = attribute.validate?.schema ?? unvalidated(attribute);
  const { default: standard } = attribute;
  const takesNone = standard === null && attribute.validate === undefined;
  return {
    ...(takesNone && Object.keys(schema).length > 0 ? { anyOf: [schema, { type: 'null' }] } : schema),
    ...(standard === undefined || standard === notGiven || standard === null ? {} : { default: standard }),
    ...remark(
      attribute.enforcePolicy ? `Needs the policy \`create_${resource.name}:${name}\` or its update twin.` : '',
    ),
  };
}

/** Without a validator the conversion says what passes; the kept kind comes closest. */
function unvalidated(attribute: Attribute): Schema {
  if (typeof attribute.default === 'boolean') return kinds.boolean;
  if (attribute.column === null) return {};
  return attribute.column.kind === 'integer' ? { type: 'integer' } : kinds[attribute.column.kind];
}

function outputSchema(attribute: Attribute): Schema {
  const { column } = attribute;
  if (column === null || column.kind === 'json') return {};
  // Compared as a number, and read as a text where Neutron prints one.
  if (column.kind === 'integer' && column.compared !== undefined) return { type: ['number', 'string', 'null'] };
  return { anyOf: [kinds[column.kind], { type: 'null' }] };
}

function remark(description: string): Schema {
  return description === '' ? {} : { description };
}
