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

/** The password inside `database.url` is the only secret that a configuration can hold. */
export function withoutSecrets(config: Config): Config {
  const url = config.database.url
    .replace(/^([a-z]+:\/\/[^:@/]*):[^@]*@/, '$1:…@')
    .replace(/([?&]password=)[^&]*/, '$1…');
  return { ...config, database: { ...config.database, url } };
}
