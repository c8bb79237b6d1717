/** Rules and sets of one namespace, by the tools that print them. */
import type { Family } from '../host/change.ts';
import type { IpSet, Ruleset } from '../host/host-state.ts';
import { readIpsets } from '../host/read-ipsets.ts';
import { readRuleset } from '../host/read-ruleset.ts';
import { run } from './run.ts';

/** The rules of one family, with counters. Throws `ToolFailed`. */
export async function readNamespaceRules(namespace: string, family: Family): Promise<Ruleset> {
  return readRuleset(await run(family === 'ipv4' ? 'iptables-save' : 'ip6tables-save', ['-c'], { namespace }));
}

/** The sets. Throws `ToolFailed`. */
export async function readNamespaceIpsets(namespace: string): Promise<Readonly<Record<string, IpSet>>> {
  return readIpsets(await run('ipset', ['save'], { namespace }));
}
