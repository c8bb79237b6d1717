/** The server on the controller and an agent on every host, as separate processes. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiClient } from '../../client/api-client.ts';
import type { Lab } from '../lab.ts';
import { type Access, writeAccess } from './access.ts';
import { openListener } from './open-listener.ts';
import { type Service, startService, type TaplineCommand } from './service.ts';
import { GiveUp, type WaitOptions, waitFor } from './wait-for.ts';

const apiPort = 9696;

export interface RunningServer {
  readonly service: Service;
  readonly access: Access;
  readonly api: ApiClient;
  readonly stateDirectory: string;
}

/**
 * Starts the server inside the controller's namespace. Agents reach it on the management network; this machine by a socket that
 * listens on its loopback and is handed over.
 */
export async function startServerIn(lab: Lab, tapline: TaplineCommand, wait: WaitOptions): Promise<RunningServer> {
  const stateDirectory = join(lab.controller.directory, 'state');
  mkdirSync(stateDirectory, { recursive: true, mode: 0o755 });
  const socket = await openListener(apiPort);
  const { port } = socket;
  const service = startService({
    member: lab.controller,
    kind: 'server',
    tapline,
    config: { state_directory: stateDirectory, api: { listen: `${lab.controller.managementAddress}:${apiPort}` } },
    socketFd: socket.fd,
  });
  // This copy goes; the server has its own.
  socket.close();
  try {
    await waitFor('the API', () => answers(service, `http://127.0.0.1:${port}/`), wait);
  } catch (error) {
    await service[Symbol.asyncDispose]();
    throw error;
  }
  const password = readFileSync(join(stateDirectory, 'admin-password'), 'utf8').trim();
  const access = writeAccess(lab, port, stateDirectory, password);
  return { service, access, api: new ApiClient(access.credentials), stateDirectory };
}

export function startAgents(lab: Lab, tapline: TaplineCommand, server: RunningServer): readonly Service[] {
  return lab.hosts.map((member) => {
    const stateDirectory = join(member.directory, 'state');
    mkdirSync(stateDirectory, { recursive: true, mode: 0o755 });
    return startService({
      member,
      kind: 'agent',
      tapline,
      config: {
        state_directory: stateDirectory,
        agent: {
          server: `http://${lab.controller.managementAddress}:${apiPort}`,
          host: member.name,
          roles: member.state.external ? ['dhcp', 'l3'] : [],
          local_ip: member.tunnelAddress ?? '',
          bridge_mappings: member.state.external ? ['public:br-ex'] : [],
          token_file: join(server.stateDirectory, 'agent-token'),
        },
      },
    });
  });
}

/** Waits until the server has an agent of every host on its channel. */
export async function waitForAgents(lab: Lab, api: ApiClient, agents: readonly Service[], wait: WaitOptions) {
  await waitFor(
    'an agent of every host on the channel',
    async () => {
      for (const agent of agents) giveUpWhenDead(agent);
      const { hosts } = await api.get('/tapline/v1/hosts');
      const connected = (hosts as readonly { name: string; connected: boolean }[]).filter((host) => host.connected);
      const missing = lab.hosts.filter((host) => !connected.some(({ name }) => name === host.name));
      if (missing.length > 0) throw new Error(`not heard of ${missing.map((host) => host.name).join(', ')}`);
      return true;
    },
    wait,
  );
}

export function giveUpWhenDead(service: Service): void {
  const death = service.death();
  if (death !== undefined) throw new GiveUp(death);
}

async function answers(service: Service, url: string): Promise<true> {
  giveUpWhenDead(service);
  const answer = await fetch(url, { signal: AbortSignal.timeout(2000) });
  if (answer.status >= 500) throw new Error(`it answers ${answer.status}`);
  return true;
}
