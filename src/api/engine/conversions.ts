/**
 * Neutron's conversions. They run before validation and leave what they cannot read to it, where Neutron does.
 */
import { formatAddress, parseAddress } from '../../model/addresses.ts';
import { requestErrors } from '../errors/request-errors.ts';
import { asText, isList, isObject, type Json } from './json.ts';

/** `True`, `true`, `1` and their opposites, also as numbers and booleans. */
export function toBoolean(value: Json): boolean {
  const read = readBoolean(value);
  if (read === null) throw requestErrors.invalidInput(`'${asText(value)}' cannot be converted to boolean`);
  return read;
}

/** The boolean that a text or number stands for, or null. */
export function readBoolean(value: Json): boolean | null {
  if (typeof value === 'boolean') return value;
  const lowered = typeof value === 'string' || typeof value === 'number' ? String(value).toLowerCase() : '';
  if (lowered === 'true' || lowered === '1') return true;
  return lowered === 'false' || lowered === '0' ? false : null;
}

export function toInteger(value: Json): number {
  const number = typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : value;
  if (typeof number === 'boolean') return number ? 1 : 0;
  if (typeof number !== 'number' || !Number.isInteger(number)) {
    throw requestErrors.invalidInput(`'${asText(value)}' is not an integer`);
  }
  return number;
}

export function orNull<Result extends Json>(convert: (value: Json) => Result): (value: Json) => Result | null {
  return (value) => (value === null ? null : convert(value));
}

export function noneToEmptyList(value: Json): Json {
  return value === null ? [] : value;
}

export function noneToEmptyObject(value: Json): Json {
  return value === null ? {} : value;
}

export function toLowerCase(value: Json): Json {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

/** `fa:16:3e:…` in lower case with colons. */
export function toMacAddress(value: Json): Json {
  return typeof value === 'string' ? value.toLowerCase().replaceAll('-', ':') : value;
}

/** An address in its one form; anything else as it is. */
export function toCanonicalAddress(value: Json): Json {
  const address = typeof value === 'string' ? parseAddress(value) : null;
  return address === null ? value : formatAddress(address);
}

/** `address/length` with the address in its one form; host bits stay for the validator to refuse. */
export function toCanonicalCidr(value: Json): Json {
  if (value === null) return value;
  const [ip = '', length = '', ...rest] = asText(value).split('/');
  const address = parseAddress(ip);
  const bits = address?.version === 4 ? 32 : 128;
  if (address === null || rest.length > 0 || !/^\d{1,3}$/.test(length) || Number(length) > bits) {
    throw requestErrors.invalidInput(`${asText(value)} is not in a CIDR format`);
  }
  return `${formatAddress(address)}/${Number(length)}`;
}

/** Pools with addresses in their one form. */
export function toCanonicalPools(value: Json): Json {
  if (!isList(value)) return value;
  return value.map((pool) =>
    isObject(pool)
      ? Object.fromEntries(Object.entries(pool).map(([key, inner]) => [key, toCanonicalAddress(inner)]))
      : pool,
  );
}

/** Fixed IPs with addresses in their one form; null is none. */
export function toFixedIps(value: Json): Json {
  return value === null ? [] : toCanonicalPools(value);
}
