import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** A listening socket to hand over to a child. Nothing is accepted here: close it in the same turn as the child is started. */
export interface Listener {
  readonly fd: number;
  readonly port: number;
  close(): void;
}

/** Listens on loopback of this machine, on `port` or, when that is taken, on any. */
export async function openListener(port: number): Promise<Listener> {
  for (const wanted of [port, 0]) {
    const server = createServer();
    server.listen({ host: '127.0.0.1', port: wanted, exclusive: true });
    try {
      await once(server, 'listening');
    } catch (error) {
      if (wanted === 0 || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      continue;
    }
    const address = server.address();
    return {
      fd: descriptorOf(server),
      port: address !== null && typeof address === 'object' ? address.port : wanted,
      close: () => server.close(),
    };
  }
  throw new Error(`no free port on 127.0.0.1`);
}

/** Node has no public way to a server's descriptor, nor does `spawn` take the server itself. */
function descriptorOf(server: Server): number {
  const { _handle: handle } = server as unknown as { readonly _handle?: { readonly fd?: number } };
  if (handle?.fd === undefined || handle.fd < 0) throw new Error('this Node does not tell the descriptor of a socket');
  return handle.fd;
}
