/** The unprivileged user of a child process, where Tapline itself is root. */
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What `spawn` takes; empty where Tapline is not root and so runs children as itself. */
export interface RunAs {
  readonly uid?: number;
  readonly gid?: number;
}

/** Looks the user up when Tapline is root. Throws when there is no such user. */
export async function runAs(user: string): Promise<RunAs> {
  if (process.getuid?.() !== 0) return {};
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', user]), run('id', ['-g', user])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch (cause) {
    throw new Error(`there is no user ${user} to run PostgreSQL as: see database.user`, { cause });
  }
}

/** Throws with the first directory on the way to `path` that the user may not enter. */
export async function checkReachable(path: string, user: RunAs): Promise<void> {
  if (user.uid === undefined) return;
  const way: string[] = [];
  for (let directory = dirname(path); ; directory = dirname(directory)) {
    way.unshift(directory);
    if (directory === dirname(directory)) break;
  }
  for (const directory of way) {
    const found = await stat(directory);
    const mayEnter =
      (found.mode & 0o001) !== 0 ||
      (found.uid === user.uid && (found.mode & 0o100) !== 0) ||
      (found.gid === user.gid && (found.mode & 0o010) !== 0);
    if (!mayEnter)
      throw new Error(`user ${user.uid} may not enter ${directory}, which holds its database: chmod o+x it`);
  }
}
