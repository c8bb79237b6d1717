/** Ports with everything that belongs to them, for clients and for the services of the network alike. */
import { sql } from 'kysely';
import { bindPorts } from '../../schedule/bind.ts';
import { insertPorts, type NewPort } from '../../schedule/insert-port.ts';
import type { JsonObject } from '../engine/json.ts';
import type { Work } from '../engine/resource.ts';
import { portErrors } from '../errors/port-errors.ts';
import { allocateFixedIps, readSubnets } from './fixed-ips.ts';
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
  const [id] = await makePorts(work, [wanted]);
  if (id === undefined) throw new Error('a port was not made');
  return id;
}

/** Makes the ports, in statements of which each is for all of them. */
export async function makePorts(work: Work, wanted: readonly PortWanted[]): Promise<readonly string[]> {
  const [subnets, inserted] = await Promise.all([
    readSubnets(work, [...new Set(wanted.map(({ row }) => row.network_id))]),
    insertPorts(work.trx, wanted.map(toInsert), work.config.network.base_mac),
  ]);
  const ports = inserted.map((port, index) => {
    const one = wanted[index];
    if (one === undefined) throw new Error('more ports were made than wanted');
    if (port === null) throw portErrors.macInUse(one.row.network_id, one.macAddress ?? '');
    return { ...port, wanted: one };
  });
  await allocateFixedIps(
    work,
    ports.map(({ id, macAddress, wanted: { row, fixedIps } }) => ({
      port: { id, macAddress, networkId: row.network_id, deviceOwner: row.device_owner ?? '' },
      asked: fixedIps,
    })),
    subnets,
  );
  const memberships = ports.flatMap(({ id, wanted: { groupIds = [] } }) => groupIds.map((group) => ({ id, group })));
  await insertMemberships(work, memberships);
  await bindPorts(
    work.trx,
    ports.filter((port) => port.wanted.row.host_id).map((port) => port.id),
  );
  work.changes.push(
    ...ports.map(({ id, wanted: { row } }) => ({ kind: 'port', id, networkId: row.network_id })),
    ...[...new Set(memberships.map(({ group }) => group))].map((id) => ({ kind: 'security_group', id })),
  );
  return ports.map((port) => port.id);
}

function toInsert({ row, macAddress, addressPairs = [] }: PortWanted) {
  return {
    macAddress,
    row: (mac: string): NewPort =>
      addressPairs.length === 0 ? row : { ...row, allowed_address_pairs: JSON.stringify(keptPairs(addressPairs, mac)) },
  };
}

async function insertMemberships(
  work: Work,
  memberships: readonly { readonly id: string; readonly group: string }[],
): Promise<void> {
  if (memberships.length === 0) return;
  await sql`
    insert into port_security_groups (port_id, security_group_id)
    select * from unnest(${memberships.map((one) => one.id)}::uuid[], ${memberships.map((one) => one.group)}::uuid[])`.execute(
    work.trx,
  );
}
