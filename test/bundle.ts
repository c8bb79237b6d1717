import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { command } from '../src/lab/command.ts';

/** Makes one file out of a TypeScript program of this repository, so that it runs anywhere by node alone, as the command is made. */
export async function bundle(entry: string, outfile: string): Promise<void> {
  const root = repository(dirname(fileURLToPath(import.meta.url)));
  await command([process.execPath, join(root, 'setup', 'build.mjs'), entry, outfile]);
}

/** This file may itself run as part of a bundle, somewhere below the repository. */
function repository(directory: string): string {
  if (existsSync(join(directory, 'tsconfig.json'))) return directory;
  if (dirname(directory) === directory) throw new Error('this does not run in a clone of the repository');
  return repository(dirname(directory));
}
