import type { Command } from 'commander';
import { defaultLabName, labDirectory } from '../lab/demo/demo-directory.ts';
import { requireRoot } from './lab.ts';
import { stopSignal } from './stop-signal.ts';

/** `tapline demo`: the whole picture on this machine. */
export function addDemo(program: Command): void {
  program
    .command('demo')
    .description('bring up the whole picture from real parts on this machine, prove it, and stay up until Ctrl-C')
    .option('--check', 'end after the proofs, with 0 only when all of them hold')
    .option('--name <name>', 'name of the lab', defaultLabName)
    .action(async (options: { check?: boolean; name: string }) => {
      requireRoot('the demo');
      const { runDemo } = await import('../lab/demo/demo.ts');
      const holds = await runDemo({
        tapline: [process.execPath, process.argv[1] ?? ''],
        name: options.name,
        directory: labDirectory(options.name),
        check: options.check ?? false,
        signal: stopSignal(),
        write: (line) => console.log(line),
      });
      if (!holds) process.exitCode = 1;
    });
}
