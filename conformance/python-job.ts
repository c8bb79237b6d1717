/** Runs a Python program of this directory that writes JSON lines, and hands them on one by one. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Beside this file in the sources; a bundle of it runs in a clone of the repository. */
export const directory = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '.' : '../../conformance/', import.meta.url),
);

export interface PythonJob {
  readonly script: string;
  readonly input?: unknown;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export async function* runPython(job: PythonJob): AsyncGenerator<unknown> {
  const child = spawn('/usr/bin/python3', [join(directory, job.script)], {
    // Debian's packages belong to Debian's Python; the caller's proxies and paths are no part of the test.
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], LC_ALL: 'C.UTF-8', ...job.env },
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  const end = (): void => void child.kill('SIGTERM');
  job.signal.addEventListener('abort', end, { once: true });
  const closed = once(child, 'close');
  child.stdin.end(JSON.stringify(job.input ?? {}));
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith('{')) yield JSON.parse(line);
    }
    const [status] = await closed;
    if (status !== 0) throw new Error(`${job.script} ended with ${status}`);
  } finally {
    job.signal.removeEventListener('abort', end);
    end();
  }
}
