/** `/v3/roles/…/implies/…` and `/v3/role_inferences`: who holds one role holds those that it implies. */
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { Identity } from './identity.ts';
import { notFound } from './keystone-error.ts';
import { baseUrl, listed, parse, requireAdmin } from './request.ts';
import { storing } from './storing.ts';

const ByPrior = Type.Object({ prior: Type.String() });
const Inference = Type.Object({ prior: Type.String(), implied: Type.String() });

interface Pair {
  readonly prior: { readonly id: string; readonly name: string };
  readonly implied: { readonly id: string; readonly name: string };
}

export function registerImpliedRoles(app: FastifyInstance, identity: Identity): void {
  const { db } = identity.store;

  const read = async (filter: { readonly prior?: string; readonly implied?: string }): Promise<readonly Pair[]> => {
    let query = db
      .selectFrom('implied_roles as i')
      .innerJoin('roles as p', 'p.id', 'i.prior_role_id')
      .innerJoin('roles as r', 'r.id', 'i.implied_role_id')
      .select(['p.id as prior_id', 'p.name as prior_name', 'r.id as implied_id', 'r.name as implied_name'])
      .orderBy('p.name')
      .orderBy('r.name');
    if (filter.prior !== undefined) query = query.where('p.id', '=', filter.prior);
    if (filter.implied !== undefined) query = query.where('r.id', '=', filter.implied);
    return (await query.execute()).map((row) => ({
      prior: { id: row.prior_id, name: row.prior_name },
      implied: { id: row.implied_id, name: row.implied_name },
    }));
  };

  const body = (role: Pair['prior'], base: string) => ({
    ...role,
    links: { self: `${base}/identity/v3/roles/${role.id}` },
  });

  app.get('/v3/role_inferences', async (request) => {
    await requireAdmin(request, identity, 'list_role_inference_rules');
    const base = baseUrl(request, identity);
    const pairs = await read({});
    const priors = new Map(pairs.map(({ prior }) => [prior.id, prior]));
    const rules = [...priors.values()].map((prior) => ({
      prior_role: body(prior, base),
      implies: pairs.filter((pair) => pair.prior.id === prior.id).map(({ implied }) => body(implied, base)),
    }));
    return listed(request, identity, 'role_inferences', rules);
  });

  app.get('/v3/roles/:prior/implies', async (request) => {
    await requireAdmin(request, identity, 'list_implied_roles');
    const { prior } = parse(ByPrior, request.params);
    const role = await db.selectFrom('roles').select(['id', 'name']).where('id', '=', prior).executeTakeFirst();
    if (role === undefined) throw notFound('role', prior);
    const base = baseUrl(request, identity);
    const implies = (await read({ prior })).map(({ implied }) => body(implied, base));
    return {
      ...listed(request, identity, 'role_inference', []),
      role_inference: { prior_role: body(role, base), implies },
    };
  });

  const inference = async (params: unknown, base: string) => {
    const given = parse(Inference, params);
    const [found] = await read(given);
    if (found === undefined) throw notFound('implied role', `${given.prior} implies ${given.implied}`);
    return { role_inference: { prior_role: body(found.prior, base), implies: body(found.implied, base) } };
  };

  app.put('/v3/roles/:prior/implies/:implied', async (request, reply) => {
    await requireAdmin(request, identity, 'create_implied_role');
    const { prior, implied } = parse(Inference, request.params);
    const missing = () => notFound('role', `${prior} or ${implied}`);
    await storing(
      db
        .insertInto('implied_roles')
        .values({ prior_role_id: prior, implied_role_id: implied })
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
      { duplicate: missing, missing },
    );
    identity.tokens.forget();
    return reply.code(201).send(await inference(request.params, baseUrl(request, identity)));
  });

  app.get('/v3/roles/:prior/implies/:implied', async (request) => {
    await requireAdmin(request, identity, 'get_implied_role');
    return inference(request.params, baseUrl(request, identity));
  });

  app.delete('/v3/roles/:prior/implies/:implied', async (request, reply) => {
    await requireAdmin(request, identity, 'delete_implied_role');
    const { prior, implied } = parse(Inference, request.params);
    const deleted = await db
      .deleteFrom('implied_roles')
      .where('prior_role_id', '=', prior)
      .where('implied_role_id', '=', implied)
      .executeTakeFirst();
    identity.tokens.forget();
    if (deleted.numDeletedRows === 0n) throw notFound('implied role', `${prior} implies ${implied}`);
    return reply.code(204).send();
  });
}
