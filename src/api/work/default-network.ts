/** The one external network where topologies that projects ask for go out. */
import { sql } from 'kysely';
import type { Work } from '../engine/resource.ts';
import { networkErrors } from '../errors/network-errors.ts';
import { refusing } from './refusing.ts';

/** Makes it the default, or not. Throws where another network is. */
export async function setDefault(work: Work, networkId: string, isDefault: boolean): Promise<void> {
  const current = isDefault ? await defaultExternal(work) : null;
  const exists = () => networkErrors.defaultExternalExists(current ?? 'made at the same moment');
  if (current !== null && current !== networkId) throw exists();
  await refusing({ networks_one_default_external: exists }, () =>
    work.trx.updateTable('networks').set({ is_default: isDefault }).where('id', '=', networkId).execute(),
  );
}

/** The id of the default external network. */
export async function defaultExternal(work: Work): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`select id from networks where is_default and external`.execute(work.trx);
  return rows[0]?.id ?? null;
}
