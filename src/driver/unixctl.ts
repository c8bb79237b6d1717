/** Asking ovs-vswitchd over its control socket, as `ovs-appctl` does, without a process for it. */
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { JsonStream } from './json-stream.ts';

/**
 * Runs a command such as `bridge/dump-flows` and gives what it prints. Throws where ovs-vswitchd does not answer within
 * `timeoutMs` or refuses.
 */
export async function askSwitch(
  runDirectory: string,
  method: string,
  params: readonly string[],
  timeoutMs = 10_000,
): Promise<string> {
  const pid = Number(await readFile(join(runDirectory, 'ovs-vswitchd.pid'), 'utf8'));
  const path = join(runDirectory, `ovs-vswitchd.${pid}.ctl`);
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const stream = new JsonStream();
    socket.setEncoding('utf8');
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    socket.on('error', (cause) => reject(new Error(`${path}: ${cause.message}`, { cause })));
    socket.on('close', () => reject(new Error(`${path}: the connection ended`)));
    socket.on('connect', () => socket.write(JSON.stringify({ method, params, id: 0 })));
    socket.on('data', (chunk: string) => {
      const [reply] = stream.push(chunk) as readonly { readonly result?: string; readonly error?: unknown }[];
      if (reply === undefined) return;
      if (typeof reply.result === 'string') resolve(reply.result);
      else reject(new Error(`${method}: ${String(reply.error).trim()}`));
      socket.destroy();
    });
  });
}
