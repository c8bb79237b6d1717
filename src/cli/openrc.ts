import type { Command } from 'commander';
import { loadConfig } from '../config/config.ts';
import { adminCredentials, clientConfig } from './target.ts';

/** `tapline openrc`: the environment that `openstack` and every other client wants. */
export function addOpenrc(program: Command): void {
  program
    .command('openrc')
    .description('print the OS_* variables of the bootstrap admin, for eval "$(tapline openrc)"')
    .option('--config <file>', 'configuration file')
    .option('--state <directory>', "the server's state directory, instead of the configured one")
    .action((options: { config?: string; state?: string }) => {
      const config = options.config === undefined ? clientConfig(undefined) : loadConfig({ file: options.config });
      const admin = adminCredentials(options.state ? { ...config, state_directory: options.state } : config);
      const variables = {
        OS_AUTH_URL: admin.authUrl,
        OS_USERNAME: admin.username,
        OS_PASSWORD: admin.password,
        OS_PROJECT_NAME: admin.projectName,
        OS_USER_DOMAIN_NAME: admin.userDomainName,
        OS_PROJECT_DOMAIN_NAME: admin.projectDomainName,
        OS_REGION_NAME: admin.regionName,
        OS_IDENTITY_API_VERSION: '3',
        OS_INTERFACE: 'public',
      };
      for (const [name, value] of Object.entries(variables)) console.log(`export ${name}=${shellQuoted(value)}`);
    });
}

/** In single quotes, as a POSIX shell reads back unchanged. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
