/** iptables rules by `iptables-restore --noflush` and sets by `ipset restore`, one of each for a namespace and family. */
import type { Family, IpsetChange, RuleChange } from '../host/change.ts';
import type { IpSet, TableName } from '../host/host-state.ts';
import { printIpsets, readIpsets } from '../host/read-ipsets.ts';
import { appendRule, insertRule } from '../host/read-ruleset.ts';
import { run } from './run.ts';

/** Writes the changes of one namespace and family; each table changes at once or not at all. Throws `ToolFailed`. */
export async function writeRules(namespace: string, family: Family, changes: readonly RuleChange[]): Promise<void> {
  const program = family === 'ipv4' ? 'iptables-restore' : 'ip6tables-restore';
  await run(program, ['--wait', '5', '--noflush'], { namespace, input: restoreText(changes) });
}

/**
 * The input of `iptables-restore --noflush`: naming a chain of ours empties it, so that its rules are written whole. A chain
 * that only gains rules is not named.
 */
export function restoreText(changes: readonly RuleChange[]): string {
  const tables = new Map<TableName, RuleChange[]>();
  for (const change of changes) {
    const table = tables.get(change.table) ?? [];
    tables.set(change.table, table);
    table.push(change);
  }
  return [...tables].map(([table, ofTable]) => [`*${table}`, ...tableLines(ofTable), 'COMMIT', ''].join('\n')).join('');
}

function tableLines(changes: readonly RuleChange[]): readonly string[] {
  const of = <Kind extends RuleChange['kind']>(kind: Kind) =>
    changes.filter((change): change is Extract<RuleChange, { kind: Kind }> => change.kind === kind);
  const grown = of('write-chain').filter(({ insertions }) => insertions !== undefined);
  const written = of('write-chain').filter(({ insertions }) => insertions === undefined);
  const removed = of('remove-chain');
  return [
    ...written.map(({ chain }) => `:${chain} - [0:0]`),
    ...written.flatMap(({ chain, rules }) => rules.map((rule) => appendRule(chain, rule))),
    ...grown.flatMap(({ chain, insertions = [] }) =>
      insertions.map(({ place, rule }) => insertRule(chain, place, rule)),
    ),
    ...of('write-jumps').flatMap(({ chain, rules, stale }) => [
      ...stale.map((rule) => `-D ${chain} ${rule}`),
      ...rules.toReversed().map((rule) => `-I ${chain} 1 ${rule}`),
    ]),
    ...removed.map(({ chain }) => `-F ${chain}`),
    ...removed.map(({ chain }) => `-X ${chain}`),
  ];
}

/** Makes, fills and destroys sets, and gives all that are there then. Throws `ToolFailed`. */
export async function writeIpsets(
  namespace: string,
  changes: readonly IpsetChange[],
): Promise<Readonly<Record<string, IpSet>>> {
  const input = `${changes.map(ipsetText).join('')}save\n`;
  return readIpsets(await run('ipset', ['-exist', 'restore'], { namespace, input }));
}

function ipsetText(change: IpsetChange): string {
  switch (change.kind) {
    case 'add-ipset':
      return printIpsets({ [change.name]: change.set });
    case 'change-ipset':
      return [
        ...change.add.map((member) => `add ${change.name} ${member}\n`),
        ...change.remove.map((member) => `del ${change.name} ${member}\n`),
      ].join('');
    case 'remove-ipset':
      return `destroy ${change.name}\n`;
  }
}
