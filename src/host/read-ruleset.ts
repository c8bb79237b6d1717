/** The rules of one namespace and family, as `iptables-save [-c]` prints them and `iptables-restore` takes them. */
import type { Chain, Ruleset, TableName } from './host-state.ts';

const TABLES: readonly TableName[] = ['raw', 'mangle', 'nat', 'filter'];

interface OpenChain {
  readonly policy?: string;
  readonly rules: string[];
  readonly counters: (readonly [number, number])[];
}

/**
 * Reads a save. Counters are kept where every rule of the chain has them. Tables that we have no name for (`security`) are
 * left out. Throws where a line is none of the format's.
 */
export function readRuleset(saved: string): Ruleset {
  const tables = new Map<string, Map<string, OpenChain>>();
  let chains: Map<string, OpenChain> | undefined;
  for (const line of saved.split('\n')) {
    const rest = line.trim();
    if (rest === '' || rest.startsWith('#')) continue;
    if (rest.startsWith('*')) {
      chains = tables.get(rest.slice(1)) ?? new Map();
      tables.set(rest.slice(1), chains);
    } else if (rest === 'COMMIT') {
      chains = undefined;
    } else if (chains === undefined || !readLine(rest, chains)) {
      throw new Error(`not a line of iptables-save: ${line}`);
    }
  }
  const read: Partial<Record<TableName, Record<string, Chain>>> = {};
  for (const name of TABLES) {
    const table = tables.get(name);
    if (table !== undefined) read[name] = Object.fromEntries([...table].map(([chain, open]) => [chain, close(open)]));
  }
  return read;
}

function readLine(line: string, chains: Map<string, OpenChain>): boolean {
  const head = /^:(\S+) (\S+)/.exec(line);
  if (head !== null) {
    const policy = head[2] === '-' ? {} : { policy: head[2] ?? '' };
    chains.set(head[1] ?? '', { ...policy, rules: [], counters: [] });
    return true;
  }
  const rule = /^(?:\[(\d+):(\d+)\] )?-A (\S+) ?(.*)$/.exec(line);
  const chain = rule === null ? undefined : chains.get(rule[3] ?? '');
  if (rule === null || chain === undefined) return false;
  chain.rules.push(rule[4] ?? '');
  if (rule[1] !== undefined) chain.counters.push([Number(rule[1]), Number(rule[2])]);
  return true;
}

function close(open: OpenChain): Chain {
  const counted = open.rules.length > 0 && open.counters.length === open.rules.length;
  return {
    ...(open.policy === undefined ? {} : { policy: open.policy }),
    rules: open.rules,
    ...(counted ? { counters: open.counters } : {}),
  };
}

/** Prints rules as `iptables-save` does, with counters where they are known; the counters of chains are zero. */
export function printRuleset(ruleset: Ruleset): string {
  return TABLES.map((name) => {
    const table = ruleset[name];
    if (table === undefined) return '';
    const chains = Object.entries(table);
    return [
      `*${name}`,
      ...chains.map(([chain, { policy }]) => `:${chain} ${policy ?? '-'} [0:0]`),
      ...chains.flatMap(([chain, { rules, counters }]) =>
        rules.map((rule, index) => `${counterText(counters?.[index])}${appendRule(chain, rule)}`),
      ),
      'COMMIT',
      '',
    ].join('\n');
  }).join('');
}

/** The line that appends a rule to a chain. */
export function appendRule(chain: string, rule: string): string {
  return rule === '' ? `-A ${chain}` : `-A ${chain} ${rule}`;
}

/** The line that inserts a rule at a place of a chain, from 1. */
export function insertRule(chain: string, place: number, rule: string): string {
  return `-I ${chain} ${place}${rule === '' ? '' : ` ${rule}`}`;
}

function counterText(counter: readonly [number, number] | undefined): string {
  return counter === undefined ? '' : `[${counter[0]}:${counter[1]}] `;
}
