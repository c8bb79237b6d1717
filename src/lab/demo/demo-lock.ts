/** One demo at a time in a directory, and a new one clears away what a killed one left. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endLab } from '../end-lab.ts';
import { readLabState } from '../lab-state.ts';
import { isAlive, type ProcessIdentity, processIdentity } from '../process-identity.ts';
import type { Progress } from './progress.ts';

const lockFile = (directory: string) => join(directory, 'demo.json');

/** Notes that this process runs the demo in this directory. */
export function markRunning(directory: string): void {
  writeFileSync(lockFile(directory), JSON.stringify(processIdentity(process.pid)));
}

/** Ends a lab whose demo has died. Throws when the demo lives, or when the lab there is not a demo's. */
export async function clearDeadDemo(directory: string, progress: Progress): Promise<void> {
  if (readLabState(directory) === undefined) return;
  const owner = readOwner(directory);
  if (owner === undefined) throw new Error(`a lab is up in ${directory}; tapline lab down ends it`);
  if (isAlive(owner)) throw new Error(`a demo is running (process ${owner.pid}); end it with Ctrl-C there`);
  await progress.step('a demo that was killed is cleared away', () => endLab(directory));
}

function readOwner(directory: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(lockFile(directory), 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
