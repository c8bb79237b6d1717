/** A value of a request or an answer. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** A value as Neutron's messages print it: Python's `str()`. */
export function asText(value: Json): string {
  return typeof value === 'string' ? value : asRepr(value);
}

/** A value as Neutron's messages print it inside lists and dicts: Python's `repr()`. */
export function asRepr(value: Json): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string')
    return value.includes("'") && !value.includes('"') ? `"${value}"` : `'${value.replaceAll("'", "\\'")}'`;
  if (isList(value)) return `[${value.map(asRepr).join(', ')}]`;
  return `{${Object.entries(value)
    .map(([key, inner]) => `${asRepr(key)}: ${asRepr(inner)}`)
    .join(', ')}}`;
}
