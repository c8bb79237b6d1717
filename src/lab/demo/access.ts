/** How people and programs on this machine reach the demo's server. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'smol-toml';
import type { Credentials } from '../../client/api-client.ts';
import type { Lab } from '../lab.ts';

export interface Access {
  readonly credentials: Credentials;
  readonly apiUrl: string;
  readonly cloudsFile: string;
  /** For `tapline --config`, of the client side: where the API is seen from this machine. */
  readonly configFile: string;
}

/** Writes clouds.yaml (mode 0600) and the clients' configuration into the lab's directory. */
export function writeAccess(lab: Lab, port: number, stateDirectory: string, password: string): Access {
  const apiUrl = `http://127.0.0.1:${port}`;
  const credentials: Credentials = {
    authUrl: `${apiUrl}/identity/v3`,
    username: 'admin',
    password,
    projectName: 'admin',
    userDomainName: 'Default',
    projectDomainName: 'Default',
  };
  const cloudsFile = join(lab.directory, 'clouds.yaml');
  const clouds = {
    clouds: {
      tapline: {
        auth: {
          auth_url: credentials.authUrl,
          username: credentials.username,
          password,
          project_name: credentials.projectName,
          user_domain_name: credentials.userDomainName,
          project_domain_name: credentials.projectDomainName,
        },
        region_name: 'RegionOne',
        identity_api_version: '3',
      },
    },
  };
  // JSON is YAML.
  writeFileSync(cloudsFile, `${JSON.stringify(clouds, null, 2)}\n`, { mode: 0o600 });
  const configFile = join(lab.directory, 'tapline.toml');
  writeFileSync(configFile, stringify({ state_directory: stateDirectory, api: { listen: `127.0.0.1:${port}` } }));
  return { credentials, apiUrl, cloudsFile, configFile };
}
