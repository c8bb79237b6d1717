/** What a fresh database needs before anybody can ask for anything. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { sql, type Transaction } from 'kysely';
import type { Store } from '../store/database.ts';
import type { Database } from '../store/tables.ts';
import { hashPassword } from './password.ts';
import { secretFile } from './secret-file.ts';

/** Any number, the same for every server on a database. */
const advisoryLock = 7_461_707;

/** Roles as Keystone and Octavia bring them, each with those that it implies. */
const bootstrapRoles: Readonly<Record<string, readonly string[]>> = {
  admin: ['member'],
  member: ['reader'],
  reader: [],
  service: [],
  'load-balancer_admin': [],
  'load-balancer_global_observer': [],
  'load-balancer_member': [],
  'load-balancer_observer': [],
  'load-balancer_quota_admin': [],
};

/** An id in Keystone's form: 32 hexadecimal digits. */
export function newId(): string {
  return randomUUID().replaceAll('-', '');
}

/**
 * Makes, where there is none, the domain `default`, the roles, the projects `admin` and `service` and the user `admin`, whose
 * password is in `<state_directory>/admin-password`. A password that is there already is taken. A database of an earlier version
 * gets what has come since.
 */
export async function bootstrap(store: Store, stateDirectory: string): Promise<void> {
  if (await isComplete(store)) return;
  const passwordHash = await hashPassword(await secretFile(join(stateDirectory, 'admin-password')));
  await store.transaction(async (trx) => {
    await sql`SELECT pg_advisory_xact_lock(${advisoryLock})`.execute(trx);
    await makeRoles(trx);
    const present = await trx.selectFrom('users').select('id').where('name', '=', 'admin').executeTakeFirst();
    const userId = present?.id ?? (await makeAdmin(trx, passwordHash));
    await trx
      .insertInto('projects')
      .values({ id: newId(), domain_id: 'default', name: 'service', description: 'Of the services of this cloud' })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    // With neither a project nor a domain: on the system.
    await sql`INSERT INTO role_assignments (user_id, role_id)
      SELECT ${userId}, id FROM roles WHERE name = 'admin' ON CONFLICT DO NOTHING`.execute(trx);
  });
}

/** Roles may be deleted later on, so that only the first bootstrap of this version makes them: the one that made implied roles. */
async function isComplete(store: Store): Promise<boolean> {
  const admin = await store.db.selectFrom('users').select('id').where('name', '=', 'admin').executeTakeFirst();
  const implied = await store.db.selectFrom('implied_roles').select('prior_role_id').limit(1).executeTakeFirst();
  return admin !== undefined && implied !== undefined;
}

async function makeRoles(trx: Transaction<Database>): Promise<void> {
  const names = Object.keys(bootstrapRoles);
  await trx
    .insertInto('roles')
    .values(names.map((name) => ({ id: newId(), name })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const pairs = Object.entries(bootstrapRoles).flatMap(([prior, implied]) => implied.map((one) => [prior, one]));
  for (const [prior, implied] of pairs) {
    await sql`INSERT INTO implied_roles (prior_role_id, implied_role_id)
      SELECT p.id, i.id FROM roles p, roles i WHERE p.name = ${prior} AND i.name = ${implied} ON CONFLICT DO NOTHING`.execute(
      trx,
    );
  }
}

/** The user's id. */
async function makeAdmin(trx: Transaction<Database>, passwordHash: string): Promise<string> {
  await trx
    .insertInto('domains')
    .values({ id: 'default', name: 'Default', description: 'The default domain' })
    .execute();
  const projectId = newId();
  await trx
    .insertInto('projects')
    .values({ id: projectId, domain_id: 'default', name: 'admin', description: 'Bootstrap project' })
    .execute();
  const userId = newId();
  await trx
    .insertInto('users')
    .values({ id: userId, domain_id: 'default', name: 'admin', password_hash: passwordHash })
    .execute();
  await sql`INSERT INTO role_assignments (user_id, project_id, role_id)
    SELECT ${userId}, ${projectId}, id FROM roles WHERE name = 'admin'`.execute(trx);
  return userId;
}
