/** What a lab writes down, so that another process can enter it and end it. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessIdentity } from './process-identity.ts';

export interface LabState {
  readonly name: string;
  readonly directory: string;
  readonly datapathType: 'system' | 'netdev' | null;
  readonly members: readonly MemberState[];
}

/** One namespace of the lab. Written before it is made, so that a start that was killed can be cleaned up. */
export interface MemberState {
  readonly name: string;
  /** Name under `/run/netns` of the machine. */
  readonly namespace: string;
  readonly kind: 'underlay' | 'controller' | 'outside' | 'host';
  /** A host with a physical NIC to the outside. */
  readonly external: boolean;
  /** Last byte of its addresses; null where it has none of the lab's networks. */
  readonly number: number | null;
  /** The process that keeps its namespaces; null until it runs. */
  readonly holder: ProcessIdentity | null;
}

const file = (directory: string) => join(directory, 'lab.json');

/** Replaces the state file at once, so that a reader never sees half of it. */
export function writeLabState(state: LabState): void {
  const path = file(state.directory);
  writeFileSync(`${path}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o644 });
  renameSync(`${path}.new`, path);
}

/** The lab that lives in this directory; undefined when none does. */
export function readLabState(directory: string): LabState | undefined {
  try {
    return JSON.parse(readFileSync(file(directory), 'utf8')) as LabState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`cannot read ${file(directory)}`, { cause: error });
  }
}
