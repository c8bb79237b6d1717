/**
 * Processes of ours with the files they read: written at once, started in their namespace, found again by their command
 * line, whoever started them. They outlive the agent.
 *
 * A daemon's directory is the one of its pid file (`--pid-file`), `STATE_DIRECTORY/dhcp/ID`; its key is `dnsmasq:ID`.
 */
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Daemon, ROOT } from '../host/host-state.ts';
import { run } from './run.ts';

/** What a daemon itself writes into its directory. */
const WRITTEN_BY_DAEMON = new Set(['pid', 'leases', 'log']);

/** All daemons of this state directory: those that run, and those of which only the files are left. */
export function readDaemons(stateDirectory: string): Readonly<Record<string, Daemon>> {
  const daemons: Record<string, Daemon> = {};
  const directory = join(stateDirectory, 'dhcp');
  for (const id of list(directory)) {
    const files = readFiles(join(directory, id));
    daemons[`dnsmasq:${id}`] = { kind: 'dnsmasq', namespace: ROOT, argv: [], files };
  }
  const namespaces = namespacesByInode();
  for (const pid of list('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const argv = commandLine(Number(pid));
    const pidFile = pidFileOf(argv);
    if (pidFile === undefined || dirname(dirname(pidFile)) !== directory) continue;
    const namespace = namespaces.get(inode(`/proc/${pid}/ns/net`) ?? -1);
    daemons[`dnsmasq:${basename(dirname(pidFile))}`] = {
      kind: 'dnsmasq',
      namespace: namespace ?? '(gone)',
      argv,
      files: readFiles(dirname(pidFile)),
      pid: Number(pid),
    };
  }
  return daemons;
}

/** Whether the daemon's process is still that daemon. */
export function isRunning(daemon: Daemon): boolean {
  if (daemon.pid === undefined) return false;
  const argv = commandLine(daemon.pid);
  return argv.length === daemon.argv.length && argv.every((word, index) => word === daemon.argv[index]);
}

/** Writes the files and starts the process. Throws `ToolFailed` with what the daemon said. */
export async function startDaemon(daemon: Daemon): Promise<void> {
  writeFiles(daemon);
  const pidFile = pidFileOf(daemon.argv);
  if (pidFile !== undefined) makeDirectory(dirname(pidFile));
  const [program = '', ...args] = daemon.argv;
  await run(program, args, { namespace: daemon.namespace });
}

/** Writes the files and has the process read them again (SIGHUP). */
export function reloadDaemon(daemon: Daemon, has: Daemon): void {
  writeFiles(daemon);
  if (has.pid !== undefined && isRunning(has)) process.kill(has.pid, 'SIGHUP');
}

/** Ends the process and waits for its end; its files stay. */
export async function stopDaemon(daemon: Daemon): Promise<void> {
  const { pid } = daemon;
  if (pid === undefined) return;
  for (let waitedMs = 0; isRunning(daemon); waitedMs += 10) {
    if (waitedMs === 0) process.kill(pid, 'SIGTERM');
    if (waitedMs === 2000) process.kill(pid, 'SIGKILL');
    if (waitedMs > 4000) throw new Error(`process ${pid} (${daemon.argv[0]}) would not end`);
    await sleep(10);
  }
}

/** Ends the process and takes its directory away. */
export async function removeDaemon(stateDirectory: string, id: string, daemon: Daemon): Promise<void> {
  await stopDaemon(daemon);
  const name = id.slice(id.indexOf(':') + 1);
  rmSync(join(stateDirectory, 'dhcp', name), { recursive: true, force: true });
}

/** Each file at once, so that a daemon never reads half of one; readable by the user that the daemon becomes. */
function writeFiles(daemon: Daemon): void {
  for (const [path, content] of Object.entries(daemon.files)) {
    if (readText(path) === content) continue;
    makeDirectory(dirname(path));
    writeFileSync(`${path}.new`, content, { mode: 0o644 });
    renameSync(`${path}.new`, path);
  }
}

function makeDirectory(path: string): void {
  if (mkdirSync(path, { recursive: true, mode: 0o755 }) !== undefined) chmodSync(path, 0o755);
}

function readFiles(directory: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    list(directory).flatMap((name) => {
      const path = join(directory, name);
      const content = WRITTEN_BY_DAEMON.has(name) || name.endsWith('.new') ? undefined : readText(path);
      return content === undefined ? [] : [[path, content]];
    }),
  );
}

function pidFileOf(argv: readonly string[]): string | undefined {
  if (basename(argv[0] ?? '') !== 'dnsmasq') return undefined;
  return argv.find((word) => word.startsWith('--pid-file='))?.slice('--pid-file='.length);
}

function commandLine(pid: number): readonly string[] {
  return (readText(`/proc/${pid}/cmdline`) ?? '').split('\0').slice(0, -1);
}

function namespacesByInode(): ReadonlyMap<number, string> {
  const named = list('/run/netns').map((name) => [inode(`/run/netns/${name}`) ?? -2, name] as const);
  return new Map([...named, [inode('/proc/self/ns/net') ?? -3, ROOT] as const]);
}

function inode(path: string): number | undefined {
  try {
    return statSync(path).ino;
  } catch {
    return undefined;
  }
}

function list(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
