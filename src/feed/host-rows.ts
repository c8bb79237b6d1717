/** The `hosts` table: what agents say of themselves. */
import { sql, type Transaction } from 'kysely';
import { recordChanges } from '../store/changes.ts';
import type { Store } from '../store/database.ts';
import type { Database } from '../store/tables.ts';
import type { Hello } from './messages.ts';

/** Writes what a `hello` says and gives work to the host, in one transaction. Roles come from the agent alone. */
export async function greetHost(
  store: Store,
  hello: Hello,
  place: (trx: Transaction<Database>) => Promise<void>,
): Promise<void> {
  await store.transaction(async (trx) => {
    const said = {
      version: hello.version,
      roles: [...hello.roles],
      local_ip: hello.localIp,
      datapath_type: hello.datapathType,
      bridge_mappings: JSON.stringify(hello.bridgeMappings),
      availability_zone: hello.availabilityZone ?? 'nova',
    };
    const before = await trx
      .selectFrom('hosts')
      .select(['local_ip'])
      .where('name', '=', hello.host)
      .forUpdate()
      .executeTakeFirst();
    await trx
      .insertInto('hosts')
      .values({ name: hello.host, ...said })
      .onConflict((conflict) =>
        conflict
          .column('name')
          .doUpdateSet({ ...said, started_at: sql<string>`now()`, heartbeat_at: sql<string>`now()` }),
      )
      .execute();
    // Others hear of a host by its tunnel endpoint alone.
    if (before?.local_ip !== hello.localIp) await recordChanges(trx, [{ kind: 'host', id: hello.host }]);
    await place(trx);
  });
}

/** The agents of these hosts were heard of. */
export async function markAlive(store: Store, hosts: readonly string[]): Promise<void> {
  if (hosts.length === 0) return;
  await sql`UPDATE hosts SET heartbeat_at = now() WHERE name = ANY(${hosts}::text[])`.execute(store.db);
}
