/** The `tapline` command: one file a command. */
import { Command } from 'commander';
import { version } from '../config/version.ts';
import { addAgent } from './agent.ts';
import { addCheck } from './check.ts';
import { addCollect } from './collect.ts';
import { addConfig } from './config.ts';
import { addDemo } from './demo.ts';
import { addExplain } from './explain.ts';
import { addLab } from './lab.ts';
import { addOpenapi } from './openapi.ts';
import { addOpenrc } from './openrc.ts';
import { addPlug } from './plug.ts';
import { reportError } from './report-error.ts';
import { addServer } from './server.ts';
import { addTrace } from './trace.ts';
import { addUp } from './up.ts';

const program = new Command('tapline')
  .version(version)
  .description('the network of an OpenStack cloud, run by one person with one command, that explains itself')
  .enablePositionalOptions()
  .showHelpAfterError('(see tapline --help)');

for (const add of [
  addServer,
  addAgent,
  addUp,
  addTrace,
  addExplain,
  addCollect,
  addCheck,
  addPlug,
  addOpenrc,
  addOpenapi,
  addConfig,
  addLab,
  addDemo,
])
  add(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportError(error);
}
