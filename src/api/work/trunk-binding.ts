/** Sub-ports of a trunk are where its parent is. */
import { type RawBuilder, sql } from 'kysely';
import { bindPorts } from '../../schedule/bind.ts';
import type { Work } from '../engine/resource.ts';

export const subPortOwner = 'trunk:subport';

interface Moved {
  readonly id: string;
  readonly network_id: string;
  readonly before: string;
}

/** Binds the sub-ports of the trunks `k` that meet the condition to the hosts of their parents. */
export async function bindSubPorts(work: Work, condition: RawBuilder<unknown>): Promise<void> {
  const { rows } = await sql<Moved>`
    update ports p set host_id = parent.host_id, status = 'DOWN', status_reason = '',
      device_owner = case when parent.host_id = '' then p.device_owner else ${subPortOwner} end,
      revision_number = p.revision_number + 1, updated_at = now()
    from trunk_sub_ports s join trunks k on k.id = s.trunk_id join ports parent on parent.id = k.port_id
      join ports old on old.id = s.port_id
    where p.id = s.port_id and old.host_id <> parent.host_id and ${condition}
    returning p.id, p.network_id, old.host_id as before`.execute(work.trx);
  await rebound(work, rows);
}

/** Ports that are no sub-ports any more are nowhere. */
export async function releaseSubPorts(work: Work, portIds: readonly string[]): Promise<void> {
  const { rows } = await sql<Moved>`
    update ports p set host_id = '', status = 'DOWN', status_reason = '', device_owner = '',
      revision_number = p.revision_number + 1, updated_at = now()
    from ports old where old.id = p.id and p.id = any(${portIds}::uuid[]) and p.device_owner = ${subPortOwner}
    returning p.id, p.network_id, old.host_id as before`.execute(work.trx);
  await rebound(work, rows);
}

async function rebound(work: Work, moved: readonly Moved[]): Promise<void> {
  await bindPorts(
    work.trx,
    moved.map((row) => row.id),
  );
  work.changes.push(
    ...moved.map((row) => ({ kind: 'port', id: row.id, networkId: row.network_id, hosts: [row.before] })),
  );
}
