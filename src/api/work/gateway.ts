/** A router's way out: its port on an external network. */
import { sql } from 'kysely';
import type { JsonObject } from '../engine/json.ts';
import type { Work } from '../engine/resource.ts';
import { booleanOf, objectsOf, requiredText } from '../engine/values.ts';
import { routerErrors } from '../errors/router-errors.ts';
import { changeFixedIps } from './change-port.ts';
import { makePort } from './make-port.ts';
import { removePorts } from './remove-port.ts';
import { checkNoOverlap } from './router-subnets.ts';
import { seenNetwork } from './seen-network.ts';

interface GatewayRow {
  readonly gateway_port_id: string | null;
  readonly gateway_network_id: string | null;
}

/** Gives the router the gateway that a request asks for; null or an empty object takes it away. */
export async function setGateway(work: Work, routerId: string, info: JsonObject | null): Promise<void> {
  const current = await work.trx
    .selectFrom('routers')
    .select(['gateway_port_id', 'gateway_network_id'])
    .where('id', '=', routerId)
    .executeTakeFirstOrThrow();
  if (info === null || Object.keys(info).length === 0) return await clearGateway(work, routerId, current);
  const networkId = requiredText(info, 'network_id');
  if (networkId !== current.gateway_network_id) {
    await checkExternal(work, networkId);
    await clearGateway(work, routerId, current);
    await addGateway(work, routerId, networkId, objectsOf(info, 'external_fixed_ips'));
  } else if (current.gateway_port_id !== null) {
    await changeAddresses(work, current.gateway_port_id, objectsOf(info, 'external_fixed_ips'));
  }
  const enable_snat = booleanOf(info, 'enable_snat');
  if (enable_snat !== undefined)
    await work.trx.updateTable('routers').set({ enable_snat }).where('id', '=', routerId).execute();
}

async function addGateway(
  work: Work,
  routerId: string,
  networkId: string,
  fixedIps: readonly JsonObject[] | undefined,
): Promise<void> {
  const portId = await makePort(work, {
    // The port is nobody's: its project must not change or delete what holds up the router.
    row: {
      project_id: '',
      network_id: networkId,
      device_id: routerId,
      device_owner: 'network:router_gateway',
      port_security_enabled: false,
    },
    fixedIps,
  });
  await checkNoOverlap(work, routerId, portId);
  await work.trx
    .updateTable('routers')
    .set({ gateway_port_id: portId, gateway_network_id: networkId })
    .where('id', '=', routerId)
    .execute();
}

async function clearGateway(work: Work, routerId: string, current: GatewayRow): Promise<void> {
  if (current.gateway_port_id === null || current.gateway_network_id === null) return;
  const { rows } = await sql`select 1 from floating_ips where router_id = ${routerId} limit 1`.execute(work.trx);
  if (rows.length > 0) throw routerErrors.gatewayNeededByFloatingIp(routerId, current.gateway_network_id);
  await work.trx
    .updateTable('routers')
    .set({ gateway_port_id: null, gateway_network_id: null, enable_snat: true })
    .where('id', '=', routerId)
    .execute();
  await removePorts(work, [current.gateway_port_id]);
}

async function changeAddresses(work: Work, portId: string, fixedIps: readonly JsonObject[] | undefined): Promise<void> {
  if (fixedIps === undefined) return;
  const { rows } = await sql<{ id: string; network_id: string; mac_address: string; device_owner: string }>`
    select id, network_id, mac_address::text as mac_address, device_owner from ports where id = ${portId}`.execute(
    work.trx,
  );
  const row = rows[0];
  if (row === undefined) return;
  await changeFixedIps(work, { ...row }, fixedIps);
  work.changes.push({ kind: 'port', id: portId });
}

async function checkExternal(work: Work, networkId: string): Promise<void> {
  const { external } = await seenNetwork(work, networkId);
  if (!external) throw routerErrors.bad(`Network ${networkId} is not an external network`);
}
