/** Many changes of devices in one `ip -batch`, which goes on after a line that fails and says which one it was. */
import type { Change } from '../host/change.ts';
import type { Notes } from './notes.ts';
import { run, ToolFailed } from './run.ts';

export interface BatchLine {
  readonly text: string;
  /** What the line is for. */
  readonly change?: Change;
}

/**
 * Runs the lines in order, in a namespace (empty: the host's own), and gives what they print. What fails is noted; the rest
 * is done.
 */
export async function ipBatch(namespace: string, lines: readonly BatchLine[], notes: Notes): Promise<string> {
  if (lines.length === 0) return '';
  const where = namespace === '' ? [] : ['-n', namespace];
  const input = lines.map(({ text }) => `${text}\n`).join('');
  try {
    return await run('ip', [...where, '-json', '-details', '-force', '-batch', '-'], { input });
  } catch (error) {
    if (!(error instanceof ToolFailed)) throw error;
    const failed = failedLines(error.stderr);
    if (failed.size === 0)
      for (const { change } of lines) if (change !== undefined) notes.add(change, error.stderr.trim());
    for (const [number, said] of failed) {
      const change = lines[number - 1]?.change;
      if (change !== undefined) notes.add(change, said);
    }
    return error.stdout;
  }
}

/** Line numbers with what `ip` said of each: its words come before `Command failed -:NUMBER`. */
export function failedLines(stderr: string): ReadonlyMap<number, string> {
  const failed = new Map<number, string>();
  let said: string[] = [];
  for (const line of stderr.split('\n')) {
    const end = /^Command failed [^:]*:(\d+)$/.exec(line);
    if (end === null) {
      if (line.trim() !== '') said.push(line.trim());
    } else {
      failed.set(Number(end[1]), said.join('; '));
      said = [];
    }
  }
  return failed;
}
