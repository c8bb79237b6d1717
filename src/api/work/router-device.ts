import { sql } from 'kysely';
import type { Work } from '../engine/resource.ts';
import { isUuid } from '../engine/validators.ts';
import { portErrors } from '../errors/port-errors.ts';

const routerOwners = new Set([
  'network:router_interface',
  'network:router_interface_distributed',
  'network:ha_router_replicated_interface',
  'network:router_gateway',
  'network:router_centralized_snat',
]);

/** Throws 409 when a project says that its port is of another project's router. */
export async function checkRouterDevice(
  work: Work,
  port: { readonly owner: string; readonly deviceId: string; readonly projectId: string },
): Promise<void> {
  if (work.caller.isAdmin || !routerOwners.has(port.owner) || !isUuid(port.deviceId)) return;
  const { rows } = await sql`
    select 1 from routers where id = ${port.deviceId} and project_id <> ${port.projectId}`.execute(work.trx);
  if (rows.length > 0) throw portErrors.deviceOfOthers(port.deviceId);
}
