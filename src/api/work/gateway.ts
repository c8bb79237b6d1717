/** A router's way out: its port on an external network. */
import { sql } from 'kysely';
import type { JsonObject } from '../engine/json.ts';
import type { Work } from '../engine/resource.ts';
import { booleanOf, objectsOf, requiredText } from '../engine/values.ts';
import { routerErrors } from '../errors/router-errors.ts';
import { changeFixedIps } from './change-port.ts';
import { makePort } from './make-port.ts';
import { checkGatewayUnneededByNdp, checkNdpAddresses } from './ndp-proxy-state.ts';
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
  if (info === null || Object.keys(info).length === 0) {
    await clearGateway(work, routerId, current);
    return await promoteGateway(work, routerId);
  }
  const networkId = requiredText(info, 'network_id');
  if (networkId !== current.gateway_network_id) {
    await checkExternal(work, networkId);
    await clearGateway(work, routerId, current);
    const portId = await makeGatewayPort(work, routerId, networkId, objectsOf(info, 'external_fixed_ips'));
    await work.trx
      .updateTable('routers')
      .set({ gateway_port_id: portId, gateway_network_id: networkId })
      .where('id', '=', routerId)
      .execute();
  } else if (current.gateway_port_id !== null) {
    await changeGatewayAddresses(work, current.gateway_port_id, objectsOf(info, 'external_fixed_ips'));
    await checkNdpAddresses(work, routerId);
  }
  // As Neutron has it: what a request does not say of SNAT is the default, not what was.
  const enable_snat = booleanOf(info, 'enable_snat') ?? true;
  await work.trx.updateTable('routers').set({ enable_snat }).where('id', '=', routerId).execute();
}

/** A port on an external network for the router. It is nobody's: its project must not change or delete what holds up a router. */
export async function makeGatewayPort(
  work: Work,
  routerId: string,
  networkId: string,
  fixedIps: readonly JsonObject[] | undefined,
): Promise<string> {
  const portId = await makePort(work, {
    row: {
      project_id: '',
      network_id: networkId,
      device_id: routerId,
      device_owner: 'network:router_gateway',
      port_security_enabled: false,
    },
    fixedIps: fixedIps?.length === 0 ? undefined : fixedIps,
  });
  await checkNoOverlap(work, routerId, portId);
  return portId;
}

export async function changeGatewayAddresses(
  work: Work,
  portId: string,
  fixedIps: readonly JsonObject[] | undefined,
): Promise<void> {
  if (fixedIps === undefined || fixedIps.length === 0) return;
  const { rows } = await sql<{ id: string; network_id: string; mac_address: string; device_owner: string }>`
    select id, network_id, mac_address::text as mac_address, device_owner from ports where id = ${portId}`.execute(
    work.trx,
  );
  const row = rows[0];
  if (row === undefined) return;
  await changeFixedIps(work, { ...row }, fixedIps);
  work.changes.push({ kind: 'port', id: portId });
}

/** Floating IPs of an external network need a gateway there, but not this one when there is another. */
export async function checkGatewayUnneeded(
  work: Work,
  routerId: string,
  gateway: { readonly portId: string; readonly networkId: string },
): Promise<void> {
  const { rows } = await sql`
    select 1 from floating_ips f where f.router_id = ${routerId} and f.floating_network_id = ${gateway.networkId}
      and not exists (select 1 from routers r where r.id = ${routerId} and r.gateway_network_id = ${gateway.networkId}
        and r.gateway_port_id <> ${gateway.portId})
      and not exists (select 1 from router_extra_gateways e where e.router_id = ${routerId}
        and e.network_id = ${gateway.networkId} and e.port_id <> ${gateway.portId}) limit 1`.execute(work.trx);
  if (rows.length > 0) throw routerErrors.gatewayNeededByFloatingIp(routerId, gateway.networkId);
}

async function clearGateway(work: Work, routerId: string, current: GatewayRow): Promise<void> {
  const { gateway_port_id: portId, gateway_network_id: networkId } = current;
  if (portId === null || networkId === null) return;
  await checkGatewayUnneeded(work, routerId, { portId, networkId });
  await checkGatewayUnneededByNdp(work, routerId);
  await work.trx
    .updateTable('routers')
    .set({ gateway_port_id: null, gateway_network_id: null, enable_snat: true, enable_ndp_proxy: false })
    .where('id', '=', routerId)
    .execute();
  await removePorts(work, [portId]);
}

/** The first of several gateways is the one that `external_gateway_info` shows; when it goes, the next takes its place. */
async function promoteGateway(work: Work, routerId: string): Promise<void> {
  await sql`
    with next as (
      delete from router_extra_gateways where port_id = (
        select port_id from router_extra_gateways where router_id = ${routerId} order by number limit 1)
      returning port_id, network_id
    )
    update routers set gateway_port_id = next.port_id, gateway_network_id = next.network_id
    from next where routers.id = ${routerId}`.execute(work.trx);
}

export async function checkExternal(work: Work, networkId: string): Promise<void> {
  const { external } = await seenNetwork(work, networkId);
  if (!external) throw routerErrors.bad(`Network ${networkId} is not an external network`);
}
