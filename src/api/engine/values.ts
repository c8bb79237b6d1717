/**
 * The attributes of a request after conversion and validation. An attribute that was not given is absent.
 *
 * The readers here throw when a value is not of the type that its validator promised: that is a bug, never a client's fault.
 */
import { isList, isObject, type Json, type JsonObject } from './json.ts';

export type Values = Readonly<Record<string, Json>>;

function wrongType(name: string, value: Json): never {
  throw new Error(`attribute ${name} passed validation with ${JSON.stringify(value)}`);
}

/** A text; undefined when not given. */
export function textOf(values: Values, name: string): string | undefined {
  const value = values[name];
  return value === undefined || typeof value === 'string' ? value : wrongType(name, value);
}

/** A text or null; undefined when not given. */
export function textOrNullOf(values: Values, name: string): string | null | undefined {
  return values[name] === null ? null : textOf(values, name);
}

export function booleanOf(values: Values, name: string): boolean | undefined {
  const value = values[name];
  return value === undefined || typeof value === 'boolean' ? value : wrongType(name, value);
}

export function integerOf(values: Values, name: string): number | undefined {
  const value = values[name];
  return value === undefined || typeof value === 'number' ? value : wrongType(name, value);
}

export function integerOrNullOf(values: Values, name: string): number | null | undefined {
  return values[name] === null ? null : integerOf(values, name);
}

export function textsOf(values: Values, name: string): string[] | undefined {
  const value = values[name];
  if (value === undefined) return undefined;
  if (!isList(value)) return wrongType(name, value);
  return value.map((item) => (typeof item === 'string' ? item : wrongType(name, value)));
}

export function objectsOf(values: Values, name: string): JsonObject[] | undefined {
  const value = values[name];
  if (value === undefined) return undefined;
  if (!isList(value)) return wrongType(name, value);
  return value.map((item) => (isObject(item) ? item : wrongType(name, value)));
}

/** An object or null; undefined when not given. */
export function objectOrNullOf(values: Values, name: string): JsonObject | null | undefined {
  const value = values[name];
  return value === undefined || value === null || isObject(value) ? value : wrongType(name, value);
}

/** A text that must be there. */
export function requiredText(values: Values, name: string): string {
  return textOf(values, name) ?? wrongType(name, null);
}
