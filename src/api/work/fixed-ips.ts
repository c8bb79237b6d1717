/** The fixed IPs of a port: those that it asks for, or one of each IP version that its network has. */
import { sql } from 'kysely';
import { cidrContains, eui64Address, formatAddress, toAddress, toCidr } from '../../model/addresses.ts';
import { giveAddress, giveAddresses, takeAddresses } from '../../schedule/give-address.ts';
import type { JsonObject } from '../engine/json.ts';
import type { Work } from '../engine/resource.ts';
import { portErrors } from '../errors/port-errors.ts';
import { isHostAddress } from './subnet-addresses.ts';

export interface AddressedPort {
  readonly id: string;
  readonly networkId: string;
  readonly macAddress: string;
  readonly deviceOwner: string;
}

interface SubnetRow {
  readonly id: string;
  readonly cidr: string;
  readonly ip_version: number;
  /** Hosts make their own address (SLAAC, RFC 4862). */
  readonly auto: boolean;
  readonly service_types: readonly string[];
}

interface Wanted {
  readonly subnet: SubnetRow;
  /** Null: any that is free. */
  readonly ip: string | null;
}

/** What one port asks for; `asked` undefined asks for the usual. */
export interface Request {
  readonly port: AddressedPort;
  readonly asked: readonly JsonObject[] | undefined;
  /** Place of the first new address within the port. */
  readonly firstPosition?: number;
}

/** An address to be found. */
interface Place {
  readonly port: AddressedPort;
  readonly position: number;
  /** One of these, the first that has one left. */
  readonly subnets: readonly SubnetRow[];
  /** Null: any that is free. */
  readonly ip: string | null;
}

/** Of each network. */
type Subnets = ReadonlyMap<string, readonly SubnetRow[]>;

/** Gives the ports what they ask for, in statements for all of them. Throws what Neutron says when it cannot be. */
export async function allocateFixedIps(work: Work, requests: readonly Request[], known?: Subnets): Promise<void> {
  const asking = requests.filter((one) => one.asked?.length !== 0);
  if (asking.length === 0) return;
  const subnets = known ?? (await readSubnets(work, [...new Set(asking.map((one) => one.port.networkId))]));
  const places = asking.flatMap((one) => placesOf(one, subnets.get(one.port.networkId) ?? []));
  // Addresses that are named are taken first, so that a request for any address does not get one of them.
  await takeNamed(
    work,
    places.filter((place) => place.ip !== null),
  );
  await giveAny(
    work,
    places.filter((place) => place.ip === null),
  );
}

function placesOf({ port, asked, firstPosition = 0 }: Request, all: readonly SubnetRow[]): readonly Place[] {
  const subnets = eligible(port, all);
  if (asked === undefined) return usualPlaces(port, subnets);
  return asked.map((one, index) => {
    const { subnet, ip } = resolve(port, subnets, one);
    return { port, position: firstPosition + index, subnets: [subnet], ip };
  });
}

async function takeNamed(work: Work, places: readonly Place[]): Promise<void> {
  const wanted = places.flatMap(({ port, position, subnets: [subnet], ip }) =>
    subnet === undefined || ip === null ? [] : [{ portId: port.id, subnetId: subnet.id, position, address: ip }],
  );
  const taken = new Set(await takeAddresses(work.trx, wanted));
  const refused = wanted.find((one) => !taken.has(one));
  if (refused !== undefined) throw portErrors.addressInUse(refused.address, refused.subnetId);
}

/** Asks the first subnet of all that wait for it, then the next ones for those who got nothing. */
async function giveAny(work: Work, places: readonly Place[]): Promise<void> {
  let waiting = places;
  for (let choice = 0; waiting.length > 0; choice += 1) {
    const exhausted = waiting.find((place) => place.subnets[choice] === undefined);
    if (exhausted !== undefined) throw portErrors.noAddressLeft(exhausted.port.networkId);
    const left: Place[] = [];
    for (const subnetId of new Set(waiting.map((place) => place.subnets[choice]?.id ?? ''))) {
      const here = waiting.filter((place) => place.subnets[choice]?.id === subnetId);
      const wanted = here.map(({ port, position }) => ({ portId: port.id, subnetId, position }));
      const given = await giveAddresses(work.trx, subnetId, wanted);
      left.push(...here.filter((_, index) => given[index] === null));
    }
    waiting = left;
  }
}

/** Gives every port of a subnet's network, other than routers', its SLAAC address, when the subnet is of that kind. */
export async function addAutoAddresses(work: Work, subnetId: string): Promise<void> {
  const { rows } = await sql<{ id: string; mac: string; cidr: string }>`
    select p.id, p.mac_address::text as mac, s.cidr::text as cidr from subnets s join ports p on p.network_id = s.network_id
    where s.id = ${subnetId} and ${isAuto} and p.device_owner not like 'network:%'`.execute(work.trx);
  if (rows.length === 0) return;
  const ips = rows.map((row) => formatAddress(eui64Address(toCidr(row.cidr), row.mac)));
  const ids = rows.map((row) => row.id);
  await sql`
    insert into ip_allocations (port_id, subnet_id, ip_address, position)
    select n.id, ${subnetId}, n.ip, (select count(*) from ip_allocations a where a.port_id = n.id)
    from unnest(${ids}::uuid[], ${ips}::inet[]) as n (id, ip)`.execute(work.trx);
  work.changes.push(...ids.map((id) => ({ kind: 'port', id })));
}

/** Gives gateways of routers on the subnet's network an address there, where they have none of its IP version. */
export async function addGatewayAddresses(work: Work, subnetId: string): Promise<void> {
  const { rows } = await sql<{ id: string; position: number }>`
    select p.id, (select count(*) from ip_allocations a where a.port_id = p.id) as position
    from subnets s join ports p on p.network_id = s.network_id
    where s.id = ${subnetId} and not ${isAuto} and p.device_owner = 'network:router_gateway'
      and (s.service_types = '{}' or p.device_owner = any(s.service_types))
      and not exists (select 1 from ip_allocations a where a.port_id = p.id and family(a.ip_address) = s.ip_version)`.execute(
    work.trx,
  );
  for (const { id, position } of rows) {
    if ((await giveAddress(work.trx, { portId: id, subnetId, position })) === null) return;
    work.changes.push({ kind: 'port', id });
  }
}

/**
 * Subnets for the port's owner, then subnets for everybody. Throws where all of the network's are for others: such a port
 * without an address would look like a mistake of the server.
 */
function eligible(port: AddressedPort, all: readonly SubnetRow[]): readonly SubnetRow[] {
  const own = all.filter((one) => one.service_types.includes(port.deviceOwner));
  const common = all.filter((one) => one.service_types.length === 0);
  if (all.length > 0 && own.length + common.length === 0) {
    throw portErrors.noServiceSubnet(port.networkId, port.deviceOwner);
  }
  return [...own, ...common];
}

const isAuto = sql<boolean>`(s.ip_version = 6 and s.ipv6_address_mode in ('slaac', 'dhcpv6-stateless')) is true`;

/** By network. */
export async function readSubnets(work: Work, networkIds: readonly string[]): Promise<Subnets> {
  const { rows } = await sql<SubnetRow & { network_id: string }>`
    select s.network_id, s.id, s.cidr::text as cidr, s.ip_version, ${isAuto} as auto, s.service_types
    from subnets s where s.network_id = any(${networkIds}::uuid[]) order by s.created_at, s.id`.execute(work.trx);
  return new Map(networkIds.map((id) => [id, rows.filter((row) => row.network_id === id)]));
}

/** One address of IPv4, one of stateful IPv6, and the one of each SLAAC subnet. */
function usualPlaces(port: AddressedPort, subnets: readonly SubnetRow[]): readonly Place[] {
  const any = [4, 6]
    .map((version) => subnets.filter((one) => one.ip_version === version && !one.auto))
    .filter((group) => group.length > 0)
    .map((group, position): Place => ({ port, position, subnets: group, ip: null }));
  const auto = isRouter(port) ? [] : subnets.filter((one) => one.auto);
  return [
    ...any,
    ...auto.map((subnet, index): Place => {
      const ip = formatAddress(eui64Address(toCidr(subnet.cidr), port.macAddress));
      return { port, position: any.length + index, subnets: [subnet], ip };
    }),
  ];
}

function resolve(port: AddressedPort, subnets: readonly SubnetRow[], asked: JsonObject): Wanted {
  const subnetId = asked['subnet_id'];
  const ip = typeof asked['ip_address'] === 'string' ? asked['ip_address'] : null;
  if (typeof subnetId === 'string') {
    const subnet = subnets.find((one) => one.id === subnetId);
    if (subnet === undefined) throw portErrors.subnetNotOnNetwork(port.networkId, subnetId);
    if (ip !== null && !fits(port, subnet, ip)) throw portErrors.addressNotInSubnet();
    return withAuto(port, subnet, ip);
  }
  const subnet = subnets.find((one) => ip !== null && cidrContains(toCidr(one.cidr), toAddress(ip)));
  if (subnet === undefined || ip === null) throw portErrors.addressNotInNetwork(ip ?? '');
  if (!fits(port, subnet, ip)) throw portErrors.addressNotInNetwork(ip);
  return withAuto(port, subnet, ip);
}

function fits(port: AddressedPort, subnet: SubnetRow, ip: string): boolean {
  return isRouter(port) ? cidrContains(toCidr(subnet.cidr), toAddress(ip)) : isHostAddress(toCidr(subnet.cidr), ip);
}

function withAuto(port: AddressedPort, subnet: SubnetRow, ip: string | null): Wanted {
  if (!subnet.auto || isRouter(port)) return { subnet, ip };
  const own = formatAddress(eui64Address(toCidr(subnet.cidr), port.macAddress));
  if (ip !== null && ip !== own) throw portErrors.addressOnAutoSubnet(ip, subnet.id);
  return { subnet, ip: own };
}

function isRouter(port: AddressedPort): boolean {
  return port.deviceOwner.startsWith('network:router_');
}
