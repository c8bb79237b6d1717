/** Sockets that the service manager opened for us (sd_listen_fds(3)). */

/** First of the inherited file descriptors, by that protocol. */
const firstFd = 3;

/** File descriptors passed in by `LISTEN_FDS`; none when they were meant for another process (`LISTEN_PID`). */
export function inheritedSockets(env: NodeJS.ProcessEnv): readonly number[] {
  const count = Number(env['LISTEN_FDS'] ?? 0);
  const forPid = env['LISTEN_PID'];
  if (!Number.isInteger(count) || count <= 0) return [];
  if (forPid !== undefined && Number(forPid) !== process.pid) return [];
  return Array.from({ length: count }, (_, index) => firstFd + index);
}

/** `127.0.0.1:9696` or `[::1]:9696` in its parts. Throws on anything else. */
export function parseListen(listen: string): { readonly host: string; readonly port: number } {
  const parts = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(listen);
  const port = Number(parts?.[3]);
  const host = parts?.[1] ?? parts?.[2];
  if (host === undefined || port > 65_535) throw new Error(`api.listen is not address:port: ${listen}`);
  return { host, port };
}
