/** What an update of a port does beside its plain columns: addresses, MAC, binding. */
import { sql } from 'kysely';
import { bindPorts } from '../../schedule/bind.ts';
import { randomMac } from '../../schedule/insert-port.ts';
import { toMacAddress } from '../engine/conversions.ts';
import type { JsonObject } from '../engine/json.ts';
import type { Row, Work } from '../engine/resource.ts';
import { macAddress } from '../engine/validators.ts';
import { objectOrNullOf, textOf, textOrNullOf, type Values } from '../engine/values.ts';
import { portErrors } from '../errors/port-errors.ts';
import { requestErrors } from '../errors/request-errors.ts';
import { dropForwardings } from './drop-forwardings.ts';
import { allocateFixedIps } from './fixed-ips.ts';
import { freeFloatingIps } from './remove-port.ts';

const maximumDraws = 16;
const fixedOwners = new Set(['network:router_ha_interface', 'network:router_centralized_snat']);

/** Gives the port these fixed IPs; those that it has and that are asked for again stay as they are. */
export async function changeFixedIps(work: Work, current: Row, asked: readonly JsonObject[]): Promise<void> {
  const owner = String(current['device_owner']);
  if (fixedOwners.has(owner)) throw portErrors.notForOwner('fixed ips update', owner, current.id);
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
  await allocateFixedIps(work, [{ port, asked: added, firstPosition: have.length }]);
}

/**
 * Changes the MAC address where the request asks for it, null for a new one, and gives the one that the port has then. Throws
 * 409 when another port of the network has it, and while something uses the old one.
 */
export async function changeMac(work: Work, current: Row, changes: Values): Promise<string> {
  const before = String(current['mac_address']);
  const wanted = wantedMac(current, changes);
  if (wanted === undefined || wanted === before) return before;
  const owner = String(current['device_owner']);
  if (owner.startsWith('network:')) throw portErrors.notForOwner('mac address update', owner, current.id);
  const vifType = String(current['binding:vif_type']);
  const host = textOrNullOf(changes, 'binding:host_id') ?? current['binding:host_id'];
  const isPlugged = vifType !== 'unbound' && vifType !== 'binding_failed' && host === current['binding:host_id'];
  if (isPlugged && wanted !== null && !physical(current, changes)) {
    throw portErrors.bound(current.id, vifType, before, wanted);
  }
  // A drawn one that is taken is drawn again, which a failed statement would not allow.
  for (let attempt = 0; attempt < maximumDraws; attempt += 1) {
    const mac = wanted ?? randomMac(work.config.network.base_mac);
    const { rows } = await sql`
      update ports p set mac_address = ${mac}::macaddr where p.id = ${current.id} and not exists (
        select 1 from ports o where o.network_id = p.network_id and o.mac_address = ${mac}::macaddr and o.id <> p.id)
      returning 1`.execute(work.trx);
    if (rows.length > 0) return mac;
    if (wanted !== null) throw portErrors.macInUse(String(current['network_id']), wanted);
  }
  throw new Error(`no free MAC address found in ${maximumDraws} tries`);
}

/** A card that is given to a machine as it is has the address that it has: who binds it says which. */
function wantedMac(current: Row, changes: Values): string | null | undefined {
  const profile = objectOrNullOf(changes, 'binding:profile');
  const ofCard = profile?.['device_mac_address'];
  if (physical(current, changes) && typeof ofCard === 'string') {
    const mac = toMacAddress(ofCard);
    const reason = macAddress(mac);
    if (reason !== null) throw requestErrors.invalidInput(reason);
    return String(mac);
  }
  return textOrNullOf(changes, 'mac_address');
}

function physical(current: Row, changes: Values): boolean {
  return (changes['binding:vnic_type'] ?? current['binding:vnic_type']) === 'direct-physical';
}

/** Binds anew when the host changes. What was reported of the port is no longer true there. */
export async function changeBinding(work: Work, current: Row, changes: Values): Promise<void> {
  if (!('binding:host_id' in changes)) return;
  const host = textOrNullOf(changes, 'binding:host_id') ?? '';
  if (host === textOf(current, 'binding:host_id')) return;
  await work.trx
    .updateTable('ports')
    .set({ host_id: host, status: 'DOWN', status_reason: '', data_plane_status: null })
    .where('id', '=', current.id)
    .execute();
  // What was a binding beside the active one is the active one now.
  await sql`delete from port_bindings where port_id = ${current.id} and host = ${host}`.execute(work.trx);
  await bindPorts(work.trx, [current.id]);
}
