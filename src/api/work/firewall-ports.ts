/** The ports of a firewall group: interfaces of routers, and ports of instances. */
import { sql } from 'kysely';
import type { Work } from '../engine/resource.ts';
import { firewallErrors } from '../errors/firewall-errors.ts';
import { portErrors } from '../errors/port-errors.ts';

interface PortRow {
  readonly id: string;
  readonly project_id: string;
  readonly device_owner: string;
}

/** Owners of ports at which a firewall can stand. */
const guarded = /^(network:(router_interface|ha_router_replicated_interface|router_interface_distributed)$|compute:)/;

/** Gives the group these ports, and no other. Throws what FWaaS says of one that it cannot have. */
export async function setFirewallPorts(
  work: Work,
  group: { readonly id: string; readonly projectId: string },
  portIds: readonly string[],
): Promise<void> {
  await checkPorts(work, group.projectId, portIds);
  await work.trx.deleteFrom('firewall_group_ports').where('firewall_group_id', '=', group.id).execute();
  if (portIds.length === 0) return;
  const { rows: taken } = await sql<{ port_id: string }>`
    insert into firewall_group_ports (port_id, firewall_group_id)
    select unnest(${portIds}::uuid[]), ${group.id} on conflict (port_id) do nothing returning port_id`.execute(
    work.trx,
  );
  const refused = portIds.filter((id) => !taken.some((row) => row.port_id === id.toLowerCase()));
  if (refused.length > 0) throw firewallErrors.portsInUse(refused);
}

async function checkPorts(work: Work, projectId: string, portIds: readonly string[]): Promise<void> {
  const { rows } = await sql<PortRow>`
    select id, project_id, device_owner from ports where id = any(${portIds}::uuid[])
      and (project_id = ${work.caller.projectId} or ${work.caller.isAdmin}) for key share`.execute(work.trx);
  for (const portId of portIds) {
    const port = rows.find((row) => row.id === portId.toLowerCase());
    if (port === undefined) throw portErrors.notFound(portId);
    if (!guarded.test(port.device_owner)) throw firewallErrors.portInvalid(portId);
    if (port.project_id !== '' && port.project_id !== projectId) {
      throw firewallErrors.portOfOtherProject(portId, port.project_id);
    }
  }
}
