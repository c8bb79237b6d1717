import { type Action, type ModifyWord, modifyWords, type Subfield } from './openflow-action.ts';
import { parseLearn, printLearn } from './openflow-learn.ts';
import { parsePort, printPort } from './openflow-port.ts';
import { parseSubfield, printSubfield } from './openflow-subfield.ts';
import { splitOutsideBrackets } from './split-text.ts';

/** Takes apart the actions text of a `Flow`. Total: what is not known comes back as `unknown` with its text. */
export function parseActions(text: string): readonly Action[] {
  return text === '' ? [] : splitOutsideBrackets(text, ',').map(parseAction);
}

/** The text that `parseActions` read. */
export function printActions(actions: readonly Action[]): string {
  return actions.map(printAction).join(',');
}

function parseAction(text: string): Action {
  const action = readAction(text);
  return action !== null && printAction(action) === text ? action : { kind: 'unknown', text };
}

const words: Readonly<Record<string, Action>> = {
  NORMAL: { kind: 'normal' },
  IN_PORT: { kind: 'inPort' },
  FLOOD: { kind: 'flood' },
  ALL: { kind: 'all' },
  LOCAL: { kind: 'local' },
  drop: { kind: 'drop' },
  pop_vlan: { kind: 'popVlan', word: 'pop_vlan' },
  strip_vlan: { kind: 'popVlan', word: 'strip_vlan' },
  dec_ttl: { kind: 'decTtl' },
  pop_queue: { kind: 'popQueue' },
  ct_clear: { kind: 'ctClear' },
  ct: { kind: 'ct', arguments: [] },
};

function readAction(text: string): Action | null {
  const word = Object.hasOwn(words, text) ? words[text] : undefined;
  if (word !== undefined) return word;
  const call = /^([a-z_]+)\((.*)\)$/s.exec(text);
  if (call !== null) return readCall(call[1] ?? '', call[2] ?? '');
  if (text.startsWith('"')) return { kind: 'output', port: parsePort(text), bare: true };
  const colon = text.indexOf(':');
  return colon < 0 ? null : readColon(text.slice(0, colon), text.slice(colon + 1));
}

function readCall(name: string, body: string): Action | null {
  const parts = splitOutsideBrackets(body, ',');
  switch (name) {
    case 'resubmit':
      return readResubmit(parts);
    case 'learn':
      return { kind: 'learn', specs: parseLearn(body) };
    case 'ct':
      return { kind: 'ct', arguments: body === '' ? [] : parts };
    case 'conjunction': {
      const read = /^(\d+),(\d+)\/(\d+)$/.exec(body);
      if (read === null) return null;
      return { kind: 'conjunction', id: Number(read[1]), clause: Number(read[2]), clauses: Number(read[3]) };
    }
    default:
      return null;
  }
}

function readResubmit(parts: readonly string[]): Action | null {
  const [port = '', table = '', ct, ...rest] = parts;
  if (rest.length > 0 || parts.length < 2 || (ct !== undefined && ct !== 'ct') || !/^\d*$/.test(table)) return null;
  return {
    kind: 'resubmitTable',
    port: port === '' ? null : parsePort(port),
    table: table === '' ? null : Number(table),
    ct: ct === 'ct',
  };
}

function readColon(name: string, rest: string): Action | null {
  if (Object.hasOwn(modifyWords, name)) return { kind: 'modify', word: name as ModifyWord, value: rest };
  switch (name) {
    case 'output': {
      const from = parseSubfield(rest);
      return from === null ? { kind: 'output', port: parsePort(rest), bare: false } : { kind: 'outputField', from };
    }
    case 'goto_table':
      return { kind: 'gotoTable', table: Number(rest) };
    case 'resubmit':
      return { kind: 'resubmitPort', port: parsePort(rest) };
    case 'push_vlan':
      return { kind: 'pushVlan', etherType: rest };
    case 'mod_vlan_vid':
      return { kind: 'modVlanVid', vlan: Number(rest) };
    case 'set_queue':
      return { kind: 'setQueue', queue: Number(rest) };
    case 'meter':
      return { kind: 'meter', meter: Number(rest) };
    case 'group':
      return { kind: 'group', group: Number(rest) };
    case 'note':
      return { kind: 'note', bytes: rest };
    case 'set_field':
      return readSetField(rest);
    case 'load':
      return readArrow(rest, (value, to) => ({ kind: 'load', value, to }));
    case 'move':
      return readArrow(rest, (value, to) => {
        const from = parseSubfield(value);
        return from === null ? null : { kind: 'move', from, to };
      });
    default:
      return null;
  }
}

function readSetField(rest: string): Action | null {
  const arrow = rest.lastIndexOf('->');
  if (arrow < 0) return null;
  const value = rest.slice(0, arrow);
  const field = rest.slice(arrow + 2);
  const slash = value.indexOf('/');
  if (slash < 0) return { kind: 'setField', value, mask: null, field };
  return { kind: 'setField', value: value.slice(0, slash), mask: value.slice(slash + 1), field };
}

function readArrow(rest: string, make: (value: string, to: Subfield) => Action | null): Action | null {
  const arrow = rest.lastIndexOf('->');
  const to = arrow < 0 ? null : parseSubfield(rest.slice(arrow + 2));
  return to === null ? null : make(rest.slice(0, arrow), to);
}

function printAction(action: Action): string {
  switch (action.kind) {
    case 'output':
      return action.bare ? printPort(action.port) : `output:${printPort(action.port)}`;
    case 'outputField':
      return `output:${printSubfield(action.from)}`;
    case 'normal':
      return 'NORMAL';
    case 'inPort':
      return 'IN_PORT';
    case 'flood':
      return 'FLOOD';
    case 'all':
      return 'ALL';
    case 'local':
      return 'LOCAL';
    case 'drop':
      return 'drop';
    case 'gotoTable':
      return `goto_table:${action.table}`;
    case 'resubmitPort':
      return `resubmit:${printPort(action.port)}`;
    case 'resubmitTable':
      return `resubmit(${action.port === null ? '' : printPort(action.port)},${action.table ?? ''}${action.ct ? ',ct' : ''})`;
    case 'pushVlan':
      return `push_vlan:${action.etherType}`;
    case 'popVlan':
      return action.word;
    case 'modVlanVid':
      return `mod_vlan_vid:${action.vlan}`;
    case 'setField':
      return `set_field:${action.value}${action.mask === null ? '' : `/${action.mask}`}->${action.field}`;
    case 'load':
      return `load:${action.value}->${printSubfield(action.to)}`;
    case 'move':
      return `move:${printSubfield(action.from)}->${printSubfield(action.to)}`;
    case 'modify':
      return `${action.word}:${action.value}`;
    case 'decTtl':
      return 'dec_ttl';
    case 'setQueue':
      return `set_queue:${action.queue}`;
    case 'popQueue':
      return 'pop_queue';
    case 'meter':
      return `meter:${action.meter}`;
    case 'group':
      return `group:${action.group}`;
    case 'learn':
      return `learn(${printLearn(action.specs)})`;
    case 'conjunction':
      return `conjunction(${action.id},${action.clause}/${action.clauses})`;
    case 'ct':
      return action.arguments.length === 0 ? 'ct' : `ct(${action.arguments.join(',')})`;
    case 'ctClear':
      return 'ct_clear';
    case 'note':
      return `note:${action.bytes}`;
    case 'unknown':
      return action.text;
  }
}
