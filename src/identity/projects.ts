/** `/v3/projects`. */
import type { FastifyInstance } from 'fastify';
import type { Selectable } from 'kysely';
import { Type } from 'typebox';
import type { ProjectsTable } from '../store/tables/identity.ts';
import { newId } from './bootstrap.ts';
import type { Identity } from './identity.ts';
import { badRequest, duplicateName, forbidden, notFound } from './keystone-error.ts';
import { ById, baseUrl, isYes, listed, parse, requireAdmin, tokenOf } from './request.ts';
import { stated } from './stated.ts';
import { storing } from './storing.ts';

type Project = Selectable<ProjectsTable>;

const NewProject = Type.Object({
  project: Type.Object({
    name: Type.String({ minLength: 1, maxLength: 64 }),
    domain_id: Type.Optional(Type.String()),
    parent_id: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    description: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    enabled: Type.Optional(Type.Boolean()),
    is_domain: Type.Optional(Type.Literal(false)),
  }),
});
const ProjectUpdate = Type.Object({
  project: Type.Object({
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    description: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    enabled: Type.Optional(Type.Boolean()),
  }),
});
const ProjectQuery = Type.Object({
  name: Type.Optional(Type.String()),
  domain_id: Type.Optional(Type.String()),
  parent_id: Type.Optional(Type.String()),
  enabled: Type.Optional(Type.String()),
});

export interface ProjectFilter {
  readonly id?: string;
  readonly name?: string;
  readonly domainId?: string;
  readonly enabled?: boolean;
  /** Only those on which the user has a role. */
  readonly userId?: string;
}

export async function readProjects(identity: Identity, filter: ProjectFilter): Promise<readonly Project[]> {
  let query = identity.store.db.selectFrom('projects').selectAll().orderBy('name');
  if (filter.id !== undefined) query = query.where('id', '=', filter.id);
  if (filter.name !== undefined) query = query.where('name', '=', filter.name);
  if (filter.domainId !== undefined) query = query.where('domain_id', '=', filter.domainId);
  if (filter.enabled !== undefined) query = query.where('enabled', '=', filter.enabled);
  const { userId } = filter;
  if (userId !== undefined) {
    query = query.where('id', 'in', (inner) =>
      inner.selectFrom('role_assignments').select('project_id').where('user_id', '=', userId),
    );
  }
  return query.execute();
}

export function projectBody(project: Project, base: string): Record<string, unknown> {
  return {
    id: project.id,
    name: project.name,
    domain_id: project.domain_id,
    description: project.description,
    enabled: project.enabled,
    parent_id: project.domain_id,
    is_domain: false,
    tags: [],
    options: {},
    links: { self: `${base}/identity/v3/projects/${project.id}` },
  };
}

export function registerProjects(app: FastifyInstance, identity: Identity): void {
  app.get('/v3/projects', async (request) => {
    await requireAdmin(request, identity, 'list_projects');
    const query = parse(ProjectQuery, request.query);
    const projects = await readProjects(identity, {
      ...(query.name !== undefined && { name: query.name }),
      ...((query.domain_id ?? query.parent_id) !== undefined && { domainId: query.domain_id ?? query.parent_id ?? '' }),
      ...(query.enabled !== undefined && { enabled: isYes(query.enabled) }),
    });
    const base = baseUrl(request, identity);
    const bodies = projects.map((project) => projectBody(project, base));
    return listed(request, identity, 'projects', bodies);
  });

  app.get('/v3/projects/:id', async (request) => {
    const { caller } = await tokenOf(request, identity);
    const { id } = parse(ById, request.params);
    const mine = caller.isAdmin ? {} : { userId: caller.userId };
    const [project] = await readProjects(identity, { id, ...mine });
    if (project === undefined && !caller.isAdmin) throw forbidden('get_project');
    if (project === undefined) throw notFound('project', id);
    return { project: projectBody(project, baseUrl(request, identity)) };
  });

  app.post('/v3/projects', async (request, reply) => {
    const { caller } = await requireAdmin(request, identity, 'create_project');
    const { project: given } = parse(NewProject, request.body);
    const domainId = given.domain_id ?? given.parent_id ?? (caller.domainId || 'default');
    if ((given.parent_id ?? domainId) !== domainId) throw badRequest('A project is a child of its domain alone.');
    const project = await storing(
      identity.store.db
        .insertInto('projects')
        .values({
          id: newId(),
          domain_id: domainId,
          name: given.name,
          description: given.description ?? '',
          enabled: given.enabled ?? true,
        })
        .returningAll()
        .executeTakeFirstOrThrow(),
      { duplicate: () => duplicateName('project', given.name), missing: () => notFound('domain', domainId) },
    );
    return reply.code(201).send({ project: projectBody(project, baseUrl(request, identity)) });
  });

  app.patch('/v3/projects/:id', async (request) => {
    await requireAdmin(request, identity, 'update_project');
    const { id } = parse(ById, request.params);
    const { project: given } = parse(ProjectUpdate, request.body);
    const project = await storing(
      identity.store.transaction(async (trx) => {
        if (given.enabled === false) await trx.deleteFrom('tokens').where('project_id', '=', id).execute();
        return trx
          .updateTable('projects')
          .set({ id, ...stated(given) })
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirst();
      }),
      { duplicate: () => duplicateName('project', given.name ?? ''), missing: () => notFound('project', id) },
    );
    identity.tokens.forget();
    if (project === undefined) throw notFound('project', id);
    return { project: projectBody(project, baseUrl(request, identity)) };
  });

  app.delete('/v3/projects/:id', async (request, reply) => {
    await requireAdmin(request, identity, 'delete_project');
    const { id } = parse(ById, request.params);
    const deleted = await identity.store.db.deleteFrom('projects').where('id', '=', id).executeTakeFirst();
    identity.tokens.forget();
    if (deleted.numDeletedRows === 0n) throw notFound('project', id);
    return reply.code(204).send();
  });
}
