/** `/v3/domains`. */
import type { FastifyInstance } from 'fastify';
import { type Selectable, sql } from 'kysely';
import { Type } from 'typebox';
import type { DomainsTable } from '../store/tables/identity.ts';
import { newId } from './bootstrap.ts';
import type { Identity } from './identity.ts';
import { deletesEnabledDomain, duplicateName, forbidden, notFound } from './keystone-error.ts';
import { ById, baseUrl, isYes, listed, parse, requireAdmin, tokenOf } from './request.ts';
import { stated } from './stated.ts';
import { storing } from './storing.ts';

type Domain = Selectable<DomainsTable>;

const Description = Type.Optional(Type.Union([Type.String(), Type.Null()]));
const NewDomain = Type.Object({
  domain: Type.Object({
    name: Type.String({ minLength: 1, maxLength: 64 }),
    description: Description,
    enabled: Type.Optional(Type.Boolean()),
  }),
});
const DomainUpdate = Type.Object({
  domain: Type.Object({
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    description: Description,
    enabled: Type.Optional(Type.Boolean()),
  }),
});
const DomainQuery = Type.Object({ name: Type.Optional(Type.String()), enabled: Type.Optional(Type.String()) });

export interface DomainFilter {
  readonly name?: string;
  readonly enabled?: boolean;
  /** Only those on which the user has a role. */
  readonly userId?: string;
}

export async function readDomains(identity: Identity, filter: DomainFilter): Promise<readonly Domain[]> {
  let query = identity.store.db.selectFrom('domains').selectAll().orderBy('name');
  if (filter.name !== undefined) query = query.where('name', '=', filter.name);
  if (filter.enabled !== undefined) query = query.where('enabled', '=', filter.enabled);
  const { userId } = filter;
  if (userId !== undefined) {
    query = query.where('id', 'in', (inner) =>
      inner.selectFrom('role_assignments').select('domain_id').where('user_id', '=', userId),
    );
  }
  return query.execute();
}

export function domainBody(domain: Domain, base: string): Record<string, unknown> {
  return { ...domain, tags: [], options: {}, links: { self: `${base}/identity/v3/domains/${domain.id}` } };
}

export function registerDomains(app: FastifyInstance, identity: Identity): void {
  app.get('/v3/domains', async (request) => {
    await requireAdmin(request, identity, 'list_domains');
    const { name, enabled } = parse(DomainQuery, request.query);
    const base = baseUrl(request, identity);
    const domains = await readDomains(identity, {
      ...(name !== undefined && { name }),
      ...(enabled !== undefined && { enabled: isYes(enabled) }),
    });
    const bodies = domains.map((domain) => domainBody(domain, base));
    return listed(request, identity, 'domains', bodies);
  });

  app.get('/v3/domains/:id', async (request) => {
    const { caller } = await tokenOf(request, identity);
    const { id } = parse(ById, request.params);
    if (!caller.isAdmin && caller.domainId !== id) throw forbidden('get_domain');
    const domain = await identity.store.db.selectFrom('domains').selectAll().where('id', '=', id).executeTakeFirst();
    if (domain === undefined) throw notFound('domain', id);
    return { domain: domainBody(domain, baseUrl(request, identity)) };
  });

  app.post('/v3/domains', async (request, reply) => {
    await requireAdmin(request, identity, 'create_domain');
    const { domain: given } = parse(NewDomain, request.body);
    const values = {
      id: newId(),
      name: given.name,
      description: given.description ?? '',
      enabled: given.enabled ?? true,
    };
    const domain = await storing(
      identity.store.db.insertInto('domains').values(values).returningAll().executeTakeFirstOrThrow(),
      { duplicate: () => duplicateName('domain', given.name), missing: () => notFound('domain', given.name) },
    );
    return reply.code(201).send({ domain: domainBody(domain, baseUrl(request, identity)) });
  });

  app.patch('/v3/domains/:id', async (request) => {
    await requireAdmin(request, identity, 'update_domain');
    const { id } = parse(ById, request.params);
    const { domain: given } = parse(DomainUpdate, request.body);
    const domain = await storing(
      identity.store.transaction(async (trx) => {
        if (given.enabled === false) {
          await sql`DELETE FROM tokens t WHERE t.domain_id = ${id}
            OR t.user_id IN (SELECT id FROM users WHERE domain_id = ${id})
            OR t.project_id IN (SELECT id FROM projects WHERE domain_id = ${id})`.execute(trx);
        }
        return trx
          .updateTable('domains')
          .set({ id, ...stated(given) })
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirst();
      }),
      { duplicate: () => duplicateName('domain', given.name ?? ''), missing: () => notFound('domain', id) },
    );
    identity.tokens.forget();
    if (domain === undefined) throw notFound('domain', id);
    return { domain: domainBody(domain, baseUrl(request, identity)) };
  });

  app.delete('/v3/domains/:id', async (request, reply) => {
    await requireAdmin(request, identity, 'delete_domain');
    const { id } = parse(ById, request.params);
    await identity.store.transaction(async (trx) => {
      const domain = await trx
        .selectFrom('domains')
        .select('enabled')
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst();
      if (domain === undefined) throw notFound('domain', id);
      if (domain.enabled) throw deletesEnabledDomain();
      await trx.deleteFrom('users').where('domain_id', '=', id).execute();
      await trx.deleteFrom('projects').where('domain_id', '=', id).execute();
      await trx.deleteFrom('domains').where('id', '=', id).execute();
    });
    identity.tokens.forget();
    return reply.code(204).send();
  });
}
