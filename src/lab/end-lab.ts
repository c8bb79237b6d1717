/** Ending a lab, also one whose starter was killed at any moment. */
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { tryCommand } from './command.ts';
import { labProcesses } from './lab-processes.ts';
import { readLabState } from './lab-state.ts';
import { type ProcessIdentity, signalProcess } from './process-identity.ts';

/**
 * Ends every process of the lab in this directory, and removes its namespaces and the directory. False: no lab was there.
 * The holders go last, because a host's inner namespaces are found through them.
 */
export async function endLab(directory: string): Promise<boolean> {
  const state = readLabState(directory);
  if (state === undefined) return false;
  const holders = new Set(state.members.flatMap((member) => member.holder?.pid ?? []));
  await end(() => labProcesses(state).filter((process) => !holders.has(process.pid)), 3000);
  await end(() => labProcesses(state), 0);
  const names = state.members.map((member) => member.namespace);
  await tryCommand(['ip', '-force', '-batch', '-'], { input: names.map((name) => `netns delete ${name}\n`).join('') });
  rmSync(directory, { recursive: true, force: true });
  return true;
}

/** Asks politely, then kills, and looks again each time, because a process that is asked may start others. */
async function end(find: () => readonly ProcessIdentity[], politeMs: number): Promise<void> {
  const politeUntil = Date.now() + politeMs;
  const giveUpAt = politeUntil + 10_000;
  const asked = new Set<string>();
  while (Date.now() < giveUpAt) {
    const left = find();
    if (left.length === 0) return;
    const force = Date.now() >= politeUntil;
    for (const process of left) {
      const key = `${process.pid} ${process.startTime}`;
      if (!force && asked.has(key)) continue;
      asked.add(key);
      signalProcess(process, force ? 'SIGKILL' : 'SIGTERM');
    }
    await sleep(20);
  }
  const left = find();
  throw new Error(`processes that would not end: ${left.map((process) => process.pid).join(', ')}`);
}
