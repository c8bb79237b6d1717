/** A network namespace of a test's own. */
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';

export class ScratchNetns implements Disposable {
  readonly name = `tlcompile-${randomBytes(4).toString('hex')}`;

  constructor() {
    execFileSync('ip', ['netns', 'add', this.name]);
  }

  /** Runs a program in the namespace. Throws with what it said where it fails. */
  run(program: string, args: readonly string[], input = ''): string {
    const ran = spawnSync('ip', ['netns', 'exec', this.name, program, ...args], {
      input,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    if (ran.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${ran.stderr}`);
    return ran.stdout;
  }

  [Symbol.dispose](): void {
    execFileSync('ip', ['netns', 'del', this.name]);
  }
}
