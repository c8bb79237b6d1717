/** Tests that are known to fail, each with the reason why that is to be so: `known-failures.txt`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { directory } from './python-job.ts';

/** Id of the test to the reason: lines of ids below a line `# reason`. */
export function readKnownFailures(): ReadonlyMap<string, string> {
  const known = new Map<string, string>();
  let reason = '';
  for (const line of readFileSync(join(directory, 'known-failures.txt'), 'utf8').split('\n')) {
    if (line.startsWith('#')) reason = line.slice(1).trim();
    else if (line !== '') known.set(line, reason);
  }
  return known;
}
