// Running things one after the other, and saying so.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What a person can do something about: shown without a stack. */
export class Failed extends Error {}

export const note = (text) => console.log(text);

/** Says what is done and how long it took. */
export async function step(name, work) {
  const start = Date.now();
  const result = await work();
  note(`✓ ${`${((Date.now() - start) / 1000).toFixed(1)} s`.padStart(7)}  ${name}`);
  return result;
}

/**
 * Runs a program in the repository with this terminal, and returns its exit code. Throws `Failed` when that is not 0, unless
 * `allowFailure`. With `onLine` its output is not shown but given line by line, and shown after all when it fails. `input` is
 * written to its standard input.
 */
export function run(argv, { allowFailure = false, onLine, env = {}, cwd = root, input } = {}) {
  const [program, ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: [input === undefined ? 'inherit' : 'pipe', ...(onLine ? ['pipe', 'pipe'] : ['inherit', 'inherit'])],
    });
    child.stdin?.end(input);
    let said = '';
    let rest = '';
    const hear = (text) => {
      said += text;
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    };
    child.stdout?.setEncoding('utf8').on('data', hear);
    child.stderr?.setEncoding('utf8').on('data', hear);
    child.on('error', (error) => reject(new Failed(`cannot run ${program}: ${error.message}`)));
    child.on('close', (code, signal) => {
      const status = code ?? (signal === 'SIGINT' ? 130 : 143);
      if (status === 0 || allowFailure) resolve(status);
      else reject(new Failed(`${said}\n${argv.join(' ')}: exit ${status}`));
    });
  });
}

/** Runs a script of this repository, or of its packages, with this Node. */
export const node = (args, options) => run([process.execPath, ...args], options);

/** Format and lint, types, arrows between the rooms, dead code. Returns the names of those that failed. */
export async function staticChecks() {
  const checks = {
    'biome check': [join('node_modules', '@biomejs', 'biome', 'bin', 'biome'), 'check', '.'],
    tsc: [join('node_modules', 'typescript', 'bin', 'tsc'), '-p', '.'],
    depcruise: [join('node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs'), 'src'],
    knip: [join('node_modules', 'knip', 'bin', 'knip.js')],
  };
  const failed = [];
  for (const [name, args] of Object.entries(checks)) {
    const start = Date.now();
    const lines = [];
    const code = await node(args, { allowFailure: true, onLine: (line) => lines.push(line) });
    const time = `${((Date.now() - start) / 1000).toFixed(1)} s`.padStart(7);
    note(`${code === 0 ? '✓' : '✗'} ${time}  ${name}`);
    if (code === 0) continue;
    note(lines.join('\n'));
    failed.push(name);
  }
  return failed;
}
