/** Forwarded ports end with what they lead to. */
import { sql } from 'kysely';
import type { Work } from '../engine/resource.ts';

/** Deletes the forwardings `p` that meet the condition. A floating IP that forwards nothing more is on no router. */
export async function dropForwardings(work: Work, condition: ReturnType<typeof sql>): Promise<void> {
  const { rows: gone } = await sql<{ id: string; host: string }>`
    with gone as (delete from port_forwardings p where ${condition} returning p.floatingip_id as id)
    select distinct f.id, coalesce(r.host, '') as host
    from gone join floating_ips f on f.id = gone.id left join routers r on r.id = f.router_id`.execute(work.trx);
  if (gone.length === 0) return;
  const ids = gone.map((row) => row.id);
  await sql`
    update floating_ips f set revision_number = f.revision_number + 1, updated_at = now(),
      router_id = case when p.there then f.router_id end, status = case when p.there then f.status else 'DOWN' end
    from (select i.id, exists (select 1 from port_forwardings p where p.floatingip_id = i.id) as there
      from unnest(${ids}::uuid[]) as i (id)) p
    where f.id = p.id and f.port_id is null`.execute(work.trx);
  work.changes.push(...gone.map((row) => ({ kind: 'floatingip', id: row.id, hosts: [row.host] })));
}
