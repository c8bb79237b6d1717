/** `/v3/domains`, read only. */
import type { FastifyInstance } from 'fastify';
import type { Selectable } from 'kysely';
import { Type } from 'typebox';
import type { DomainsTable } from '../store/tables/identity.ts';
import type { Identity } from './identity.ts';
import { forbidden, notFound } from './keystone-error.ts';
import { baseUrl, parse, requireAdmin, tokenOf } from './request.ts';

const ById = Type.Object({ id: Type.String() });
const DomainQuery = Type.Object({ name: Type.Optional(Type.String()) });

function domainBody(domain: Selectable<DomainsTable>, base: string): Record<string, unknown> {
  return { ...domain, tags: [], options: {}, links: { self: `${base}/identity/v3/domains/${domain.id}` } };
}

export function registerDomains(app: FastifyInstance, identity: Identity): void {
  app.get('/v3/domains', async (request) => {
    await requireAdmin(request, identity, 'list_domains');
    const { name } = parse(DomainQuery, request.query);
    let query = identity.store.db.selectFrom('domains').selectAll().orderBy('name');
    if (name !== undefined) query = query.where('name', '=', name);
    const base = baseUrl(request, identity);
    return {
      domains: (await query.execute()).map((domain) => domainBody(domain, base)),
      links: { next: null, previous: null, self: `${base}/identity/v3/domains` },
    };
  });

  app.get('/v3/domains/:id', async (request) => {
    const { caller } = await tokenOf(request, identity);
    const { id } = parse(ById, request.params);
    if (!caller.isAdmin && caller.domainId !== id) throw forbidden('get_domain');
    const domain = await identity.store.db.selectFrom('domains').selectAll().where('id', '=', id).executeTakeFirst();
    if (domain === undefined) throw notFound('domain', id);
    return { domain: domainBody(domain, baseUrl(request, identity)) };
  });
}
