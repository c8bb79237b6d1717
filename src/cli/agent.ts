import { once } from 'node:events';
import type { Command } from 'commander';
import { pino } from 'pino';
import { startAgent } from '../agent/agent.ts';
import { askAgent } from '../agent/control.ts';
import { loadConfig } from '../config/config.ts';
import { stopSignal } from './stop-signal.ts';

interface AgentCommandOptions {
  readonly config?: string;
}

/** `tapline agent`: wires this host until it is told to stop. The network stays as it is when it stops. */
export function addAgent(program: Command): void {
  const configOf = (options: AgentCommandOptions) =>
    loadConfig(options.config === undefined ? {} : { file: options.config });
  const agent = program
    .command('agent')
    .description('wire this host as the server says')
    .option('--config <file>', 'configuration file')
    .action(async (options: AgentCommandOptions) => {
      const config = configOf(options);
      const stop = stopSignal();
      await using _agent = await startAgent(config, { logger: pino({ level: config.log_level }) });
      if (!stop.aborted) await once(stop, 'abort');
    });
  agent
    .command('status')
    .description('what the agent of this host is doing')
    .option('--config <file>', 'configuration file')
    .action(async (options: AgentCommandOptions) => {
      console.log(JSON.stringify(await askAgent(configOf(options), { op: 'status' }), null, 2));
    });
}
