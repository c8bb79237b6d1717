import type { Subfield } from './openflow-action.ts';

/** Reads `FIELD[]`, `FIELD[3]` or `FIELD[0..11]`; null for anything else. */
export function parseSubfield(text: string): Subfield | null {
  const read = /^([A-Za-z][A-Za-z0-9_]*)\[(\d*|\d+\.\.\d+)\]$/.exec(text);
  return read === null ? null : { field: read[1] ?? '', range: read[2] ?? '' };
}

/** The text that `parseSubfield` read. */
export function printSubfield(subfield: Subfield): string {
  return `${subfield.field}[${subfield.range}]`;
}

/** First and last bit of a subfield of a field that is `width` bits wide. */
export function bitsOf(subfield: Subfield, width: number): { readonly first: number; readonly last: number } {
  if (subfield.range === '') return { first: 0, last: width - 1 };
  const [first = '0', last = first] = subfield.range.split('..');
  return { first: Number(first), last: Number(last) };
}
