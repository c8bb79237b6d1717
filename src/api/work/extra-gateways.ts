/** Several gateways of a router (external-gateway-multihoming). The first is the router's own, the others stand beside it. */
import { sql } from 'kysely';
import type { JsonObject } from '../engine/json.ts';
import type { Work } from '../engine/resource.ts';
import { objectsOf, requiredText } from '../engine/values.ts';
import { routerErrors } from '../errors/router-errors.ts';
import { changeGatewayAddresses, checkExternal, checkGatewayUnneeded, makeGatewayPort, setGateway } from './gateway.ts';
import { removePorts } from './remove-port.ts';

interface Gateway {
  readonly port_id: string;
  readonly network_id: string;
  readonly first: boolean;
  readonly addresses: readonly string[];
}

type Infos = readonly JsonObject[];

export async function addGateways(work: Work, routerId: string, infos: Infos): Promise<void> {
  for (const info of infos) {
    const present = await readGateways(work, routerId);
    if (present.length === 0) await setGateway(work, routerId, info);
    else await addBeside(work, routerId, info);
  }
}

export async function removeGateways(work: Work, routerId: string, infos: Infos): Promise<void> {
  if (infos.length === 0) return;
  const present = await readGateways(work, routerId);
  if (present.length === 0) {
    throw routerErrors.cannotRemoveGateways(routerId, 'the router does not have any external gateways');
  }
  const chosen = infos.map((info) => {
    const found = match(routerId, present, info);
    if (found !== null) return found;
    const networkId = requiredText(info, 'network_id');
    throw routerErrors.cannotMatchGateways(routerId, `no gateway port on network ${networkId} has these fixed IPs`);
  });
  await removeThese(work, routerId, chosen);
}

/** Makes the gateways exactly these; those that are there already keep their ports. */
export async function updateGateways(work: Work, routerId: string, infos: Infos): Promise<void> {
  const [own, ...others] = infos;
  if (own === undefined) return await removeAllGateways(work, routerId);
  const wanted = match(routerId, await readGateways(work, routerId), own);
  if (wanted !== null && !wanted.first) await swapFirst(work, routerId, wanted);
  await setGateway(work, routerId, own);
  const beside = (await readGateways(work, routerId)).filter((one) => !one.first);
  const kept = new Set<Gateway>();
  const added: JsonObject[] = [];
  for (const info of others) {
    const found = match(
      routerId,
      beside.filter((one) => !kept.has(one)),
      info,
    );
    if (found === null) {
      added.push(info);
    } else {
      kept.add(found);
      await changeGatewayAddresses(work, found.port_id, objectsOf(info, 'external_fixed_ips'));
    }
  }
  await removeThese(
    work,
    routerId,
    beside.filter((one) => !kept.has(one)),
  );
  for (const info of added) await addBeside(work, routerId, info);
}

/** With a router all of its gateways go. */
export async function removeAllGateways(work: Work, routerId: string): Promise<void> {
  await removeThese(work, routerId, await readGateways(work, routerId));
}

async function readGateways(work: Work, routerId: string): Promise<readonly Gateway[]> {
  const { rows } = await sql<Gateway>`
    select g.port_id, g.network_id, g.first,
      coalesce((select json_agg(host(a.ip_address)) from ip_allocations a where a.port_id = g.port_id), '[]') as addresses
    from (
      select gateway_port_id as port_id, gateway_network_id as network_id, true as first, 0::bigint as number
      from routers where id = ${routerId} and gateway_port_id is not null
      union all
      select port_id, network_id, false, number from router_extra_gateways where router_id = ${routerId}
    ) g order by g.first desc, g.number`.execute(work.trx);
  return rows;
}

/** The gateway that a request means: by network, and by one of its addresses where it names some. */
function match(routerId: string, present: readonly Gateway[], info: JsonObject): Gateway | null {
  const networkId = requiredText(info, 'network_id');
  const there = present.filter((one) => one.network_id === networkId);
  const asked = (objectsOf(info, 'external_fixed_ips') ?? []).map((one) => one['ip_address']);
  if (asked.length > 0) return there.find((one) => one.addresses.some((ip) => asked.includes(ip))) ?? null;
  if (there.length > 1) {
    throw routerErrors.cannotMatchGateways(
      routerId,
      `multiple gateway ports are attached to the same network ${networkId} but external_fixed_ips parameter is not specified in the request`,
    );
  }
  return there[0] ?? null;
}

async function addBeside(work: Work, routerId: string, info: JsonObject): Promise<void> {
  const networkId = requiredText(info, 'network_id');
  await checkExternal(work, networkId);
  const portId = await makeGatewayPort(work, routerId, networkId, objectsOf(info, 'external_fixed_ips'));
  await work.trx
    .insertInto('router_extra_gateways')
    .values({ port_id: portId, router_id: routerId, network_id: networkId })
    .execute();
}

/** Those beside the first go first, so that the first one, when it goes too, finds no successor. */
async function removeThese(work: Work, routerId: string, gone: readonly Gateway[]): Promise<void> {
  for (const { port_id: portId, network_id: networkId } of gone.filter((one) => !one.first)) {
    await checkGatewayUnneeded(work, routerId, { portId, networkId });
    await work.trx.deleteFrom('router_extra_gateways').where('port_id', '=', portId).execute();
    await removePorts(work, [portId]);
  }
  if (gone.some((one) => one.first)) await setGateway(work, routerId, null);
}

async function swapFirst(work: Work, routerId: string, next: Gateway): Promise<void> {
  await sql`
    with former as (select gateway_port_id as port_id, gateway_network_id as network_id from routers where id = ${routerId}),
    gone as (delete from router_extra_gateways where port_id = ${next.port_id}),
    beside as (insert into router_extra_gateways (port_id, router_id, network_id)
      select port_id, ${routerId}, network_id from former where port_id is not null)
    update routers set gateway_port_id = ${next.port_id}, gateway_network_id = ${next.network_id} where id = ${routerId}`.execute(
    work.trx,
  );
}
