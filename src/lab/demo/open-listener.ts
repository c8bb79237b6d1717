import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** A socket that listens on loopback of this machine, on `port` or, when that is taken, on any. Nothing is accepted yet. */
export async function openListener(port: number): Promise<{ readonly server: Server; readonly port: number }> {
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
    return { server, port: address !== null && typeof address === 'object' ? address.port : wanted };
  }
  throw new Error(`no free port on 127.0.0.1`);
}
