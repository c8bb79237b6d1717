/** Where the distribution keeps PostgreSQL's programs. */
import { execFile } from 'node:child_process';
import { access, constants, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What Debian and its kin use: a directory a major version. */
const versionsDirectory = '/usr/lib/postgresql';
const oldestMajor = 15;

/**
 * The directory that holds `initdb` and `postgres` of the given major version, or of the newest one, at least 15. Throws
 * with what to install when there is none.
 */
export async function findPostgresBinaries(major?: number): Promise<string> {
  const versions = await readdir(versionsDirectory).catch(() => []);
  const wanted = versions
    .map(Number)
    .filter((version) => (major === undefined ? version >= oldestMajor : version === major))
    .sort((a, b) => b - a);
  for (const version of wanted) {
    const directory = join(versionsDirectory, String(version), 'bin');
    if (await holdsServer(directory)) return directory;
  }
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    if (directory === '' || !(await holdsServer(directory))) continue;
    const version = await majorVersion(directory);
    if (major === undefined ? version >= oldestMajor : version === major) return directory;
  }
  throw new Error(
    `PostgreSQL ${major ?? `${oldestMajor} or newer`} is not installed: apt-get install postgresql-${major ?? oldestMajor}, or set database.url`,
  );
}

async function holdsServer(directory: string): Promise<boolean> {
  const found = ['initdb', 'postgres'].map((name) => access(join(directory, name), constants.X_OK));
  return (await Promise.allSettled(found)).every((result) => result.status === 'fulfilled');
}

async function majorVersion(directory: string): Promise<number> {
  const { stdout } = await run(join(directory, 'postgres'), ['--version']);
  return Number(/ (\d+)/.exec(stdout)?.[1] ?? 0);
}
