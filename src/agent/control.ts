/**
 * The agent's own socket, `agent.sock` in the state directory (mode 0600): one JSON line asks, one answers.
 *
 * Whoever may open it may wire this host; that is root and nobody else.
 */
import { chmod, mkdir, rm } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Plug } from '../compile/wiring.ts';
import type { Config } from '../config/config.ts';
import type { PlugAnswer } from './plugging.ts';
import { PlugSchema } from './plugs-file.ts';
import { SocketPath } from './socket-path.ts';

const ControlRequest = Type.Union([
  Type.Object({
    op: Type.Literal('plug'),
    portId: Type.String({ minLength: 1 }),
    plug: PlugSchema,
    timeoutMs: Type.Integer({ minimum: 1 }),
  }),
  Type.Object({
    op: Type.Literal('unplug'),
    portId: Type.String({ minLength: 1 }),
    timeoutMs: Type.Integer({ minimum: 1 }),
  }),
  /** Who this is, whether it is connected, its counts and statuses. */
  Type.Object({ op: Type.Literal('status') }),
  /** The host's states: `observed` read back now, and `desired`. */
  Type.Object({ op: Type.Literal('state') }),
]);
export type ControlRequest = Static<typeof ControlRequest>;

/** The control socket cannot be had or asked. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
}

/** Listens until disposed. Throws `ControlError` when another agent serves this state directory. */
export async function serveControl(
  stateDirectory: string,
  answer: (request: ControlRequest) => Promise<unknown>,
): Promise<AsyncDisposable> {
  await mkdir(stateDirectory, { recursive: true });
  const file = socketFile(stateDirectory);
  const socketPath = await SocketPath.open(file);
  if (await isServed(socketPath.path)) {
    await socketPath[Symbol.asyncDispose]();
    throw new ControlError(`another agent already serves ${stateDirectory}`);
  }
  await rm(file, { force: true });
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    void converse(socket, answer);
  });
  await listen(server, socketPath.path);
  await chmod(file, 0o600);
  return {
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of open) socket.destroy();
      await closed;
      await socketPath[Symbol.asyncDispose]();
    },
  };
}

/** Plugs a workload into a port on this host and waits until it is wired. */
export async function plug(
  config: Config,
  request: { readonly portId: string; readonly plug: Plug; readonly timeoutMs?: number },
): Promise<PlugAnswer> {
  const answer = await askAgent(config, { op: 'plug', timeoutMs: 30_000, ...request });
  return answer as PlugAnswer;
}

/** Takes a port's chain away again. */
export async function unplug(config: Config, portId: string): Promise<PlugAnswer> {
  return (await askAgent(config, { op: 'unplug', portId, timeoutMs: 30_000 })) as PlugAnswer;
}

/** One question to the agent of this host. Throws `ControlError` when none answers. */
export async function askAgent(config: Config, request: ControlRequest): Promise<unknown> {
  const file = socketFile(config.state_directory);
  await using socketPath = await SocketPath.open(file).catch(() => {
    throw new ControlError(`no agent runs here: there is no ${file}; start "tapline agent"`);
  });
  const text = await exchange(socketPath.path, `${JSON.stringify(request)}\n`).catch((cause) => {
    throw new ControlError(`no agent answers at ${file}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  });
  return JSON.parse(text);
}

function socketFile(stateDirectory: string): string {
  return join(stateDirectory, 'agent.sock');
}

async function converse(socket: Socket, answer: (request: ControlRequest) => Promise<unknown>): Promise<void> {
  try {
    const request: unknown = JSON.parse(await firstLine(socket));
    const said = Value.Check(ControlRequest, request)
      ? await answer(request)
      : { ok: false, error: 'the agent does not know this request' };
    socket.end(`${JSON.stringify(said)}\n`);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (!socket.destroyed) socket.end(`${JSON.stringify({ ok: false, error: message })}\n`);
  }
}

/** Rejects when the other end leaves before it has said a line. */
function firstLine(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end !== -1) resolve(text.slice(0, end));
    });
    socket.on('close', () => reject(new Error('closed before a line was said')));
  });
}

/** Binds with a umask, so that there is no moment in which others may connect. */
function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const before = process.umask(0o177);
    try {
      server.listen(path, resolve);
    } finally {
      process.umask(before);
    }
  });
}

function isServed(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

function exchange(path: string, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = createConnection(path, () => socket.write(line));
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('end', () => (text === '' ? reject(new Error('it closed without an answer')) : resolve(text)));
    socket.on('error', reject);
  });
}
