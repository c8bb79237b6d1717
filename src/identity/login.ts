/** From what a client presents to a token. */
import type { AuthRequest } from './auth-request.ts';
import type { Identity } from './identity.ts';
import { unauthorized } from './keystone-error.ts';
import { type Proven, prove } from './prove.ts';
import { findDomain, findProject } from './references.ts';
import { type Scope, scopeColumns } from './scope.ts';

/** The secret of a new token. Throws 401 for whatever is wrong with the credentials or the scope, without saying which. */
export async function logIn(identity: Identity, request: AuthRequest): Promise<string> {
  const proven = await prove(identity, request);
  const scope = await scopeOf(identity, request, proven);
  const { userId, methods, expiresAt, parentAuditId, applicationCredentialId } = proven;
  return identity.tokens.issue({ userId, methods, expiresAt, parentAuditId, applicationCredentialId, scope });
}

async function scopeOf(identity: Identity, { auth }: AuthRequest, proven: Proven): Promise<Scope> {
  const { scope } = auth;
  if (proven.projectOfCredential !== null) {
    // An application credential is for its own project.
    if (scope !== undefined) throw unauthorized();
    return { kind: 'project', id: proven.projectOfCredential };
  }
  if (scope === undefined) return defaultProject(identity, proven);
  if (scope === 'unscoped') return { kind: 'unscoped' };
  const asked = await askedScope(identity, scope);
  if (asked.kind !== 'unscoped' && !(await hasRole(identity, proven.userId, asked))) throw unauthorized();
  return asked;
}

async function askedScope(
  identity: Identity,
  scope: Exclude<AuthRequest['auth']['scope'], 'unscoped' | undefined>,
): Promise<Scope> {
  if (scope.project !== undefined) {
    const id = await findProject(identity, scope.project);
    if (id === undefined) throw unauthorized();
    return { kind: 'project', id };
  }
  if (scope.domain !== undefined) {
    const id = await findDomain(identity, scope.domain);
    if (id === undefined) throw unauthorized();
    return { kind: 'domain', id };
  }
  if (scope.system?.all === true) return { kind: 'system' };
  if (scope.unscoped !== undefined) return { kind: 'unscoped' };
  throw unauthorized();
}

/** Without a scope a user gets the default project when there is one that it still may use. */
async function defaultProject(identity: Identity, { userId, defaultProjectId }: Proven): Promise<Scope> {
  if (defaultProjectId === null) return { kind: 'unscoped' };
  const id = await findProject(identity, { id: defaultProjectId });
  if (id === undefined) return { kind: 'unscoped' };
  const scope: Scope = { kind: 'project', id };
  return (await hasRole(identity, userId, scope)) ? scope : { kind: 'unscoped' };
}

async function hasRole({ store }: Identity, userId: string, scope: Scope): Promise<boolean> {
  const { project_id, domain_id } = scopeColumns(scope);
  const row = await store.db
    .selectFrom('role_assignments')
    .select('role_id')
    .where('user_id', '=', userId)
    .where('project_id', 'is not distinct from', project_id)
    .where('domain_id', 'is not distinct from', domain_id)
    .executeTakeFirst();
  return row !== undefined;
}
