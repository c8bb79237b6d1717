import { once } from 'node:events';
import type { Command } from 'commander';
import { type Config, loadConfig } from '../config/config.ts';
import { startServer } from '../server/server.ts';
import { stopSignal } from './stop-signal.ts';

/** `tapline server`: the API, identity and the agents' channel, until it is told to stop. */
export function addServer(program: Command): void {
  program
    .command('server')
    .description('serve the API, and tell the agents what concerns them')
    .option('--config <file>', 'configuration file')
    .action(async (options: { config?: string }) => {
      const config = loadConfig(options.config === undefined ? {} : { file: options.config });
      const stop = stopSignal();
      await using server = await startServer(config);
      console.log(serving(config, server.url));
      if (!stop.aborted) await once(stop, 'abort');
    });
}

/** What a person wants to know when the server is up. */
export function serving(config: Config, url: string): string {
  const credentials =
    config.identity.url === '' ? `tapline openrc --state ${config.state_directory}` : `of ${config.identity.url}`;
  return `tapline serves ${url}; credentials: ${credentials}`;
}
