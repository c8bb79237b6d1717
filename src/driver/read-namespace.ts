/** Reading one namespace with as few processes as the tools allow. */
import type { Family } from '../host/change.ts';
import type { IpSet, Neighbour, Route, Ruleset } from '../host/host-state.ts';
import type { LinkEntry } from '../host/link-entry.ts';
import { readIpsets } from '../host/read-ipsets.ts';
import { readLinks } from '../host/read-links.ts';
import { readNeighbours } from '../host/read-neighbours.ts';
import { readRoutes } from '../host/read-routes.ts';
import { readRuleset } from '../host/read-ruleset.ts';
import { run } from './run.ts';

export interface NamespaceLinks {
  readonly entries: readonly LinkEntry[];
  readonly routes: readonly Route[];
  readonly neighbours: readonly Neighbour[];
}

/** Commands of `ip -json -details -batch` whose output `readShownLinks` takes. */
export const SHOW_LINKS: readonly string[] = [
  'netns list-id',
  'address show',
  'route show table all',
  'neighbour show',
];

/** Devices, routes and neighbours of a namespace, by one process. Throws `ToolFailed`, also where the namespace is gone. */
export async function readNamespaceLinks(namespace: string): Promise<NamespaceLinks> {
  const where = namespace === '' ? [] : ['-n', namespace];
  const input = SHOW_LINKS.map((command) => `${command}\n`).join('');
  const shown = await run('ip', [...where, '-json', '-details', '-batch', '-'], { input });
  const read = readShownLinks(shown);
  if (read === undefined) throw new Error(`ip showed not what it was asked for: ${shown.slice(0, 200)}`);
  return read;
}

/** Reads the output of `SHOW_LINKS`, of which each prints one line of JSON; undefined where some line is missing. */
export function readShownLinks(shown: string): NamespaceLinks | undefined {
  const [ids, devices, routes, neighbours] = shown.trimEnd().split('\n').slice(-SHOW_LINKS.length);
  if (ids === undefined || devices === undefined || routes === undefined || neighbours === undefined) return undefined;
  const named = JSON.parse(ids) as readonly { readonly nsid: number; readonly name?: string }[];
  const names = new Map(named.flatMap(({ nsid, name }) => (name === undefined ? [] : [[nsid, name] as const])));
  return {
    entries: readLinks(devices, names),
    routes: readRoutes(routes),
    neighbours: readNeighbours(neighbours),
  };
}

/** The rules of one family, with counters. Throws `ToolFailed`. */
export async function readNamespaceRules(namespace: string, family: Family): Promise<Ruleset> {
  return readRuleset(await run(family === 'ipv4' ? 'iptables-save' : 'ip6tables-save', ['-c'], { namespace }));
}

/** The sets. Throws `ToolFailed`. */
export async function readNamespaceIpsets(namespace: string): Promise<Readonly<Record<string, IpSet>>> {
  return readIpsets(await run('ipset', ['save'], { namespace }));
}
