import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plug } from '../compile/wiring.ts';

/** Null where a plug's namespace is there; else what to do about it. */
export async function missingNamespace(plug: Plug): Promise<string | null> {
  if (plug.kind !== 'netns') return null;
  if (/[/\s]|^\.{0,2}$/.test(plug.namespace)) return `"${plug.namespace}" is no name of a namespace`;
  try {
    await access(join('/run/netns', plug.namespace));
    return null;
  } catch {
    return `there is no namespace ${plug.namespace} on this host: ip netns add ${plug.namespace}`;
  }
}
