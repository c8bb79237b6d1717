import { once } from 'node:events';
import type { Command } from 'commander';
import { pino } from 'pino';
import { startAgent } from '../agent/agent.ts';
import { loadConfig } from '../config/config.ts';
import { startServer } from '../server/server.ts';
import { serving } from './server.ts';
import { stopSignal } from './stop-signal.ts';

/** `tapline up`: server and agent of one machine in one process. */
export function addUp(program: Command): void {
  program
    .command('up')
    .description('server and agent together, for a network on one machine')
    .option('--config <file>', 'configuration file')
    .action(async (options: { config?: string }) => {
      const config = loadConfig(options.config === undefined ? {} : { file: options.config });
      const stop = stopSignal();
      await using server = await startServer(config);
      const local = { ...config, agent: { ...config.agent, server: server.url, token_file: '' } };
      await using _agent = await startAgent(local, { logger: pino({ level: config.log_level }) });
      console.log(serving(config, server.url));
      if (!stop.aborted) await once(stop, 'abort');
    });
}
