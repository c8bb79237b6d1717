/** What a fresh database needs before anybody can ask for anything. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Store } from '../store/database.ts';
import { hashPassword } from './password.ts';
import { bootstrapRoles } from './roles.ts';
import { secretFile } from './secret-file.ts';

/** Any number, the same for every server on a database. */
const advisoryLock = 7_461_707;

/** An id in Keystone's form: 32 hexadecimal digits. */
export function newId(): string {
  return randomUUID().replaceAll('-', '');
}

/**
 * Makes, where there is none, the domain `default`, the roles, the project `admin` and its user `admin`, whose password is
 * in `<state_directory>/admin-password`. A password that is there already is taken.
 */
export async function bootstrap(store: Store, stateDirectory: string): Promise<void> {
  const found = await store.db.selectFrom('users').select('id').where('name', '=', 'admin').executeTakeFirst();
  if (found !== undefined) return;
  const passwordHash = await hashPassword(await secretFile(join(stateDirectory, 'admin-password')));
  await store.transaction(async (trx) => {
    await sql`SELECT pg_advisory_xact_lock(${advisoryLock})`.execute(trx);
    const present = await trx.selectFrom('users').select('id').where('name', '=', 'admin').executeTakeFirst();
    if (present !== undefined) return;
    await trx
      .insertInto('domains')
      .values({ id: 'default', name: 'Default', description: 'The default domain' })
      .execute();
    const roles = bootstrapRoles.map((name) => ({ id: newId(), name }));
    await trx.insertInto('roles').values(roles).execute();
    const projectId = newId();
    await trx
      .insertInto('projects')
      .values({ id: projectId, domain_id: 'default', name: 'admin', description: 'Bootstrap project' })
      .execute();
    const userId = newId();
    await trx
      .insertInto('users')
      .values({
        id: userId,
        domain_id: 'default',
        name: 'admin',
        password_hash: passwordHash,
        default_project_id: null,
      })
      .execute();
    const assignments = roles
      .filter((role) => role.name === 'admin')
      .map((role) => ({ user_id: userId, project_id: projectId, role_id: role.id }));
    await trx.insertInto('role_assignments').values(assignments).execute();
  });
}
