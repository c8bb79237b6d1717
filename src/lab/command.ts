/** Running a program to its end. Argument arrays only; nothing here knows of hosts. */
import { spawn } from 'node:child_process';

export interface CommandOptions {
  /** Written to standard input, which is then closed. */
  readonly input?: string;
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** The program is killed after this time and the command fails. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface Finished {
  /** 128 + n when signal n ended the program, as a shell says it; 127 when there is no such program. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that did not end with 0. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  readonly argv: readonly string[];
  readonly finished: Finished;

  constructor(argv: readonly string[], finished: Finished) {
    const said = (finished.stderr.trim() || finished.stdout.trim()).split('\n').slice(-5).join('\n');
    super(`${argv.join(' ')}: exit ${finished.exitCode}${said === '' ? '' : `: ${said}`}`);
    this.argv = argv;
    this.finished = finished;
  }
}

/** Runs a program and returns how it ended, whatever that is. */
export function tryCommand(argv: readonly string[], options: CommandOptions = {}): Promise<Finished> {
  const [program = '', ...args] = argv;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: options.env === undefined ? process.env : { ...process.env, ...options.env },
      ...(options.signal && { signal: options.signal }),
      ...(options.timeoutMs !== undefined && { timeout: options.timeoutMs, killSignal: 'SIGKILL' as const }),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      resolve({ exitCode: error.code === 'ENOENT' ? 127 : 126, stdout, stderr: stderr || error.message });
    });
    // `exit` and not `close`: a daemon that the program left behind may hold the pipes.
    child.on('exit', (code, signal) => {
      const exitCode = code ?? 128 + (signal === 'SIGKILL' ? 9 : signal === 'SIGTERM' ? 15 : 1);
      const done = () => resolve({ exitCode, stdout, stderr });
      child.on('close', done);
      setTimeout(done, 250).unref();
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}

/** Runs a program. Throws `CommandFailed` unless it ends with 0. */
export async function command(argv: readonly string[], options: CommandOptions = {}): Promise<Finished> {
  const finished = await tryCommand(argv, options);
  if (finished.exitCode !== 0) throw new CommandFailed(argv, finished);
  return finished;
}
