/** Users, projects and domains as a request for a token names them. Only what is enabled is found. */
import type { Selectable } from 'kysely';
import type { UsersTable } from '../store/tables/identity.ts';
import type { DomainReference, Reference } from './auth-request.ts';
import type { Identity } from './identity.ts';
import { badRequest } from './keystone-error.ts';

export async function findUser(
  { store }: Identity,
  user: Reference,
): Promise<Pick<Selectable<UsersTable>, 'id' | 'password_hash' | 'default_project_id'> | undefined> {
  const query = store.db
    .selectFrom('users')
    .innerJoin('domains', 'domains.id', 'users.domain_id')
    .select(['users.id', 'users.password_hash', 'users.default_project_id'])
    .where('users.enabled', '=', true)
    .where('domains.enabled', '=', true);
  if (user.id !== undefined) return query.where('users.id', '=', user.id).executeTakeFirst();
  const { name, column, value } = named(user, 'user');
  return query.where('users.name', '=', name).where(column, '=', value).executeTakeFirst();
}

/** The project's id. */
export async function findProject({ store }: Identity, project: Reference): Promise<string | undefined> {
  const query = store.db
    .selectFrom('projects')
    .innerJoin('domains', 'domains.id', 'projects.domain_id')
    .select('projects.id')
    .where('projects.enabled', '=', true)
    .where('domains.enabled', '=', true);
  if (project.id !== undefined) return (await query.where('projects.id', '=', project.id).executeTakeFirst())?.id;
  const { name, column, value } = named(project, 'project');
  return (await query.where('projects.name', '=', name).where(column, '=', value).executeTakeFirst())?.id;
}

/** The domain's id. */
export async function findDomain({ store }: Identity, domain: DomainReference): Promise<string | undefined> {
  const { column, value } = inDomain(domain);
  const found = await store.db
    .selectFrom('domains')
    .select('domains.id')
    .where('domains.enabled', '=', true)
    .where(column, '=', value)
    .executeTakeFirst();
  return found?.id;
}

function named({ name, domain }: Reference, kind: string) {
  if (name === undefined) throw badRequest(`Expecting to find id or name in ${kind}.`);
  if (domain === undefined) throw badRequest(`Expecting to find domain in ${kind}.`);
  return { name, ...inDomain(domain) };
}

function inDomain({ id, name }: DomainReference): {
  readonly column: 'domains.id' | 'domains.name';
  readonly value: string;
} {
  if (id !== undefined) return { column: 'domains.id', value: id };
  if (name === undefined) throw badRequest('Expecting to find id or name in domain.');
  return { column: 'domains.name', value: name };
}
