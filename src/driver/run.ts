/** Running the tools: argument arrays and standard input, never a shell string. */
import { spawn } from 'node:child_process';

/** A tool that did not do what it was asked. The message has the tool's own words. */
export class ToolFailed extends Error {
  override readonly name = 'ToolFailed';
  readonly program: string;
  /** Null where it was ended by a signal or never started. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;

  constructor(
    argv: readonly string[],
    exitCode: number | null,
    output: { readonly stdout: string; readonly stderr: string },
    cause?: unknown,
  ) {
    const { stdout, stderr } = output;
    const said = stderr.trim() || (cause instanceof Error ? cause.message : `exit code ${exitCode}`);
    super(`${argv.slice(0, 6).join(' ')}: ${said}`, { cause });
    this.program = argv[0] ?? '';
    this.exitCode = exitCode;
    this.stdout = stdout;
    this.stderr = stderr;
  }
}

export interface RunOptions {
  readonly input?: string;
  /** The host's own namespace where empty or absent. */
  readonly namespace?: string;
  /** Beside the process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the tool and fails; default 30 s. */
  readonly timeoutMs?: number;
  /** Exit codes that are no failure, beside 0. */
  readonly accept?: readonly number[];
}

/** Runs a program to its end and gives its standard output. Throws `ToolFailed`. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const argv = inNamespace(options.namespace, [program, ...args]);
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0] ?? '', argv.slice(1), {
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      env: toolEnvironment(options.env),
      timeout: options.timeoutMs ?? 30_000,
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', (cause) => reject(new ToolFailed(argv, null, { stdout: '', stderr: '' }, cause)));
    child.on('close', (code) => {
      const stdout = Buffer.concat(out).toString();
      if (code === 0 || (code !== null && options.accept?.includes(code))) resolve(stdout);
      else reject(new ToolFailed(argv, code, { stdout, stderr: Buffer.concat(err).toString() }));
    });
    // A tool that gives up early closes its input; its exit code says why.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input);
  });
}

/** The command line that runs another one in a network namespace. */
export function inNamespace(namespace: string | undefined, argv: readonly string[]): readonly string[] {
  return namespace ? ['ip', 'netns', 'exec', namespace, ...argv] : argv;
}

/** The tools stand in directories that not every service manager has in its path, and must speak English. */
export function toolEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PATH: `/usr/local/sbin:/usr/sbin:/sbin:${process.env['PATH'] ?? '/usr/bin:/bin'}`,
    LC_ALL: 'C',
    ...extra,
  };
}

/** Does something for every item, at most so many at a time, and keeps the order of the results. */
export async function eachAtMost<Item, Result>(
  limit: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = new Array(items.length);
  const pending = items.entries();
  const worker = async () => {
    for (const [index, item] of pending) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
