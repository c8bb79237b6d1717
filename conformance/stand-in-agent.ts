/**
 * An agent's end of the channel without a host behind it: it says what it offers, and of everything that it is given it reports that it
 * stands. The suites ask what the API answers when agents are there; what agents do is proved on real hosts by the demo and the tests.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { FromAgent, Hello, ObjectStatus, Sync } from '../src/feed/messages.ts';

type Given = { readonly id: string; readonly host?: string };
type Reported = { ports: ObjectStatus[]; routers: ObjectStatus[]; floatingIps: ObjectStatus[] };

const reconnectMs = 500;

/** Connects, and connects again when the server lets go, until it is disposed of. */
export async function startStandInAgent(
  url: string,
  token: string,
  offer: Pick<Hello, 'host' | 'roles' | 'localIp' | 'bridgeMappings'>,
): Promise<Disposable> {
  let stopped = false;
  let socket = await connect(url, token, offer);
  const watch = async (): Promise<void> => {
    while (!stopped) {
      await new Promise((resolve) => socket.once('close', resolve));
      while (!stopped && socket.readyState !== WebSocket.OPEN) {
        await delay(reconnectMs, undefined, { ref: false });
        socket = await connect(url, token, offer).catch(() => socket);
      }
    }
  };
  void watch();
  return {
    [Symbol.dispose]: () => {
      stopped = true;
      socket.terminate();
    },
  };
}

async function connect(url: string, token: string, offer: Parameters<typeof startStandInAgent>[2]): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/agents/v1/channel`, {
    headers: { authorization: `Bearer ${token}` },
  });
  socket.on('error', () => undefined);
  socket.on('message', (data) => {
    const message = JSON.parse(String(data));
    if (message.type === 'sync')
      say(socket, { type: 'report', generation: message.generation, ...standing(message, offer.host) });
    else
      say(socket, { type: 'observed', requestId: message.requestId, state: null, error: 'there is no host behind it' });
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  say(socket, { type: 'hello', version: 'stand-in', datapathType: 'netdev', resume: null, ...offer });
  return socket;
}

function say(socket: WebSocket, message: FromAgent): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

/** Everything of the host in a `sync` is ACTIVE. */
function standing(sync: Sync, host: string): Reported {
  const reported: Reported = { ports: [], routers: [], floatingIps: [] };
  const lists: Readonly<Record<string, ObjectStatus[]>> = {
    port: reported.ports,
    router: reported.routers,
    floatingIp: reported.floatingIps,
  };
  for (const { kind, value } of sync.set) {
    const given = value as Given;
    if (kind === 'port' && given.host !== host) continue;
    lists[kind]?.push({ id: given.id, status: 'ACTIVE' });
  }
  return reported;
}
