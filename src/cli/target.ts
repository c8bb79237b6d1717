/** Which server a command asks, and as whom. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiClient, type Credentials } from '../client/api-client.ts';
import { type Config, loadConfig } from '../config/config.ts';
import { defaultLabDirectory } from '../lab/demo/demo-directory.ts';

/** Where a running demo leaves the configuration of its clients. */
const demoConfig = join(defaultLabDirectory, 'tapline.toml');

/**
 * The configuration that a client command goes by: the one that is named, else the machine's, else that of a running demo,
 * so that `tapline trace web1 8.8.8.8` just works beside it.
 */
export function clientConfig(file: string | undefined): Config {
  const named = file ?? process.env['TAPLINE_CONFIG'];
  if (named === undefined && !existsSync('/etc/tapline/tapline.toml') && existsSync(demoConfig)) {
    return loadConfig({ file: demoConfig });
  }
  return loadConfig(named === undefined ? {} : { file: named });
}

/** The bootstrap admin of a server whose state directory can be read. Throws when its password cannot. */
export function adminCredentials(config: Config): Credentials & { readonly regionName: string } {
  const file = join(config.state_directory, 'admin-password');
  let password: string;
  try {
    password = readFileSync(file, 'utf8').trim();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : '';
    const hint =
      code === 'EACCES'
        ? 'only its owner may read it: run this as that user'
        : 'no server has run with this state directory: start `tapline server`, or name its directory with --state';
    throw new Error(`cannot read ${file}: ${hint}`, { cause });
  }
  const base = config.api.public_url || `http://${reachable(config.api.listen)}`;
  return {
    authUrl: `${base.replace(/\/+$/, '')}/identity/v3`,
    username: 'admin',
    password,
    projectName: 'admin',
    userDomainName: 'Default',
    projectDomainName: 'Default',
    regionName: config.identity.region,
  };
}

/** A client with the credentials of the environment (`OS_AUTH_URL`, …) where they are, else of the state directory. */
export function apiClient(file: string | undefined): ApiClient {
  return new ApiClient(environmentCredentials(process.env) ?? adminCredentials(clientConfig(file)));
}

/** What `openstack` itself would read from the environment; undefined without `OS_AUTH_URL` and a password. */
export function environmentCredentials(env: NodeJS.ProcessEnv): Credentials | undefined {
  const authUrl = env['OS_AUTH_URL'];
  const password = env['OS_PASSWORD'];
  if (!authUrl || !password) return undefined;
  return {
    authUrl: /\/v3\/?$/.test(authUrl) ? authUrl : `${authUrl.replace(/\/+$/, '')}/v3`,
    username: env['OS_USERNAME'] ?? 'admin',
    password,
    projectName: env['OS_PROJECT_NAME'] ?? 'admin',
    userDomainName: env['OS_USER_DOMAIN_NAME'] ?? 'Default',
    projectDomainName: env['OS_PROJECT_DOMAIN_NAME'] ?? 'Default',
  };
}

/** A server that listens on every address is asked on loopback. */
function reachable(listen: string): string {
  return listen.replace(/^(0\.0\.0\.0|\[::\])(?=:)/, '127.0.0.1');
}
