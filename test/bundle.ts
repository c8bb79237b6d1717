import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { command } from '../src/lab/command.ts';

/** Makes one file out of a TypeScript program of this repository, so that it runs anywhere by node alone. */
export async function bundle(entry: string, outfile: string): Promise<void> {
  const root = repository(dirname(fileURLToPath(import.meta.url)));
  await command([
    ...[join(root, 'node_modules/.bin/esbuild'), join(root, entry), `--outfile=${outfile}`],
    ...['--bundle', '--platform=node', '--target=node20', '--format=esm', '--sourcemap=inline', '--log-level=warning'],
    "--banner:js=import{createRequire as __r}from'node:module';const require=__r(import.meta.url);",
  ]);
}

/** This file may itself run as part of a bundle, somewhere below the repository. */
function repository(directory: string): string {
  if (existsSync(join(directory, 'tsconfig.json'))) return directory;
  if (dirname(directory) === directory) throw new Error('this does not run in a clone of the repository');
  return repository(dirname(directory));
}
