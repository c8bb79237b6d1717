/** Namespaces by `ip`, which also keeps their names: many in one batch, which goes on after a line that fails and says which. */
import type { NamespaceChange } from '../host/change.ts';
import type { Notes } from './notes.ts';
import { run, ToolFailed } from './run.ts';

/** Makes and deletes them. What fails is noted; the rest is done. */
export async function changeNamespaces(changes: readonly NamespaceChange[], notes: Notes): Promise<void> {
  if (changes.length === 0) return;
  const lines = changes.flatMap((change) => linesOf(change).map((text) => ({ text, change })));
  const input = lines.map(({ text }) => `${text}\n`).join('');
  try {
    await run('ip', ['-force', '-batch', '-'], { input });
  } catch (error) {
    if (!(error instanceof ToolFailed)) throw error;
    const failed = failedLines(error.stderr);
    if (failed.size === 0) for (const { change } of lines) notes.add(change, error.stderr.trim());
    for (const [number, said] of failed) {
      const change = lines[number - 1]?.change;
      if (change !== undefined) notes.add(change, said);
    }
  }
}

function linesOf({ kind, namespace }: NamespaceChange): readonly string[] {
  // With a number of its own, its events are seen by one `ip monitor all-nsid`.
  if (kind === 'add-namespace') return [`netns add ${namespace}`, `netns set ${namespace} auto`];
  return [`netns delete ${namespace}`];
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
