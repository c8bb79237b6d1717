/** Which ports can be a trunk's parent and its sub-ports. */
import { sql } from 'kysely';
import { asText, type JsonObject } from '../engine/json.ts';
import type { Work } from '../engine/resource.ts';
import { requiredText } from '../engine/values.ts';
import { portErrors } from '../errors/port-errors.ts';
import { requestErrors } from '../errors/request-errors.ts';
import { trunkErrors } from '../errors/trunk-errors.ts';
import { vlanOf } from './sub-port-values.ts';
import { bindSubPorts } from './trunk-binding.ts';

interface PortRow {
  readonly id: string;
  readonly network_id: string;
  readonly device_id: string;
  readonly host_id: string;
  readonly mtu: number;
  readonly network_type: string;
  readonly segmentation_id: number | null;
  /** The trunk that it is a sub-port of. */
  readonly sub_port_of: string | null;
  readonly parent_of: string | null;
}

interface Trunk {
  readonly id: string;
  readonly portId: string;
}

/**
 * Locks the ports, so that none becomes a parent here and a sub-port there in the same moment, and reads them. Throws 404 for
 * one that the caller may not see.
 */
async function lockPorts(work: Work, ids: readonly string[]): Promise<ReadonlyMap<string, PortRow>> {
  const { rows: seen } = await sql<{ id: string }>`
    select id from ports where id = any(${ids}::uuid[]) and (${work.caller.isAdmin} or project_id = ${work.caller.projectId})
    order by id for update`.execute(work.trx);
  const missing = ids.find((id) => !seen.some((row) => row.id === id.toLowerCase()));
  if (missing !== undefined) throw portErrors.notFound(missing);
  const { rows } = await sql<PortRow>`
    select p.id, p.network_id, p.device_id, p.host_id, n.mtu, n.network_type, n.segmentation_id,
      s.trunk_id as sub_port_of, k.id as parent_of
    from ports p join networks n on n.id = p.network_id
      left join trunk_sub_ports s on s.port_id = p.id left join trunks k on k.port_id = p.id
    where p.id = any(${ids}::uuid[])`.execute(work.trx);
  return new Map(rows.map((row) => [row.id, row]));
}

/** Throws 409 for a port that cannot be a parent: one of another trunk, or one that is plugged already. */
export async function checkParent(work: Work, portId: string): Promise<void> {
  const port = (await lockPorts(work, [portId])).get(portId.toLowerCase());
  if (port?.sub_port_of) throw trunkErrors.portInUse(portId);
  if (port === undefined || port.parent_of !== null || port.host_id !== '') throw trunkErrors.parentInUse(portId);
}

/** Gives the trunk these sub-ports. Throws what Neutron says of those that cannot be. */
export async function addSubPorts(work: Work, trunk: Trunk, asked: readonly JsonObject[]): Promise<void> {
  if (asked.length === 0) return;
  const ids = asked.map((one) => requiredText(one, 'port_id').toLowerCase());
  const ports = await lockPorts(work, [...new Set([...ids, trunk.portId])]);
  const parent = ports.get(trunk.portId);
  const taken = await segmentations(work, trunk.id);
  const rows = asked.map((one, index) => {
    const port = ports.get(ids[index] ?? '');
    if (port === undefined || parent === undefined) throw portErrors.notFound(ids[index] ?? '');
    const segmentation_id = segmentationOf(one, port);
    checkUnused(port, trunk);
    if (port.mtu > parent.mtu) throw trunkErrors.mtuTooBig(port, { id: trunk.id, mtu: parent.mtu });
    if (taken.has(segmentation_id)) throw trunkErrors.duplicate('vlan', segmentation_id, trunk.id);
    taken.add(segmentation_id);
    return { port_id: port.id, trunk_id: trunk.id, segmentation_type: 'vlan', segmentation_id };
  });
  await work.trx.insertInto('trunk_sub_ports').values(rows).execute();
  await bindSubPorts(work, sql`k.id = ${trunk.id}`);
}

async function segmentations(work: Work, trunkId: string): Promise<Set<number>> {
  const rows = await work.trx
    .selectFrom('trunk_sub_ports')
    .select('segmentation_id')
    .where('trunk_id', '=', trunkId)
    .execute();
  return new Set(rows.map((row) => row.segmentation_id));
}

function segmentationOf(asked: JsonObject, port: PortRow): number {
  const inherits = asked['segmentation_type'] === 'inherit';
  const type = inherits ? port.network_type : asText(asked['segmentation_type'] ?? '');
  if (type !== 'vlan') throw requestErrors.invalidInput(`Segmentation type ${type} is not supported`);
  const given = inherits ? port.segmentation_id : (asked['segmentation_id'] ?? null);
  const vlan = vlanOf(given);
  if (vlan === null)
    throw requestErrors.invalidInput(`Invalid segmentation_id '${asText(given)}' for segmentation_type 'vlan'`);
  return vlan;
}

function checkUnused(port: PortRow, trunk: Trunk): void {
  if (port.id === trunk.portId || port.parent_of !== null) throw trunkErrors.parentInUse(port.id);
  if (port.sub_port_of !== null) throw trunkErrors.portInUse(port.id);
  if (port.host_id !== '' || port.device_id !== '') throw portErrors.inUse(port.id, port.network_id, port.device_id);
}
