/** What an update of a port does beside its plain columns: addresses, MAC, binding. */
import { sql } from 'kysely';
import { bindPorts } from '../../schedule/bind.ts';
import { sqlState } from '../../store/transaction.ts';
import type { JsonObject } from '../engine/json.ts';
import type { Row, Work } from '../engine/resource.ts';
import { textOf, textOrNullOf, type Values } from '../engine/values.ts';
import { portErrors } from '../errors/port-errors.ts';
import { dropForwardings } from './drop-forwardings.ts';
import { allocateFixedIps } from './fixed-ips.ts';
import { freeFloatingIps } from './remove-port.ts';

const uniqueViolation = '23505';

/** Gives the port these fixed IPs; those that it has and that are asked for again stay as they are. */
export async function changeFixedIps(work: Work, current: Row, asked: readonly JsonObject[]): Promise<void> {
  const { rows: have } = await sql<{ subnet_id: string; ip_address: string }>`
    select subnet_id, host(ip_address) as ip_address from ip_allocations where port_id = ${current.id} order by position`.execute(
    work.trx,
  );
  const free = new Set(have);
  const kept: string[] = [];
  const added: JsonObject[] = [];
  // Addresses that are named are found first, so that a request for any address of a subnet does not claim one of them.
  const byNeed = [...asked].sort((a, b) => Number('ip_address' in b) - Number('ip_address' in a));
  for (const one of byNeed) {
    const same = [...free].find(
      (address) =>
        (one['ip_address'] ?? address.ip_address) === address.ip_address &&
        (one['subnet_id'] ?? address.subnet_id) === address.subnet_id,
    );
    if (same === undefined) {
      added.push(one);
    } else {
      free.delete(same);
      kept.push(same.ip_address);
    }
  }
  const dropped = [...free].map((address) => address.ip_address);
  await freeFloatingIps(work, sql`f.port_id = ${current.id} and f.fixed_ip_address = any(${dropped}::inet[])`);
  await dropForwardings(
    work,
    sql`p.internal_port_id = ${current.id} and p.internal_ip_address = any(${dropped}::inet[])`,
  );
  await sql`delete from ndp_proxies where port_id = ${current.id} and ip_address = any(${dropped}::inet[])`.execute(
    work.trx,
  );
  await sql`delete from ip_allocations where port_id = ${current.id} and ip_address = any(${dropped}::inet[])`.execute(
    work.trx,
  );
  const port = {
    id: current.id,
    networkId: String(current['network_id']),
    macAddress: String(current['mac_address']),
    deviceOwner: String(current['device_owner']),
  };
  await allocateFixedIps(work, port, added, have.length);
}

/** Changes the MAC address. Throws 409 when another port of the network has it. */
export async function changeMac(work: Work, current: Row, macAddress: string): Promise<void> {
  try {
    await work.trx.updateTable('ports').set({ mac_address: macAddress }).where('id', '=', current.id).execute();
  } catch (error) {
    if (sqlState(error) === uniqueViolation) throw portErrors.macInUse(String(current['network_id']), macAddress);
    throw error;
  }
}

/** Binds anew when the host changes. What was reported of the port is no longer true there. */
export async function changeBinding(work: Work, current: Row, changes: Values): Promise<void> {
  if (!('binding:host_id' in changes)) return;
  const host = textOrNullOf(changes, 'binding:host_id') ?? '';
  if (host === textOf(current, 'binding:host_id')) return;
  await work.trx
    .updateTable('ports')
    .set({ host_id: host, status: 'DOWN', status_reason: '' })
    .where('id', '=', current.id)
    .execute();
  await bindPorts(work.trx, [current.id]);
}
