/** What the suites run against: a server of their own with hosts and an external network, or one that is up already. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stringify } from 'smol-toml';
import { ApiClient, type Credentials } from '../src/client/api-client.ts';
import { startStandInAgent } from './stand-in-agent.ts';

export interface Cloud extends AsyncDisposable {
  readonly credentials: Credentials;
  readonly region: string;
  readonly public: { readonly id: string; readonly name: string };
  /** Aliases of the API's extensions. */
  readonly extensions: readonly string[];
}

const startMs = 60_000;

/** A server that is up: it must have hosts, and gets the external network `public` when it has none. */
export async function joinCloud(credentials: Credentials, region: string): Promise<Cloud> {
  const api = new ApiClient(credentials);
  const { extensions } = (await api.get('/v2.0/extensions')) as { extensions: readonly { readonly alias: string }[] };
  return {
    credentials,
    region,
    public: await publicNetwork(api),
    extensions: extensions.map(({ alias }) => alias).sort(),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** `tapline server` with a private PostgreSQL in `directory`, and three hosts that offer everything. */
export async function startCloud(command: readonly string[], directory: string): Promise<Cloud> {
  const state = join(directory, 'state');
  await mkdir(state, { recursive: true, mode: 0o755 });
  // PostgreSQL runs as a user of its own, who must find the way.
  await chmod(directory, 0o711);
  const logFile = join(directory, 'server.log');
  const configFile = join(directory, 'tapline.toml');
  writeFileSync(
    configFile,
    stringify({
      state_directory: state,
      log_level: 'warn',
      api: { listen: '127.0.0.1:0' },
      // The suites expect a range of VNIs like devstack's.
      network: { network_vlan_ranges: ['public:2000:2999'], vni_ranges: ['1:2000'] },
    }),
  );
  const log = openSync(logFile, 'a');
  const [program = '', ...args] = command;
  const server = spawn(program, [...args, 'server', '--config', configFile], {
    // A group of its own: Ctrl-C reaches this program, which ends things in order.
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const agents: Disposable[] = [];
  const end = async (): Promise<void> => {
    for (const agent of agents) agent[Symbol.dispose]();
    await stop(server);
  };
  try {
    const url = await serving(server, logFile);
    const secret = async (name: string): Promise<string> => (await readFile(join(state, name), 'utf8')).trim();
    const token = await secret('agent-token');
    for (const number of [1, 2, 3]) {
      const offer = { host: `host${number}`, localIp: `127.0.1.${number}`, bridgeMappings: { public: 'br-ex' } };
      agents.push(await startStandInAgent(url, token, { ...offer, roles: ['dhcp', 'l3'] }));
    }
    const cloud = await joinCloud(
      {
        authUrl: `${url}/identity/v3`,
        username: 'admin',
        password: await secret('admin-password'),
        projectName: 'admin',
        userDomainName: 'Default',
        projectDomainName: 'Default',
      },
      'RegionOne',
    );
    return { ...cloud, [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Waits for the line in which the server says where it listens. */
async function serving(server: ChildProcess, logFile: string): Promise<string> {
  for (const end = Date.now() + startMs; Date.now() < end; await delay(50)) {
    const said = readFileSync(logFile, 'utf8');
    const [, url] = /^tapline serves (\S+);/m.exec(said) ?? [];
    if (url !== undefined) return url;
    if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}:\n${said}`);
  }
  throw new Error(`the server is not up after ${startMs / 1_000} s; its log is ${logFile}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

/** The external network that tests take floating IPs from, with an IPv4 and an IPv6 subnet. */
async function publicNetwork(api: ApiClient): Promise<Cloud['public']> {
  const name = 'public';
  const found = (await api.get(`/v2.0/networks?name=${name}&router:external=true`)) as {
    networks: readonly { readonly id: string }[];
  };
  const [present] = found.networks;
  if (present !== undefined) return { id: present.id, name };
  const { network } = (await api.request('POST', '/v2.0/networks', {
    network: {
      name,
      'router:external': true,
      'provider:network_type': 'flat',
      'provider:physical_network': 'public',
    },
  })) as { network: { readonly id: string } };
  for (const subnet of [
    { name: 'public-v4', ip_version: 4, cidr: '198.18.0.0/16' },
    { name: 'public-v6', ip_version: 6, cidr: '2001:db8::/64' },
  ]) {
    await api.request('POST', '/v2.0/subnets', { subnet: { ...subnet, network_id: network.id, enable_dhcp: false } });
  }
  await defaultPools(api);
  return { id: network.id, name };
}

/** Pools that a project's network comes from when it only asks for one. */
async function defaultPools(api: ApiClient): Promise<void> {
  for (const pool of [
    { name: 'default-v4', prefixes: ['10.128.0.0/10'], default_prefixlen: 26 },
    { name: 'default-v6', prefixes: ['fd00:128::/48'], default_prefixlen: 64 },
  ]) {
    await api.request('POST', '/v2.0/subnetpools', { subnetpool: { ...pool, is_default: true, shared: true } });
  }
}
