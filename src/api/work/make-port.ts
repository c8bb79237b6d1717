/** A port with everything that belongs to it, for a client and for the services of the network alike. */
import { bindPorts } from '../../schedule/bind.ts';
import { insertPort, insertPortWithMac, type NewPort } from '../../schedule/insert-port.ts';
import type { JsonObject } from '../engine/json.ts';
import type { Work } from '../engine/resource.ts';
import { portErrors } from '../errors/port-errors.ts';
import { allocateFixedIps } from './fixed-ips.ts';
import { keptPairs } from './port-values.ts';

export interface PortWanted {
  readonly row: NewPort;
  /** Undefined: a random one. */
  readonly macAddress?: string | undefined;
  /** Undefined: the usual ones. */
  readonly fixedIps?: readonly JsonObject[] | undefined;
  readonly groupIds?: readonly string[];
  readonly addressPairs?: readonly JsonObject[];
}

/** Makes the port and gives its id. Throws what Neutron says of a MAC or IP address that cannot be had. */
export async function makePort(work: Work, wanted: PortWanted): Promise<string> {
  const { id, macAddress } = await insertRow(work, wanted);
  await allocateFixedIps(
    work,
    { id, macAddress, networkId: wanted.row.network_id, deviceOwner: wanted.row.device_owner ?? '' },
    wanted.fixedIps,
  );
  const groupIds = wanted.groupIds ?? [];
  if (groupIds.length > 0) {
    await work.trx
      .insertInto('port_security_groups')
      .values(groupIds.map((groupId) => ({ port_id: id, security_group_id: groupId })))
      .execute();
  }
  if (wanted.addressPairs !== undefined && wanted.addressPairs.length > 0) {
    const pairs = JSON.stringify(keptPairs(wanted.addressPairs, macAddress));
    await work.trx.updateTable('ports').set({ allowed_address_pairs: pairs }).where('id', '=', id).execute();
  }
  if (wanted.row.host_id) await bindPorts(work.trx, [id]);
  work.changes.push(
    { kind: 'port', id, networkId: wanted.row.network_id },
    ...groupIds.map((groupId) => ({ kind: 'security_group', id: groupId })),
  );
  return id;
}

async function insertRow(
  work: Work,
  wanted: PortWanted,
): Promise<{ readonly id: string; readonly macAddress: string }> {
  const { macAddress } = wanted;
  if (macAddress === undefined) return await insertPort(work.trx, wanted.row, work.config.network.base_mac);
  const id = await insertPortWithMac(work.trx, wanted.row, macAddress);
  if (id === null) throw portErrors.macInUse(wanted.row.network_id, macAddress);
  return { id, macAddress };
}
