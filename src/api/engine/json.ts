/** A value of a request or an answer. Only an answer has a bigint, where a number could not be exact. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The text of an answer. `JSON.stringify` knows no bigint and says so by throwing, which spares all others a walk over them. */
export function jsonText(value: Json): string {
  try {
    return JSON.stringify(value);
  } catch {
    return exactText(value);
  }
}

function exactText(value: Json): string {
  if (typeof value === 'bigint') return String(value);
  if (isList(value)) return `[${value.map(exactText).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}:${exactText(inner)}`);
  return `{${members.join(',')}}`;
}

/** A value as Neutron's messages print it: Python's `str()`. */
export function asText(value: Json): string {
  return typeof value === 'string' ? value : asRepr(value);
}

/** A value as Neutron's messages print it inside lists and dicts: Python's `repr()`. */
export function asRepr(value: Json): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value === 'string')
    return value.includes("'") && !value.includes('"') ? `"${value}"` : `'${value.replaceAll("'", "\\'")}'`;
  if (isList(value)) return `[${value.map(asRepr).join(', ')}]`;
  return `{${Object.entries(value)
    .map(([key, inner]) => `${asRepr(key)}: ${asRepr(inner)}`)
    .join(', ')}}`;
}
