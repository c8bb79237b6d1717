/** Rows as `ovs-vsctl list TABLE` prints them for people; several tables may follow under `### ovs-vsctl list TABLE`. */
import type { OvsAtom, OvsRow, OvsTable, OvsTables, OvsValue } from './ovs-rows.ts';

/** Reads the tables that bridges are made of. */
export function readOvsdbList(listed: string): OvsTables {
  const tables = new Map<string, Map<string, OvsRow>>();
  let table = new Map<string, OvsRow>();
  let row: Record<string, OvsValue> = {};
  for (const line of listed.split('\n')) {
    const heading = /^### ovs-vsctl list (\S+)/.exec(line);
    if (heading !== null) {
      table = new Map();
      tables.set(heading[1] ?? '', table);
      continue;
    }
    const column = /^(\w+)\s*: (.*)$/.exec(line);
    if (column === null) continue;
    const [, name = '', text = ''] = column;
    if (name === '_uuid') {
      row = {};
      table.set(text, row);
    } else {
      row[name] = readValue(text);
    }
  }
  const named = (name: string): OvsTable => tables.get(name) ?? new Map();
  return { Bridge: named('Bridge'), Port: named('Port'), Interface: named('Interface') };
}

/** Reads one value in the notation of `ovs-vsctl`: `"quoted"`, `word`, `[set, of]`, `{map=of, things="x"}`. */
export function readValue(text: string): OvsValue {
  if (text.startsWith('[')) return split(text.slice(1, -1)).map(readAtom);
  if (!text.startsWith('{')) return readAtom(text);
  return new Map(
    split(text.slice(1, -1)).map((pair) => {
      const [, key = '', value = ''] = /^("(?:[^"\\]|\\.)*"|[^=]*)=(.*)$/s.exec(pair) ?? [];
      return [unquote(key), unquote(value)];
    }),
  );
}

function readAtom(text: string): OvsAtom {
  if (text.startsWith('"')) return unquote(text);
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+$/.test(text) ? Number(text) : text;
}

/** Splits at commas outside quotation marks. */
function split(text: string): readonly string[] {
  return (text.match(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/g) ?? []).map((part) => part.trim());
}

function unquote(text: string): string {
  return text.startsWith('"') ? (JSON.parse(text) as string) : text;
}
