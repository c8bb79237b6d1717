/** A router's ports on the networks of projects. */
import { sql } from 'kysely';
import { cidrContains, ipVersionOf, toAddress, toCidr } from '../../model/addresses.ts';
import { isObject, type Json, type JsonObject } from '../engine/json.ts';
import { touch } from '../engine/operations.ts';
import { readOne } from '../engine/read.ts';
import type { Row, Work } from '../engine/resource.ts';
import { isUuid } from '../engine/validators.ts';
import { objectsOf } from '../engine/values.ts';
import { networkErrors } from '../errors/network-errors.ts';
import { portErrors } from '../errors/port-errors.ts';
import { requestErrors } from '../errors/request-errors.ts';
import { routerErrors } from '../errors/router-errors.ts';
import { port as portResource } from '../resources/port.ts';
import { subnet as subnetResource } from '../resources/subnet.ts';
import { allocateFixedIps } from './fixed-ips.ts';
import { makePort } from './make-port.ts';
import { checkInterfaceUnneededByNdp } from './ndp-proxy-state.ts';
import { placeChanged } from './place.ts';
import { removePorts } from './remove-port.ts';
import { checkNoOverlap } from './router-subnets.ts';

/** What add and remove answer. */
export interface InterfaceAnswer extends JsonObject {
  readonly id: string;
  readonly port_id: string;
  readonly subnet_id: string;
}

interface Asked {
  readonly portId: string | null;
  readonly subnetId: string | null;
}

/** `PUT /routers/{id}/add_router_interface`. */
export async function addInterface(work: Work, router: Row, body: Json | undefined): Promise<InterfaceAnswer> {
  const asked = readAsked(body);
  if (asked.portId !== null && asked.subnetId !== null)
    throw routerErrors.bad('Cannot specify both subnet-id and port-id');
  const portId =
    asked.portId === null
      ? await addBySubnet(work, router, asked.subnetId ?? '')
      : await addByPort(work, router, asked.portId);
  await checkNoOverlap(work, router.id, portId);
  await work.trx
    .insertInto('router_interfaces')
    .values({ router_id: router.id, port_id: portId })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await touch(work, 'routers', router.id);
  work.changes.push({ kind: 'router', id: router.id });
  await placeChanged(work, router.id);
  return await describe(work, router, portId, asked.subnetId);
}

/** `PUT /routers/{id}/remove_router_interface`. */
export async function removeInterface(work: Work, router: Row, body: Json | undefined): Promise<InterfaceAnswer> {
  const asked = readAsked(body);
  const portId = await findInterface(work, router, asked);
  const answer = await describe(work, router, portId, asked.subnetId);
  const removed = asked.subnetId === null ? subnetIds(answer) : [asked.subnetId];
  for (const subnetId of removed) await checkUnneeded(work, router, subnetId);
  if (removed.length < subnetIds(answer).length) {
    await sql`delete from ip_allocations where port_id = ${portId} and subnet_id = any(${removed}::uuid[])`.execute(
      work.trx,
    );
    await touch(work, 'ports', portId);
    work.changes.push({ kind: 'port', id: portId });
  } else {
    await work.trx.deleteFrom('router_interfaces').where('port_id', '=', portId).execute();
    await removePorts(work, [portId]);
  }
  await touch(work, 'routers', router.id);
  work.changes.push({ kind: 'router', id: router.id });
  return answer;
}

function readAsked(body: Json | undefined): Asked {
  if (!isObject(body)) throw requestErrors.bodyRequired();
  const read = (name: string): string | null => {
    const value = body[name];
    if (value === undefined || value === null) return null;
    if (!isUuid(value))
      throw routerErrors.bad(`Invalid input for ${name}. Reason: '${String(value)}' is not a valid UUID`);
    return value;
  };
  const asked = { portId: read('port_id'), subnetId: read('subnet_id') };
  if (asked.portId === null && asked.subnetId === null) {
    throw routerErrors.bad('Either subnet_id or port_id must be specified');
  }
  return asked;
}

async function addBySubnet(work: Work, router: Row, subnetId: string): Promise<string> {
  const subnet = await readOne(work.trx, subnetResource, work.caller, subnetId);
  await checkNotJoined(work, router, [subnetId]);
  const gatewayIp = subnet['gateway_ip'];
  if (typeof gatewayIp !== 'string') throw routerErrors.bad('Subnet for router interface must have a gateway IP');
  const networkId = String(subnet['network_id']);
  await checkOwnSubnet(work, subnet, networkId);
  if (subnet['ip_version'] === 6 && subnet['ipv6_ra_mode'] === null && subnet['ipv6_address_mode'] !== null) {
    throw routerErrors.bad(
      `IPv6 subnet ${subnetId} configured to receive RAs from an external router cannot be added to Neutron Router`,
    );
  }
  const fixedIps = [{ subnet_id: subnetId, ip_address: gatewayIp }];
  const sixth = subnet['ip_version'] === 6 ? await ipv6Interface(work, router, networkId) : null;
  if (sixth !== null) {
    // All IPv6 subnets of a network share one interface, which announces them all.
    const { id, mac, count } = sixth;
    const port = { id, networkId, macAddress: mac, deviceOwner: 'network:router_interface' };
    await allocateFixedIps(work, [{ port, asked: fixedIps, firstPosition: count }]);
    await touch(work, 'ports', id);
    work.changes.push({ kind: 'port', id });
    return id;
  }
  return await makePort(work, {
    row: {
      project_id: String(router['project_id']),
      network_id: networkId,
      device_id: router.id,
      device_owner: 'network:router_interface',
      port_security_enabled: false,
    },
    fixedIps,
  });
}

/** The gateway of a subnet is its owner's to give: a network that is everybody's may be used, but not led through a router. */
async function checkOwnSubnet(work: Work, subnet: Row, networkId: string): Promise<void> {
  const { isAdmin, projectId } = work.caller;
  if (isAdmin || subnet['project_id'] === projectId) return;
  const { rows } = await sql`
    select 1 from rbac_policies where object_id = ${networkId} and object_type = 'network' and action = 'access_as_shared'
      and target_project = ${projectId}
    union all select 1 from networks where id = ${networkId} and project_id = ${projectId}`.execute(work.trx);
  if (rows.length > 0) return;
  throw routerErrors.bad(
    `Cannot add interface to router because subnet ${subnet.id} is not owned by project making the request`,
  );
}

async function ipv6Interface(
  work: Work,
  router: Row,
  networkId: string,
): Promise<{ readonly id: string; readonly mac: string; readonly count: number } | null> {
  const { rows } = await sql<{ id: string; mac: string; count: number }>`
    select p.id, p.mac_address::text as mac, (select count(*) from ip_allocations a where a.port_id = p.id) as count
    from router_interfaces i join ports p on p.id = i.port_id
    where i.router_id = ${router.id} and p.network_id = ${networkId}
      and exists (select 1 from ip_allocations a where a.port_id = p.id and family(a.ip_address) = 6) limit 1`.execute(
    work.trx,
  );
  return rows[0] ?? null;
}

async function addByPort(work: Work, router: Row, portId: string): Promise<string> {
  const found = await readOne(work.trx, portResource, work.caller, portId, { forUpdate: true });
  const deviceId = String(found['device_id']);
  if (deviceId !== '') throw portErrors.inUse(portId, String(found['network_id']), deviceId);
  const fixedIps = objectsOf(found, 'fixed_ips') ?? [];
  if (fixedIps.length === 0) throw routerErrors.bad('Router port must have at least one fixed IP');
  await checkNotJoined(
    work,
    router,
    fixedIps.map((one) => String(one['subnet_id'])),
  );
  const versions = fixedIps.map((one) => ipVersionOf(String(one['ip_address'])));
  if (versions.filter((version) => version === 4).length > 1) {
    throw routerErrors.bad('Cannot have multiple IPv4 subnets on router port');
  }
  const sixth = versions.includes(6) ? await ipv6Interface(work, router, String(found['network_id'])) : null;
  if (sixth !== null) {
    throw routerErrors.bad(
      `Router already contains IPv6 port ${sixth.id} belonging to network id ${String(found['network_id'])}. Only one IPv6 port from the same network subnet can be connected to a router`,
    );
  }
  await sql`
    update ports set device_id = ${router.id}, device_owner = 'network:router_interface', port_security_enabled = false,
      revision_number = revision_number + 1, updated_at = now()
    where id = ${portId}`.execute(work.trx);
  await sql`delete from port_security_groups where port_id = ${portId}`.execute(work.trx);
  work.changes.push({ kind: 'port', id: portId });
  return portId;
}

async function checkNotJoined(work: Work, router: Row, subnetIdsGiven: readonly string[]): Promise<void> {
  const { rows } = await sql<{ subnet_id: string }>`
    select a.subnet_id from router_interfaces i join ip_allocations a on a.port_id = i.port_id
    where i.router_id = ${router.id} and a.subnet_id = any(${subnetIdsGiven}::uuid[]) limit 1`.execute(work.trx);
  if (rows[0] !== undefined) throw routerErrors.bad(`Router already has a port on subnet ${rows[0].subnet_id}`);
}

async function findInterface(work: Work, router: Row, asked: Asked): Promise<string> {
  const { rows } = await sql<{ port_id: string; subnet_id: string }>`
    select i.port_id, a.subnet_id from router_interfaces i left join ip_allocations a on a.port_id = i.port_id
    where i.router_id = ${router.id}`.execute(work.trx);
  if (asked.portId !== null) {
    const own = rows.filter((row) => row.port_id === asked.portId);
    if (own.length === 0) throw routerErrors.interfaceNotFound(router.id, asked.portId);
    if (asked.subnetId !== null && !own.some((row) => row.subnet_id === asked.subnetId)) {
      throw routerErrors.subnetMismatch(asked.portId, asked.subnetId);
    }
    return asked.portId;
  }
  const subnetId = asked.subnetId ?? '';
  const found = rows.find((row) => row.subnet_id === subnetId);
  if (found !== undefined) return found.port_id;
  const there = await work.trx.selectFrom('subnets').select('id').where('id', '=', subnetId).executeTakeFirst();
  throw there === undefined
    ? networkErrors.subnetNotFound(subnetId)
    : routerErrors.interfaceNotFoundForSubnet(router.id, subnetId);
}

/** A floating IP, or a route's next hop, may need the interface. */
async function checkUnneeded(work: Work, router: Row, subnetId: string): Promise<void> {
  const { rows } = await sql<{ cidr: string; floating: boolean; gateway: boolean }>`
    select s.cidr::text as cidr, exists (
      select 1 from floating_ips f join ip_allocations a on a.port_id = f.port_id and a.ip_address = f.fixed_ip_address
      where f.router_id = ${router.id} and a.subnet_id = s.id
      union all
      select 1 from floating_ips f join port_forwardings p on p.floatingip_id = f.id
      join ip_allocations a on a.port_id = p.internal_port_id and a.ip_address = p.internal_ip_address
      where f.router_id = ${router.id} and a.subnet_id = s.id) as floating,
      exists (select 1 from floating_ips f join routers r on r.id = f.router_id
        where r.id = ${router.id} and f.floating_network_id = s.network_id
        and r.gateway_network_id is distinct from s.network_id
        and not exists (select 1 from router_extra_gateways e where e.router_id = r.id and e.network_id = s.network_id)) as gateway
    from subnets s where s.id = ${subnetId}`.execute(work.trx);
  const subnet = rows[0];
  if (subnet?.floating) throw routerErrors.interfaceNeededByFloatingIp(router.id, subnetId);
  if (subnet?.gateway) throw routerErrors.interfaceIsGatewayOfFloatingIp(router.id, subnetId);
  await checkInterfaceUnneededByNdp(work, router.id, subnetId);
  const hops = (objectsOf(router, 'routes') ?? []).map((route) => toAddress(String(route['nexthop'])));
  if (subnet !== undefined && hops.some((hop) => cidrContains(toCidr(subnet.cidr), hop))) {
    throw routerErrors.interfaceNeededByRoute(router.id, subnetId);
  }
}

function subnetIds(answer: InterfaceAnswer): readonly string[] {
  const ids = answer['subnet_ids'];
  return Array.isArray(ids) ? ids.map(String) : [];
}

async function describe(work: Work, router: Row, portId: string, subnetId: string | null): Promise<InterfaceAnswer> {
  const { rows } = await sql<{ network_id: string; subnet_ids: string[] }>`
    select p.network_id, coalesce((select json_agg(a.subnet_id order by a.position) from ip_allocations a where a.port_id = p.id), '[]') as subnet_ids
    from ports p where p.id = ${portId}`.execute(work.trx);
  const row = rows[0];
  const all = row?.subnet_ids ?? [];
  return {
    id: router.id,
    tenant_id: router['project_id'] ?? '',
    project_id: router['project_id'] ?? '',
    port_id: portId,
    network_id: row?.network_id ?? '',
    subnet_id: subnetId ?? all[0] ?? '',
    subnet_ids: subnetId === null ? all : [subnetId, ...all.filter((one) => one !== subnetId)],
  };
}
