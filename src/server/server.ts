/** One server process out of store, identity, API and feed. */
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { registerApi } from '../api/register.ts';
import type { Config } from '../config/config.ts';
import { openChannel } from '../feed/channel.ts';
import { agentToken } from '../identity/agent-token.ts';
import type { Authenticator } from '../identity/authenticator.ts';
import { openIdentity } from '../identity/identity.ts';
import { registerIdentity } from '../identity/register.ts';
import { openRemoteKeystone } from '../identity/remote-keystone.ts';
import { placeUnplaced } from '../schedule/place.ts';
import { forgetChanges } from '../store/changes.ts';
import { openStore, type Store } from '../store/database.ts';
import { makeApp } from './app.ts';
import { registerOperations } from './operations.ts';
import { type Parts, startedParts } from './parts.ts';
import { inheritedSockets, parseListen } from './sockets.ts';

/** Longer than any server may be without its database before it is started anew. */
const changesKeptSeconds = 3_600;
const forgetMs = 300_000;
/** Requests still running after this are cut off when the server stops. */
const finishMs = 10_000;

export interface RunningServer extends AsyncDisposable {
  /** Where it listens, such as `http://127.0.0.1:9696`, with the real port where `api.listen` says 0. */
  readonly url: string;
  /** The state of a host (a `HostState`), read back now through its agent. Rejects with why not. */
  observe(host: string): Promise<unknown>;
}

/**
 * Opens and migrates the store, bootstraps identity, and serves until disposed of: then agents are told, running requests
 * are finished, and the private database is stopped last. Throws, with nothing left behind, when a part cannot start.
 */
export async function startServer(config: Config): Promise<RunningServer> {
  const parts = startedParts();
  try {
    return await start(config, parts);
  } catch (error) {
    await parts[Symbol.asyncDispose]();
    throw error;
  }
}

async function start(config: Config, parts: Parts): Promise<RunningServer> {
  const { host, port } = parseListen(config.api.listen);
  const store = parts.add(await openStore(config));
  const app = makeApp(config);
  parts.defer(() => finish(app));
  const placement = {
    baseMac: config.network.base_mac,
    dhcpAgentsPerNetwork: config.network.dhcp_agents_per_network,
  };
  const channel = parts.add(
    await openChannel(app.server, {
      store,
      agentToken: await agentToken(config.state_directory),
      place: (trx) => placeUnplaced(trx, placement),
      log: app.log,
    }),
  );
  const identity = parts.add(await openAuthenticator(app, store, config));
  const { authenticate, keystoneUri } = identity;
  registerApi(app, { store, config, authenticate, keystoneUri });
  registerOperations(app, store, identity, channel);
  const url = await app.listen({ host, port });
  for (const fd of inheritedSockets(process.env)) await serveSocket(app, parts, fd);
  // A failure here only leaves rows for the next time.
  const forget = setInterval(() => void forgetChanges(store.db, changesKeptSeconds).catch(() => undefined), forgetMs);
  parts.defer(() => clearInterval(forget));
  app.log.info({ url }, 'serving');
  return { url, observe: (name) => channel.observe(name), [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() };
}

/** The built-in identity with its routes, or the Keystone that is configured. */
async function openAuthenticator(app: FastifyInstance, store: Store, config: Config): Promise<Authenticator> {
  if (config.identity.url !== '') return openRemoteKeystone(config.identity);
  const identity = await openIdentity(store, config);
  await registerIdentity(app, identity);
  return identity;
}

/** Serves an inherited socket with the same HTTP server. */
async function serveSocket(app: FastifyInstance, parts: Parts, fd: number): Promise<void> {
  const listener = createServer((socket) => void app.server.emit('connection', socket));
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen({ fd }, resolve);
  });
  // Its connections belong to the HTTP server, which finishes them.
  parts.defer(() => void listener.close());
}

async function finish(app: FastifyInstance): Promise<void> {
  const late = new AbortController();
  const cutOff = delay(finishMs, undefined, { signal: late.signal })
    .then(() => app.server.closeAllConnections())
    .catch(() => undefined);
  await app.close();
  late.abort();
  await cutOff;
}
