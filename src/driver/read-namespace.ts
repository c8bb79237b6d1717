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

/** Devices, routes and neighbours of a namespace, by one process. Throws `ToolFailed`, also where the namespace is gone. */
export async function readNamespaceLinks(namespace: string): Promise<NamespaceLinks> {
  const where = namespace === '' ? [] : ['-n', namespace];
  const shown = await run('ip', [...where, '-json', '-details', '-batch', '-'], {
    input: 'netns list-id\naddress show\nroute show table all\nneighbour show\n',
  });
  // Each command prints one line of JSON.
  const [ids = '[]', devices = '[]', routes = '[]', neighbours = '[]'] = shown.trimEnd().split('\n');
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
