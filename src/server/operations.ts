/** Tapline's own operations: is it well, which hosts are here, what is on a host. */
import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import type { Channel } from '../feed/channel.ts';
import type { Authenticator } from '../identity/authenticator.ts';
import type { Store } from '../store/database.ts';
import { adminGuard, refuse } from './admin-guard.ts';
import { registerTrace } from './trace.ts';

/**
 * `GET /healthcheck` (no token): 200 `OK`, or 503 while the database is away. For administrators `GET /tapline/v1/hosts`, and
 * `GET /tapline/v1/hosts/HOST/state`, the host's `HostState` read back now.
 */
export function registerOperations(
  app: FastifyInstance,
  store: Store,
  identity: Authenticator,
  channel: Channel,
): void {
  app.get('/healthcheck', async (_request, reply) => {
    try {
      await sql`SELECT 1`.execute(store.db);
      return reply.type('text/plain').send('OK');
    } catch {
      return reply.code(503).type('text/plain').send('the database is away');
    }
  });

  const requireAdmin = adminGuard(identity);

  app.get('/tapline/v1/hosts', { preHandler: requireAdmin }, async () => {
    const connected = new Set(channel.hosts());
    const hosts = await store.db.selectFrom('hosts').selectAll().orderBy('name').execute();
    return { hosts: hosts.map((host) => ({ ...host, connected: connected.has(host.name) })) };
  });

  app.get<{ Params: { host: string } }>(
    '/tapline/v1/hosts/:host/state',
    { preHandler: requireAdmin },
    async (request, reply) => {
      const { host } = request.params;
      if (!channel.hosts().includes(host)) return refuse(reply, 404, `No agent of host ${host} is connected.`);
      try {
        return { host, state: await channel.observe(host) };
      } catch (error) {
        return refuse(reply, 504, error instanceof Error ? error.message : String(error));
      }
    },
  );

  registerTrace(app, { store, channel, requireAdmin });
}
