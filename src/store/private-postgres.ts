/**
 * Tapline's own PostgreSQL: a cluster in the state directory, on a unix socket that only its user and root can enter.
 *
 * `<state_directory>/postgres` holds `data`, `log`, `owner` (which Tapline uses it) and the socket.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, chown, lstat, mkdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { findPostgresBinaries } from './postgres-binaries.ts';
import { startPostmaster, stopPostmaster } from './postmaster.ts';
import { processStart } from './process-identity.ts';
import { checkReachable, type RunAs, runAs } from './run-as.ts';

const run = promisify(execFile);

/** Role and database of the cluster. */
const name = 'tapline';
/** `sun_path` holds 108 bytes with its zero; `/.s.PGSQL.5432` is 14 of them. */
const longestSocketDirectory = 107 - 14;
const largestLogBytes = 8_000_000;
const watchMs = 500;

export interface PrivatePostgres extends AsyncDisposable {
  readonly connection: pg.ClientConfig;
  /** Process id of the running postmaster. */
  readonly pid: number;
}

export interface PrivatePostgresOptions {
  readonly stateDirectory: string;
  /** The user it runs as when this process is root. */
  readonly user: string;
  readonly extraSettings?: Readonly<Record<string, string>>;
}

/**
 * Makes the cluster where there is none, starts it, and keeps it running until disposed of. Throws, saying what to do, when
 * PostgreSQL is not installed, its user is missing or locked out, or another Tapline uses the directory.
 */
export async function openPrivatePostgres(options: PrivatePostgresOptions): Promise<PrivatePostgres> {
  const user = await runAs(options.user);
  const home = join(options.stateDirectory, 'postgres');
  await mkdir(options.stateDirectory, { recursive: true, mode: 0o711 });
  // The state directory is ours, and its secrets are files of mode 0600: the database's user may pass through it.
  if (user.uid !== undefined)
    await chmod(options.stateDirectory, ((await stat(options.stateDirectory)).mode & 0o777) | 0o011);
  await ownDirectory(home, user);
  await checkReachable(join(home, 'data'), user);
  const ownerFile = join(home, 'owner');
  await claim(ownerFile, options.stateDirectory);
  try {
    return await runCluster(home, user, ownerFile, options.extraSettings);
  } catch (error) {
    await rm(ownerFile, { force: true });
    throw error;
  }
}

async function runCluster(
  home: string,
  user: RunAs,
  ownerFile: string,
  extraSettings: Readonly<Record<string, string>> = {},
): Promise<PrivatePostgres> {
  const dataDirectory = join(home, 'data');
  const major = await readFile(join(dataDirectory, 'PG_VERSION'), 'utf8').catch(() => null);
  const binaries = await findPostgresBinaries(major === null ? undefined : Number(major));
  if (major === null) await makeCluster(binaries, dataDirectory, user);
  const logFile = join(home, 'log');
  if (((await stat(logFile).catch(() => null))?.size ?? 0) > largestLogBytes) await truncate(logFile);
  const socketDirectory = await chooseSocketDirectory(home, user);
  const start = () => startPostmaster({ binaries, dataDirectory, socketDirectory, logFile, user, extraSettings });
  const connection: pg.ClientConfig = { host: socketDirectory, port: 5432, user: name, database: name };
  let pid = await start();
  await makeDatabase(connection);

  // The kernel may kill it for memory: whoever queries then gets errors, and soon answers again.
  let starting: Promise<void> | undefined;
  const startAgain = async (): Promise<void> => {
    try {
      if ((await processStart(pid)) === null) pid = await start();
    } catch {
      // Tried again at the next tick; until then every query fails with the reason.
    } finally {
      starting = undefined;
    }
  };
  const watch = setInterval(() => {
    starting ??= startAgain();
  }, watchMs);
  watch.unref();
  return {
    connection,
    get pid() {
      return pid;
    },
    [Symbol.asyncDispose]: async () => {
      clearInterval(watch);
      await starting;
      await stopPostmaster(pid);
      await rm(ownerFile, { force: true });
    },
  };
}

/** Two servers on one private cluster would stop it under each other. */
async function claim(ownerFile: string, stateDirectory: string): Promise<void> {
  const [pid, start] = (await readFile(ownerFile, 'utf8').catch(() => '')).split(' ');
  if (pid !== undefined && pid !== '' && (await processStart(Number(pid))) === start) {
    throw new Error(`${stateDirectory} is in use by the Tapline with process id ${pid}`);
  }
  await writeFile(ownerFile, `${process.pid} ${await processStart(process.pid)}`, { mode: 0o600 });
}

/** `initdb` beside the final place and a rename: an interrupted one leaves no half cluster. */
async function makeCluster(binaries: string, dataDirectory: string, user: RunAs): Promise<void> {
  const unfinished = `${dataDirectory}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  const argv = ['-D', unfinished, '-U', name, '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-instructions'];
  await run(join(binaries, 'initdb'), argv, { ...user, cwd: '/', env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' } });
  await rename(unfinished, dataDirectory);
}

async function makeDatabase(connection: pg.ClientConfig): Promise<void> {
  const client = new pg.Client({ ...connection, database: 'postgres' });
  await client.connect();
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (found.rows.length === 0) await client.query(`CREATE DATABASE ${name}`);
  } finally {
    await client.end();
  }
}

async function chooseSocketDirectory(home: string, user: RunAs): Promise<string> {
  if (Buffer.byteLength(home) <= longestSocketDirectory) return home;
  const base = process.getuid?.() === 0 ? '/run' : '/tmp';
  const short = `${base}/tapline-${createHash('sha256').update(home).digest('hex').slice(0, 16)}`;
  await ownDirectory(short, user);
  return short;
}

/** A directory of mode 0700 that belongs to the user; throws when someone else's stands in its place. */
async function ownDirectory(path: string, user: RunAs): Promise<void> {
  await mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const found = await lstat(path);
  const self = process.getuid?.() ?? 0;
  if (!found.isDirectory() || (found.uid !== self && found.uid !== user.uid)) {
    throw new Error(`${path} is not a directory of Tapline's`);
  }
  await chmod(path, 0o700);
  if (user.uid !== undefined && user.gid !== undefined) await chown(path, user.uid, user.gid);
}
