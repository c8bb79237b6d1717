/** Binding: whether the host that a port names can carry its network, and how a port is plugged there. */
import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { Database } from '../store/tables.ts';

/**
 * Sets `vif_type` and `vif_details` of these ports by their `host_id`: `ovs` where the host's agent is known and has the
 * network's bridge or tunnel, `binding_failed` where not, `unbound` without a host.
 */
export async function bindPorts(trx: Transaction<Database>, portIds: readonly string[]): Promise<void> {
  if (portIds.length === 0) return;
  await sql`
    update ports p set vif_type = b.vif_type, vif_details = b.vif_details
    from (
      select q.id,
        case when q.host_id = '' then 'unbound' when ${carries} then 'ovs' else 'binding_failed' end as vif_type,
        case when q.host_id <> '' and ${carries} then ${vifDetails} else '{}'::jsonb end as vif_details
      from ports q join networks n on n.id = q.network_id left join hosts h on h.name = q.host_id
      where q.id = any(${portIds}::uuid[])
    ) b where b.id = p.id`.execute(trx);
}

/** SQL for `vif_type` and `vif_details` that the port would have on a host. */
export function vifOn(portId: string, host: string): RawBuilder<unknown> {
  return sql`select case when ${carries} then 'ovs' else 'binding_failed' end as vif_type,
      case when ${carries} then ${vifDetails} else '{}'::jsonb end as vif_details
    from ports q join networks n on n.id = q.network_id left join hosts h on h.name = ${host} where q.id = ${portId}`;
}

/** True where host `h` has what network `n` needs. */
export const carries = sql<boolean>`coalesce(case
  when n.segment_count = 0 then false
  when n.network_type in ('flat', 'vlan') then h.bridge_mappings ? n.physical_network
  when n.network_type = 'local' then h.name is not null
  else h.local_ip is not null end, false)`;

/** What Nova's os-vif reads: the hybrid plug on br-int. */
const vifDetails = sql`jsonb_build_object('connectivity', 'l2', 'port_filter', true, 'ovs_hybrid_plug', true,
  'datapath_type', h.datapath_type, 'bridge_name', 'br-int', 'bound_drivers', jsonb_build_object('0', 'openvswitch'))`;
