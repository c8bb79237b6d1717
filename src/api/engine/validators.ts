/**
 * Neutron's validators: each says null, or the reason in Neutron's words.
 */
import { formatCidr, parseAddress, parseCidr } from '../../model/addresses.ts';
import { asRepr, asText, isList, isObject, type Json, type JsonObject } from './json.ts';

/** A part of JSON Schema (draft 2020-12), which OpenAPI 3.1 takes. */
export type Schema = JsonObject;

export interface Validator {
  (value: Json): string | null;
  /** As Neutron's attribute maps name it: `type:uuid_or_none`. */
  readonly type: string;
  /** What passes, as far as a schema can say it. */
  readonly schema: Schema;
}

/** A validator of Neutron's attribute maps. `check` says null, or the reason. */
export function validator(type: string, schema: Schema, check: (value: Json) => string | null): Validator {
  return Object.assign((value: Json) => check(value), { type, schema });
}

const uuidPattern = /^[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}$/;

export function isUuid(value: Json | undefined): value is string {
  return typeof value === 'string' && uuidPattern.test(value);
}

/** `type:string` with a greatest length in characters. */
export function text(maximum: number): Validator {
  return validator('type:string', { type: 'string', maxLength: maximum }, (value) => {
    if (typeof value !== 'string') return `'${asText(value)}' is not a valid string`;
    if ([...value].length > maximum) return `'${value}' exceeds maximum length of ${maximum}`;
    // PostgreSQL's text cannot hold it, and no name needs it.
    return value.includes('\0') ? `'${value.replaceAll('\0', '')}' is not a valid string` : null;
  });
}

/** The validator, or null itself. */
export function orNone(inner: Validator): Validator {
  const schema = { anyOf: [inner.schema, { type: 'null' }] };
  return validator(`${inner.type}_or_none`, schema, (value) => (value === null ? null : inner(value)));
}

export const uuid = validator('type:uuid', { type: 'string', format: 'uuid' }, (value) =>
  isUuid(value) ? null : `'${asText(value)}' is not a valid UUID`,
);

/** `type:values`. Neutron's message does not name the values. */
export function oneOf(allowed: readonly Json[]): Validator {
  return validator('type:values', { enum: allowed }, (value) =>
    allowed.includes(value) ? null : `${asText(value)} is not in valid_values`,
  );
}

export function range(minimum: number, maximum: number): Validator {
  return validator('type:range', { type: 'integer', minimum, maximum }, (value) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) return `'${asText(value)}' is not an integer`;
    if (value < minimum) return `'${value}' is too small - must be at least '${minimum}'`;
    return value > maximum ? `'${value}' is too large - must be no larger than '${maximum}'` : null;
  });
}

export const nonNegative = validator('type:non_negative', { type: 'integer', minimum: 0 }, (value) => {
  if (typeof value !== 'number' || !Number.isInteger(value)) return `'${asText(value)}' is not an integer`;
  return value < 0 ? `'${value}' should be non-negative` : null;
});

const ipSchema: Schema = {
  anyOf: [
    { type: 'string', format: 'ipv4' },
    { type: 'string', format: 'ipv6' },
  ],
};

export const ipAddress = validator('type:ip_address', ipSchema, (value) =>
  typeof value === 'string' && parseAddress(value) !== null ? null : `'${asText(value)}' is not a valid IP address`,
);

/** `type:subnet`: a CIDR without host bits. */
export const subnet = validator('type:subnet', { type: 'string' }, (value) => {
  const cidr = typeof value === 'string' ? parseCidr(value) : null;
  if (cidr === null) return `'${asText(value)}' is not a valid IP subnet`;
  const recommended = formatCidr(cidr);
  return value === recommended
    ? null
    : `'${asText(value)}' isn't a recognized IP subnet cidr, '${recommended}' is recommended`;
});

/** `type:ip_or_subnet`: an address, or one with the length of its prefix, whose host bits may be set. */
export const ipOrSubnet = validator('type:ip_or_subnet', { type: 'string' }, (value) => {
  const [ip = '', length, ...rest] = typeof value === 'string' ? value.split('/') : [];
  const address = parseAddress(ip);
  const bits = address?.version === 4 ? 32 : 128;
  const isLength = length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= bits);
  return address !== null && isLength && rest.length === 0
    ? null
    : `'${asText(value)}' is neither a valid IP address, nor is it a valid IP subnet`;
});

const macPattern = /^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/i;

/** A unicast or multicast MAC address that is not all zero. */
export const macAddress = validator('type:mac_address', { type: 'string', pattern: macPattern.source }, (value) =>
  typeof value === 'string' && macPattern.test(value) && !/^00([:-]00){5}$/.test(value)
    ? null
    : `'${asText(value)}' is not a valid MAC address`,
);

/** Every item passes, and none is there twice. */
export function listOf(inner: Validator): Validator {
  const schema = { type: 'array', items: inner.schema, uniqueItems: true };
  return validator(`${inner.type}_list`, schema, (value) => {
    if (!isList(value)) return `'${asText(value)}' is not a list`;
    for (const item of value) {
      const reason = inner(item);
      if (reason !== null) return reason;
    }
    return duplicates(value);
  });
}

function duplicates(items: readonly Json[]): string | null {
  const seen = new Set<string>();
  for (const item of items) {
    const key = JSON.stringify(item);
    if (seen.has(key)) return `Duplicate items in the list: '${asText(item)}'`;
    seen.add(key);
  }
  return null;
}

/** `type:list_of_unique_strings`. */
export function uniqueTexts(maximum: number): Validator {
  return Object.assign(listOf(text(maximum)), { type: 'type:list_of_unique_strings' });
}

/** An object with exactly the keys of `keys`, of which those in `required` must be there. */
export function object(keys: Readonly<Record<string, Validator>>, required: readonly string[]): Validator {
  const properties = Object.fromEntries(Object.entries(keys).map(([key, { schema }]) => [key, schema]));
  const schema = { type: 'object', properties, required, additionalProperties: false };
  return validator('type:dict', schema, (value) => {
    if (!isObject(value)) return `'${asText(value)}' is not a dictionary`;
    const unknown = Object.keys(value).filter((key) => !(key in keys));
    const absent = required.filter((key) => !(key in value));
    if (unknown.length > 0 || absent.length > 0) return keysReason(value, Object.keys(keys), required);
    for (const [key, inner] of Object.entries(keys)) {
      const given = value[key];
      const reason = given === undefined ? null : inner(given);
      if (reason !== null) return reason;
    }
    return null;
  });
}

function keysReason(value: JsonObject, expected: readonly string[], required: readonly string[]): string {
  const list = (names: readonly string[]) => `{${names.map((name) => `'${name}'`).join(', ')}}`;
  const given = Object.keys(value);
  const absent = required.filter((key) => !given.includes(key));
  return absent.length > 0
    ? `Validation of dictionary's keys failed. Expected keys: ${list(required)} Provided keys: ${list(given)}`
    : `Invalid data format: '${asRepr(value)}'. Expected keys: ${list(expected)}`;
}

/** `type:dict`: any object. */
export const dictionary = validator('type:dict', { type: 'object' }, (value) =>
  isObject(value) ? null : `'${asText(value)}' is not a dictionary`,
);

/** `type:boolean`, for a key inside an object, which no conversion reaches. */
export const boolean = validator('type:boolean', { type: 'boolean' }, (value) =>
  typeof value === 'boolean' ? null : `'${asText(value)}' is not a valid boolean value`,
);

/** `type:fixed_ips`. */
const fixedIpSchema: Schema = {
  type: 'object',
  properties: { ip_address: ipSchema, subnet_id: uuid.schema },
  additionalProperties: false,
  minProperties: 1,
};
export const fixedIps: Validator = Object.assign(
  listOf(
    validator('type:fixed_ip', fixedIpSchema, (value) => {
      if (!isObject(value)) return `Invalid data format for fixed IP: '${asText(value)}'`;
      for (const [key, inner] of Object.entries(value)) {
        const check = key === 'ip_address' ? ipAddress : key === 'subnet_id' ? uuid : null;
        if (check === null) return `Invalid data format for fixed IP: '${asText(value)}'`;
        const reason = check(inner);
        if (reason !== null) return reason;
      }
      return Object.keys(value).length === 0 ? `Invalid data format for fixed IP: '${asText(value)}'` : null;
    }),
  ),
  { type: 'type:fixed_ips' },
);

/** `type:ip_pools`. That a pool is in order is the subnet's own check. */
const ipPoolSchema: Schema = {
  type: 'object',
  properties: { start: ipSchema, end: ipSchema },
  required: ['start', 'end'],
  additionalProperties: false,
};
export const ipPools = validator('type:ip_pools', { type: 'array', items: ipPoolSchema }, (value) => {
  if (!isList(value)) return `Invalid data format for IP pool: '${asText(value)}'`;
  for (const pool of value) {
    if (!isObject(pool) || Object.keys(pool).sort().join() !== 'end,start') {
      return `Invalid data format for IP pool: '${asText(value)}'`;
    }
    for (const inner of Object.values(pool)) {
      const reason = ipAddress(inner);
      if (reason !== null) return reason;
    }
  }
  return null;
});

/** `type:nameservers`. */
export const nameservers = validator('type:nameservers', { type: 'array', items: ipSchema }, (value) => {
  if (!isList(value)) return `Invalid data format for nameserver: '${asText(value)}'`;
  for (const item of value) {
    if (ipAddress(item) !== null) return `'${asText(item)}' is not a valid nameserver`;
  }
  return duplicates(value) === null
    ? null
    : `Duplicate nameserver '${asText(value.find((item, index) => value.indexOf(item) !== index) ?? '')}'`;
});

/** `type:hostroutes`. */
const hostRouteSchema: Schema = {
  type: 'object',
  properties: { destination: { type: 'string' }, nexthop: ipSchema },
  required: ['destination', 'nexthop'],
  additionalProperties: false,
};
export const hostRoutes = validator('type:hostroutes', { type: 'array', items: hostRouteSchema }, (value) => {
  if (!isList(value)) return `Invalid data format for hostroute: '${asText(value)}'`;
  for (const route of value) {
    if (!isObject(route)) return `Invalid data format for hostroute: '${asText(route)}'`;
    const expected = Object.keys(route).sort().join() === 'destination,nexthop';
    if (!expected) return keysReason(route, ['destination', 'nexthop'], ['destination', 'nexthop']);
    const reason = subnet(route['destination'] ?? null) ?? ipAddress(route['nexthop'] ?? null);
    if (reason !== null) return reason;
  }
  return duplicates(value) === null
    ? null
    : `Duplicate hostroute '${asText(value.find((item, index) => value.findIndex((other) => JSON.stringify(other) === JSON.stringify(item)) !== index) ?? '')}'`;
});
