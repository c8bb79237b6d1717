/** The server and the agents of the demo: the `tapline` command run inside the lab, each with its log. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'smol-toml';
import type { LabMember } from '../lab-member.ts';

/** How to run `tapline`: Node and the bundled file. */
export type TaplineCommand = readonly string[];

export interface Service extends AsyncDisposable {
  readonly name: string;
  readonly logFile: string;
  /** Why it runs no longer, with the end of its log; undefined while it does. */
  death(): string | undefined;
}

export interface ServiceOptions {
  readonly member: LabMember;
  readonly kind: 'server' | 'agent';
  readonly tapline: TaplineCommand;
  /** Written to `tapline.toml` in the member's directory. */
  readonly config: Readonly<Record<string, unknown>>;
  /** A listening socket that is handed over as file descriptor 3, as a service manager does (sd_listen_fds(3)). */
  readonly socketFd?: number;
}

export function startService(options: ServiceOptions): Service {
  const { member, kind, tapline } = options;
  const configFile = join(member.directory, 'tapline.toml');
  const logFile = join(member.directory, `${kind}.log`);
  writeFileSync(configFile, stringify(options.config));
  const log = openSync(logFile, 'a');
  const child = member.spawn([...tapline, kind], {
    // A group of its own, so that Ctrl-C reaches the demo alone, which ends things in order.
    detached: true,
    stdio: ['ignore', log, log, ...(options.socketFd === undefined ? [] : [options.socketFd])],
    env: { ...process.env, TAPLINE_CONFIG: configFile, ...(options.socketFd !== undefined && { LISTEN_FDS: '1' }) },
  });
  closeSync(log);
  child.on('error', () => undefined);
  const name = kind === 'server' ? 'server' : `agent on ${member.name}`;
  return {
    name,
    logFile,
    death() {
      if (child.exitCode === null && child.signalCode === null) return undefined;
      const end = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-15).join('\n');
      return `the ${name} ended (${child.exitCode ?? child.signalCode}); its log ${logFile} ends with:\n${end}`;
    },
    [Symbol.asyncDispose]: () => stop(child),
  };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), 8000);
  await ended;
  clearTimeout(kill);
}
