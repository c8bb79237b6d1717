/** The same lines of `ip -batch` in many namespaces, by one process that starts the others: fifty workloads plugged at once. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run, ToolFailed } from './run.ts';

/** So many at a time. */
const abreast = 2;
let files = 0;

/**
 * Runs the lines in each namespace and gives what each printed, which must be `linesShown` lines. What failed in any way has
 * no entry and is to be done again alone. Starting a process from here costs several times what it costs `xargs`.
 */
export async function ipEach(
  namespaces: readonly string[],
  lines: readonly string[],
  { linesShown, directory }: { readonly linesShown: number; readonly directory: string },
): Promise<ReadonlyMap<string, string>> {
  const file = join(directory, `ip-batch-${process.pid}-${files++}`);
  await mkdir(directory, { recursive: true });
  await writeFile(file, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
  const shown = new Map<string, string>();
  const share = Math.ceil(namespaces.length / abreast);
  try {
    await Promise.all(
      Array.from({ length: abreast }, async (_, n) => {
        const some = namespaces.slice(n * share, (n + 1) * share);
        for (const [namespace, text] of await oneByOne(some, file, linesShown)) shown.set(namespace, text);
      }),
    );
  } finally {
    await rm(file, { force: true });
  }
  return shown;
}

async function oneByOne(namespaces: readonly string[], file: string, linesShown: number) {
  const ip = ['ip', '-n', '{}', '-json', '-details', '-batch', file];
  try {
    const text = await run('xargs', ['-r', '-d', '\\n', '-I', '{}', ...ip], { input: namespaces.join('\n') });
    const lines = text.trimEnd().split('\n');
    if (lines.length !== namespaces.length * linesShown) return [];
    return namespaces.map(
      (namespace, n) => [namespace, lines.slice(n * linesShown, (n + 1) * linesShown).join('\n')] as const,
    );
  } catch (error) {
    if (error instanceof ToolFailed) return [];
    throw error;
  }
}
