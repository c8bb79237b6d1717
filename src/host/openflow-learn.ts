import type { LearnSpec } from './openflow-action.ts';
import { parseSubfield, printSubfield } from './openflow-subfield.ts';
import { splitOutsideBrackets } from './split-text.ts';

const options = ['table', 'hard_timeout', 'idle_timeout', 'fin_hard_timeout', 'fin_idle_timeout', 'priority', 'cookie'];

/** Takes apart what stands between the brackets of `learn(…)`. */
export function parseLearn(body: string): readonly LearnSpec[] {
  return body === '' ? [] : splitOutsideBrackets(body, ',').map(parseSpec);
}

/** The text that `parseLearn` read. */
export function printLearn(specs: readonly LearnSpec[]): string {
  return specs.map(printSpec).join(',');
}

function parseSpec(text: string): LearnSpec {
  const spec = readSpec(text);
  return spec !== null && printSpec(spec) === text ? spec : { kind: 'unknown', text };
}

function readSpec(text: string): LearnSpec | null {
  if (text.startsWith('load:')) return readLoad(text.slice('load:'.length));
  if (text.startsWith('output:')) {
    const from = parseSubfield(text.slice('output:'.length));
    return from === null ? null : { kind: 'output', from };
  }
  const equals = text.indexOf('=');
  if (equals < 0) {
    const field = parseSubfield(text);
    return field === null ? null : { kind: 'copyMatch', field };
  }
  const name = text.slice(0, equals);
  const value = text.slice(equals + 1);
  if (options.includes(name)) return { kind: 'option', name, value };
  const field = parseSubfield(name);
  const from = parseSubfield(value);
  if (field !== null && from !== null) return { kind: 'fieldMatch', field, from };
  return field === null && /^[a-z][a-z0-9_]*$/.test(name) ? { kind: 'valueMatch', field: name, value } : null;
}

function readLoad(rest: string): LearnSpec | null {
  const arrow = rest.indexOf('->');
  const to = arrow < 0 ? null : parseSubfield(rest.slice(arrow + 2));
  if (to === null) return null;
  const value = rest.slice(0, arrow);
  const from = parseSubfield(value);
  return from === null ? { kind: 'loadValue', value, to } : { kind: 'loadField', from, to };
}

function printSpec(spec: LearnSpec): string {
  switch (spec.kind) {
    case 'option':
      return `${spec.name}=${spec.value}`;
    case 'copyMatch':
      return printSubfield(spec.field);
    case 'fieldMatch':
      return `${printSubfield(spec.field)}=${printSubfield(spec.from)}`;
    case 'valueMatch':
      return `${spec.field}=${spec.value}`;
    case 'loadValue':
      return `load:${spec.value}->${printSubfield(spec.to)}`;
    case 'loadField':
      return `load:${printSubfield(spec.from)}->${printSubfield(spec.to)}`;
    case 'output':
      return `output:${printSubfield(spec.from)}`;
    case 'unknown':
      return spec.text;
  }
}
