/**
 * Neutron's validators: each says null, or the reason in Neutron's words.
 */
import { formatCidr, parseAddress, parseCidr } from '../../model/addresses.ts';
import { asRepr, asText, isList, isObject, type Json, type JsonObject } from './json.ts';

export type Validator = (value: Json) => string | null;

const uuidPattern = /^[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}$/;

export function isUuid(value: Json | undefined): value is string {
  return typeof value === 'string' && uuidPattern.test(value);
}

/** `type:string` with a greatest length in characters. */
export function text(maximum: number): Validator {
  return (value) => {
    if (typeof value !== 'string') return `'${asText(value)}' is not a valid string`;
    if ([...value].length > maximum) return `'${value}' exceeds maximum length of ${maximum}`;
    // PostgreSQL's text cannot hold it, and no name needs it.
    return value.includes('\0') ? `'${value.replaceAll('\0', '')}' is not a valid string` : null;
  };
}

/** The validator, or null itself. */
export function orNone(validator: Validator): Validator {
  return (value) => (value === null ? null : validator(value));
}

export const uuid: Validator = (value) => (isUuid(value) ? null : `'${asText(value)}' is not a valid UUID`);

/** `type:values`. Neutron's message does not name the values. */
export function oneOf(allowed: readonly Json[]): Validator {
  return (value) => (allowed.includes(value) ? null : `${asText(value)} is not in valid_values`);
}

export function range(minimum: number, maximum: number): Validator {
  return (value) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) return `'${asText(value)}' is not an integer`;
    if (value < minimum) return `'${value}' is too small - must be at least '${minimum}'`;
    return value > maximum ? `'${value}' is too large - must be no larger than '${maximum}'` : null;
  };
}

export const nonNegative: Validator = (value) => {
  if (typeof value !== 'number' || !Number.isInteger(value)) return `'${asText(value)}' is not an integer`;
  return value < 0 ? `'${value}' should be non-negative` : null;
};

export const ipAddress: Validator = (value) =>
  typeof value === 'string' && parseAddress(value) !== null ? null : `'${asText(value)}' is not a valid IP address`;

/** `type:subnet`: a CIDR without host bits. */
export const subnet: Validator = (value) => {
  const cidr = typeof value === 'string' ? parseCidr(value) : null;
  if (cidr === null) return `'${asText(value)}' is not a valid IP subnet`;
  const recommended = formatCidr(cidr);
  return value === recommended
    ? null
    : `'${asText(value)}' isn't a recognized IP subnet cidr, '${recommended}' is recommended`;
};

const macPattern = /^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/i;

/** A unicast or multicast MAC address that is not all zero. */
export const macAddress: Validator = (value) =>
  typeof value === 'string' && macPattern.test(value) && !/^00([:-]00){5}$/.test(value)
    ? null
    : `'${asText(value)}' is not a valid MAC address`;

/** Every item passes, and none is there twice. */
export function listOf(validator: Validator): Validator {
  return (value) => {
    if (!isList(value)) return `'${asText(value)}' is not a list`;
    for (const item of value) {
      const reason = validator(item);
      if (reason !== null) return reason;
    }
    return duplicates(value);
  };
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

/** An object with exactly the keys of `keys`, of which those in `required` must be there. */
export function object(keys: Readonly<Record<string, Validator>>, required: readonly string[]): Validator {
  return (value) => {
    if (!isObject(value)) return `'${asText(value)}' is not a dictionary`;
    const unknown = Object.keys(value).filter((key) => !(key in keys));
    const absent = required.filter((key) => !(key in value));
    if (unknown.length > 0 || absent.length > 0) return keysReason(value, Object.keys(keys), required);
    for (const [key, validator] of Object.entries(keys)) {
      const inner = value[key];
      const reason = inner === undefined ? null : validator(inner);
      if (reason !== null) return reason;
    }
    return null;
  };
}

function keysReason(value: JsonObject, expected: readonly string[], required: readonly string[]): string {
  const list = (names: readonly string[]) => `{${names.map((name) => `'${name}'`).join(', ')}}`;
  const given = Object.keys(value);
  const absent = required.filter((key) => !given.includes(key));
  return absent.length > 0
    ? `Validation of dictionary's keys failed. Expected keys: ${list(required)} Provided keys: ${list(given)}`
    : `Invalid data format: '${asRepr(value)}'. Expected keys: ${list(expected)}`;
}

/** `type:fixed_ips`. */
export const fixedIps: Validator = listOf((value) => {
  if (!isObject(value)) return `Invalid data format for fixed IP: '${asText(value)}'`;
  for (const [key, inner] of Object.entries(value)) {
    const validator = key === 'ip_address' ? ipAddress : key === 'subnet_id' ? uuid : null;
    if (validator === null) return `Invalid data format for fixed IP: '${asText(value)}'`;
    const reason = validator(inner);
    if (reason !== null) return reason;
  }
  return Object.keys(value).length === 0 ? `Invalid data format for fixed IP: '${asText(value)}'` : null;
});

/** `type:ip_pools`. That a pool is in order is the subnet's own check. */
export const ipPools: Validator = (value) => {
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
};

/** `type:nameservers`. */
export const nameservers: Validator = (value) => {
  if (!isList(value)) return `Invalid data format for nameserver: '${asText(value)}'`;
  for (const item of value) {
    if (ipAddress(item) !== null) return `'${asText(item)}' is not a valid nameserver`;
  }
  return duplicates(value) === null
    ? null
    : `Duplicate nameserver '${asText(value.find((item, index) => value.indexOf(item) !== index) ?? '')}'`;
};

/** `type:hostroutes`. */
export const hostRoutes: Validator = (value) => {
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
};
