/** Which process a number means: process ids are reused, a process id with its start time is not. */
import { readdir, readFile, readlink } from 'node:fs/promises';

/** Clock ticks after boot at which the process started; null where there is none (a zombie counts as none). */
export async function processStart(pid: number): Promise<string | null> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses and may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

/** The directory in which the process works; null where it is gone or not ours to see. */
export async function processDirectory(pid: number): Promise<string | null> {
  return readlink(`/proc/${pid}/cwd`).catch(() => null);
}

/** Process ids of all that live and work in the directory. */
export async function processesIn(directory: string): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const working = await Promise.all(
    pids.map(async (pid) => (await processDirectory(pid)) === directory && (await processStart(pid)) !== null),
  );
  return pids.filter((_, index) => working[index]);
}
