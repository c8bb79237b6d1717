import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Plug } from '../compile/wiring.ts';

/** Null where a plug's namespace is there; else what to do about it. */
export function missingNamespace(plug: Plug): string | null {
  if (plug.kind !== 'netns') return null;
  if (/[/\s]|^\.{0,2}$/.test(plug.namespace)) return `"${plug.namespace}" is no name of a namespace`;
  if (existsSync(join('/run/netns', plug.namespace))) return null;
  return `there is no namespace ${plug.namespace} on this host: ip netns add ${plug.namespace}`;
}
