/** The share of each of some hosts, as texts that can be compared and sent. */
import { emptyShare, type ShareKind } from '../model/share.ts';
import type { Store } from '../store/database.ts';
import type { PortTexts } from './port-texts.ts';
import { type ShareRow, shareQuery } from './share-query.ts';

/** `kind` and `id` of an object in one key. */
export type ObjectKey = `${ShareKind}:${string}`;

/** JSON text by object. Equal texts are equal objects: the database always writes an object the same way. */
export type ShareTexts = ReadonlyMap<ObjectKey, string>;

/**
 * Reads the shares of the hosts as they are at one moment; a host that has nothing gets an empty share. `ports` are those
 * kept from earlier rounds, brought up to date here.
 */
export async function readShares(
  store: Store,
  hosts: readonly string[],
  ports: PortTexts,
): Promise<ReadonlyMap<string, ShareTexts>> {
  const stale = ports.stale();
  const rows = await store.query<ShareRow>(shareQuery, [hosts, stale, ports.networks()]);
  const held = rows.filter((row) => row.kind === 'holds' && row.scope.startsWith('n:'));
  ports.update(
    stale,
    held.map((row) => row.scope.slice(2)),
    rows.flatMap(({ kind, id, scope, value }) =>
      kind === 'port' && value !== null ? [{ id, networkId: scope.slice(2), text: value }] : [],
    ),
  );
  return assemble(hosts, rows, ports);
}

function assemble(
  hosts: readonly string[],
  rows: readonly ShareRow[],
  ports: PortTexts,
): ReadonlyMap<string, ShareTexts> {
  const shares = new Map<string, Map<ObjectKey, string>>();
  const holders = new Map<string, Map<ObjectKey, string>[]>();
  const hold = (scope: string, share: Map<ObjectKey, string>): void => {
    const present = holders.get(scope);
    if (present === undefined) holders.set(scope, [share]);
    else present.push(share);
    if (!scope.startsWith('n:')) return;
    for (const [id, text] of ports.of(scope.slice(2))) share.set(`port:${id}`, text);
  };
  for (const host of hosts) {
    const share = new Map<ObjectKey, string>();
    shares.set(host, share);
    hold(`h:${host}`, share);
  }
  for (const row of rows) {
    const share = row.kind === 'holds' ? shares.get(row.id) : undefined;
    if (share !== undefined) hold(row.scope, share);
  }
  for (const { kind, id, scope, value } of rows) {
    if (value === null || kind === 'port' || !isShareKind(kind)) continue;
    for (const share of holders.get(scope) ?? []) share.set(`${kind}:${id}`, value);
  }
  return shares;
}

function isShareKind(kind: string): kind is ShareKind {
  return Object.hasOwn(emptyShare, kind);
}
