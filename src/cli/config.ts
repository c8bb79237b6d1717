import type { Command } from 'commander';
import { stringify } from 'smol-toml';
import { type Config, loadConfig } from '../config/config.ts';

/** `tapline config`: the configuration that is in force, and whether it is right. */
export function addConfig(program: Command): void {
  program
    .command('config')
    .description('check the configuration and print it as it is in force, without secrets')
    .option('--config <file>', 'configuration file')
    .action((options: { config?: string }) => {
      process.stdout.write(stringify(withoutSecrets(loadConfig(options.config ? { file: options.config } : {}))));
    });
}

/** Secrets are the password inside `database.url` and that of the user who validates tokens. */
export function withoutSecrets(config: Config): Config {
  const url = config.database.url
    .replace(/^([a-z]+:\/\/[^:@/]*):[^@]*@/, '$1:…@')
    .replace(/([?&]password=)[^&]*/, '$1…');
  const password = config.identity.password === '' ? '' : '…';
  return { ...config, database: { ...config.database, url }, identity: { ...config.identity, password } };
}
