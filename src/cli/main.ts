/** The `tapline` command. One file a command; each loads what it needs when it runs, so that the small ones start fast. */
import { Command } from 'commander';
import { addAgent } from './agent.ts';
import { addConfig } from './config.ts';
import { addDemo } from './demo.ts';
import { addLab } from './lab.ts';
import { addOpenrc } from './openrc.ts';
import { addPlug } from './plug.ts';
import { reportError } from './report-error.ts';

const program = new Command('tapline')
  .description('the network of an OpenStack cloud, run by one person with one command, that explains itself')
  .enablePositionalOptions()
  .showHelpAfterError('(see tapline --help)');

addDemo(program);
addAgent(program);
addLab(program);
addPlug(program);
addOpenrc(program);
addConfig(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportError(error);
}
