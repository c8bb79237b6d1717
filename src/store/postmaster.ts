/** One running PostgreSQL of ours: started, or found still running, and stopped. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processDirectory, processesIn, processStart } from './process-identity.ts';
import type { RunAs } from './run-as.ts';

const pollMs = 5;
const startTimeoutMs = 60_000;
const stopTimeoutMs = 60_000;

/** Small machine, safe data: `fsync` and `synchronous_commit` stay on. */
const settings: Readonly<Record<string, string>> = {
  listen_addresses: '',
  port: '5432',
  unix_socket_permissions: '0700',
  max_connections: '60',
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  jit: 'off',
  max_parallel_workers_per_gather: '0',
  idle_in_transaction_session_timeout: '60s',
  log_min_messages: 'warning',
  log_line_prefix: '%m [%p] ',
  timezone: 'UTC',
};

export interface PostmasterOptions {
  readonly binaries: string;
  readonly dataDirectory: string;
  readonly socketDirectory: string;
  readonly logFile: string;
  readonly user: RunAs;
  readonly extraSettings?: Readonly<Record<string, string>>;
}

/** Starts PostgreSQL, or finds that of a previous life of this process, and returns its pid once it takes connections. */
export async function startPostmaster(options: PostmasterOptions): Promise<number> {
  const left = await runningPostmaster(options.dataDirectory);
  if (left !== null) {
    if (left.socketDirectory === options.socketDirectory && (await becomesReady(options.dataDirectory, left.pid))) {
      return left.pid;
    }
    await stopPostmaster(left.pid);
  }
  await removeStaleLocks(options);
  const pid = launch(options);
  if (await becomesReady(options.dataDirectory, pid)) return pid;
  const log = await readFile(options.logFile, 'utf8').catch(() => '');
  throw new Error(`PostgreSQL did not start; end of ${options.logFile}:\n${log.slice(-2_000)}`);
}

/** Fast shutdown: open transactions are rolled back, committed ones are on disk. */
export async function stopPostmaster(pid: number): Promise<void> {
  const start = await processStart(pid);
  if (start === null) return;
  try {
    process.kill(pid, 'SIGINT');
  } catch {
    return;
  }
  const deadline = performance.now() + stopTimeoutMs;
  while ((await processStart(pid)) === start) {
    if (performance.now() > deadline)
      throw new Error(`PostgreSQL (pid ${pid}) did not stop within ${stopTimeoutMs} ms`);
    await delay(pollMs);
  }
}

/**
 * PostgreSQL takes any process with the number in its lock file for its own, also a zombie that nobody reaps and one that
 * got the number after a reboot. Removed only once nothing works on the data: backends may outlive their postmaster.
 */
async function removeStaleLocks(options: PostmasterOptions): Promise<void> {
  if ((await pidFile(options.dataDirectory)) === null) return;
  const directory = await realpath(options.dataDirectory);
  const deadline = performance.now() + stopTimeoutMs;
  for (let left = await processesIn(directory); left.length > 0; left = await processesIn(directory)) {
    if (performance.now() > deadline) throw new Error(`processes ${left.join(', ')} still work on ${directory}`);
    await delay(20);
  }
  await rm(join(options.dataDirectory, 'postmaster.pid'), { force: true });
  await rm(join(options.socketDirectory, '.s.PGSQL.5432.lock'), { force: true });
}

function launch(options: PostmasterOptions): number {
  const all = { ...settings, unix_socket_directories: options.socketDirectory, ...options.extraSettings };
  const log = openSync(options.logFile, 'a', 0o600);
  try {
    // A session of its own: Ctrl-C in the terminal must reach us, who then stop it after our last transaction.
    const child = spawn(
      join(options.binaries, 'postgres'),
      ['-D', options.dataDirectory, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      {
        ...options.user,
        cwd: options.dataDirectory,
        detached: true,
        stdio: ['ignore', log, log],
        env: { LC_ALL: 'C' },
      },
    );
    child.on('error', () => undefined);
    child.unref();
    if (child.pid === undefined) throw new Error(`cannot run ${options.binaries}/postgres`);
    return child.pid;
  } finally {
    closeSync(log);
  }
}

async function becomesReady(dataDirectory: string, pid: number): Promise<boolean> {
  const deadline = performance.now() + startTimeoutMs;
  while (performance.now() < deadline) {
    const lines = await pidFile(dataDirectory);
    if (Number(lines?.[0]) === pid && lines?.[7]?.trim() === 'ready') return true;
    if (lines?.[7]?.trim() === 'stopping' && Number(lines[0]) === pid) return false;
    if ((await processStart(pid)) === null) return false;
    await delay(pollMs);
  }
  return false;
}

/** The PostgreSQL that works on these data, if any. A stale `postmaster.pid` may name a process of someone else. */
export async function runningPostmaster(
  dataDirectory: string,
): Promise<{ readonly pid: number; readonly socketDirectory: string } | null> {
  const lines = await pidFile(dataDirectory);
  const pid = Number(lines?.[0]);
  if (!Number.isInteger(pid) || pid <= 0 || (await processStart(pid)) === null) return null;
  if ((await processDirectory(pid)) !== (await realpath(dataDirectory))) return null;
  return { pid, socketDirectory: lines?.[4] ?? '' };
}

async function pidFile(dataDirectory: string): Promise<readonly string[] | null> {
  const text = await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8').catch(() => null);
  return text?.split('\n') ?? null;
}
