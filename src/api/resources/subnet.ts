/** Subnets: addresses of a network. */
import { sql } from 'kysely';
import { type AddressRange, addressBits, type Cidr, formatCidr, toAddress, toCidr } from '../../model/addresses.ts';
import { sqlState } from '../../store/transaction.ts';
import { filterOnly, notGiven, onCreate, writable } from '../engine/attribute.ts';
import {
  noneToEmptyList,
  toBoolean,
  toCanonicalAddress,
  toCanonicalCidr,
  toCanonicalPools,
  toInteger,
} from '../engine/conversions.ts';
import { touch } from '../engine/operations.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import { idsSharedWith } from '../engine/sharing.ts';
import { column, description, expression, history, id, name, project, tags } from '../engine/standard-attributes.ts';
import {
  hostRoutes,
  ipAddress,
  ipPools,
  listOf,
  nameservers,
  nonNegative,
  oneOf,
  orNone,
  subnet as subnetValue,
  text,
  uuid,
} from '../engine/validators.ts';
import {
  booleanOf,
  integerOf,
  objectsOf,
  requiredText,
  textOf,
  textOrNullOf,
  textsOf,
  type Values,
} from '../engine/values.ts';
import { networkErrors } from '../errors/network-errors.ts';
import { requestErrors } from '../errors/request-errors.ts';
import { addAutoAddresses } from '../work/fixed-ips.ts';
import { networkTarget } from '../work/network-target.ts';
import { place } from '../work/place.ts';
import { checkGatewayOutside, checkPools, defaultGateway, defaultPools, rangeEnds } from '../work/subnet-addresses.ts';

const ipv6Modes = oneOf(['dhcpv6-stateful', 'dhcpv6-stateless', 'slaac']);
const exclusionViolation = '23P01';

export const subnet: Resource = {
  name: 'subnet',
  collection: 'subnets',
  path: 'subnets',
  extensions: ['subnet-service-types', 'subnet_allocation', 'default-subnetpools', 'standard-attr-description'],
  from: sql`subnets as t`,
  quota: 'subnet',
  tagged: { table: 'subnets' },
  notFound: networkErrors.subnetNotFound,
  visible: ({ projectId }) => sql`(t.project_id = ${projectId}
    or t.network_id = any(array(select n.id from networks n where n.project_id = ${projectId}))
    or t.network_id = any(${idsSharedWith('network', projectId)}))`,
  policyTarget: networkTarget,
  attributes: {
    id,
    name,
    ip_version: onCreate(column('ip_version', 'integer'), {
      convert: toInteger,
      validate: oneOf([4, 6]),
      filter: true,
      sortKey: true,
    }),
    network_id: onCreate(column('network_id', 'uuid'), { validate: uuid, filter: true, sortKey: true }),
    subnetpool_id: onCreate(column('subnetpool_id', 'uuid'), {
      default: notGiven,
      validate: orNone(uuid),
      filter: true,
      sortKey: true,
    }),
    prefixlen: onCreate(null, { default: notGiven, convert: toInteger, validate: nonNegative, visible: false }),
    use_default_subnetpool: onCreate(null, { default: false, convert: toBoolean, visible: false }),
    cidr: onCreate(column('cidr', 'cidr'), {
      default: notGiven,
      convert: toCanonicalCidr,
      validate: orNone(subnetValue),
      filter: true,
      sortKey: true,
    }),
    gateway_ip: writable(column('gateway_ip', 'address'), {
      default: notGiven,
      convert: toCanonicalAddress,
      validate: orNone(ipAddress),
      filter: true,
      sortKey: true,
    }),
    allocation_pools: writable(
      expression(
        'json',
        sql`coalesce((select json_agg(json_build_object('start', host(p.first_ip), 'end', host(p.last_ip)) order by p.first_ip)
          from allocation_pools p where p.subnet_id = t.id), '[]')`,
      ),
      { default: notGiven, convert: toCanonicalPools, validate: ipPools },
    ),
    dns_nameservers: writable(expression('json', sql`to_jsonb(t.dns_nameservers)`), {
      default: notGiven,
      convert: noneToEmptyList,
      validate: nameservers,
    }),
    host_routes: writable(column('host_routes', 'json'), {
      default: notGiven,
      convert: noneToEmptyList,
      validate: hostRoutes,
    }),
    ...project,
    enable_dhcp: writable(column('enable_dhcp', 'boolean'), {
      default: true,
      convert: toBoolean,
      filter: true,
      sortKey: true,
    }),
    ipv6_ra_mode: onCreate(column('ipv6_ra_mode'), {
      default: notGiven,
      validate: ipv6Modes,
      filter: true,
      sortKey: true,
    }),
    ipv6_address_mode: onCreate(column('ipv6_address_mode'), {
      default: notGiven,
      validate: ipv6Modes,
      filter: true,
      sortKey: true,
    }),
    description,
    service_types: writable(expression('json', sql`to_jsonb(t.service_types)`), {
      default: notGiven,
      enforcePolicy: true,
      validate: listOf(text(255)),
    }),
    shared: filterOnly(
      expression('boolean', (caller) => sql`(t.network_id = any(${idsSharedWith('network', caller.projectId)}))`),
    ),
    'router:external': filterOnly(
      expression('boolean', sql`(select n.external from networks n where n.id = t.network_id)`),
    ),
    ...tags,
    ...history,
  },
  create: createSubnet,
  update: updateSubnet,
  remove: removeSubnet,
};

async function createSubnet(work: Work, values: Values): Promise<string> {
  const cidr = wantedCidr(values);
  checkModes(values, cidr);
  checkVersions(values, cidr.version);
  const gatewayIp = 'gateway_ip' in values ? (textOrNullOf(values, 'gateway_ip') ?? null) : defaultGateway(cidr);
  const given = objectsOf(values, 'allocation_pools');
  const pools = given === undefined ? defaultPools(cidr, gatewayIp) : checkPools(cidr, given);
  if (given !== undefined) checkGatewayOutside(gatewayIp, pools);
  const networkId = requiredText(values, 'network_id');
  const subnetId = await insert(work, values, cidr, gatewayIp);
  await writePools(work, subnetId, pools);
  await touch(work, 'networks', networkId);
  work.changes.push({ kind: 'subnet', id: subnetId, networkId }, { kind: 'network', id: networkId });
  await addAutoAddresses(work, subnetId);
  await place(work);
  return subnetId;
}

function wantedCidr(values: Values): Cidr {
  const pool = textOrNullOf(values, 'subnetpool_id');
  if (pool) throw networkErrors.subnetPoolNotFound(pool);
  const text = textOrNullOf(values, 'cidr');
  if (!text) throw networkErrors.subnetPoolRequired();
  const cidr = toCidr(text);
  const version = integerOf(values, 'ip_version');
  if (cidr.version !== version) {
    throw requestErrors.invalidInput(`cidr '${text}' does not match the ip_version '${version}'`);
  }
  if (cidr.prefixLength === 0) {
    throw requestErrors.invalidInput('0 is not allowed as CIDR prefix length');
  }
  return cidr;
}

function checkModes(values: Values, cidr: Cidr): void {
  const ra = textOf(values, 'ipv6_ra_mode');
  const mode = textOf(values, 'ipv6_address_mode');
  for (const [attribute, value] of [
    ['ipv6_ra_mode', ra],
    ['ipv6_address_mode', mode],
  ] as const) {
    if (value !== undefined && cidr.version === 4) {
      throw requestErrors.invalidInput(`${attribute} is not valid when ip_version is 4`);
    }
  }
  if ((ra ?? mode) !== undefined && booleanOf(values, 'enable_dhcp') === false) {
    throw requestErrors.invalidInput(
      'ipv6_ra_mode or ipv6_address_mode cannot be set when enable_dhcp is set to False',
    );
  }
  if (ra !== undefined && mode !== undefined && ra !== mode) {
    throw requestErrors.invalidInput(
      `ipv6_ra_mode set to '${ra}' with ipv6_address_mode set to '${mode}' is not valid. If both attributes are set, they must be the same value`,
    );
  }
  const auto = [ra, mode].some((one) => one === 'slaac' || one === 'dhcpv6-stateless');
  if (auto && cidr.prefixLength !== addressBits(6) / 2) {
    throw requestErrors.invalidInput(
      `Invalid CIDR ${formatCidr(cidr)} for IPv6 address mode. OpenStack uses the EUI-64 address format, which requires the prefix to be /64`,
    );
  }
}

/** Gateway, name servers and routes speak the subnet's IP version. */
function checkVersions(values: Values, version: 4 | 6): void {
  const check = (what: string, ip: string) => {
    if (toAddress(ip.split('/')[0] ?? '').version !== version) {
      throw requestErrors.invalidInput(`${what} '${ip}' does not match the ip_version '${version}'`);
    }
  };
  const gatewayIp = textOrNullOf(values, 'gateway_ip');
  if (gatewayIp) check('gateway_ip', gatewayIp);
  for (const ip of textsOf(values, 'dns_nameservers') ?? []) check('dns_nameserver', ip);
  for (const route of objectsOf(values, 'host_routes') ?? []) {
    check('destination', String(route['destination']));
    check('nexthop', String(route['nexthop']));
  }
}

async function insert(work: Work, values: Values, cidr: Cidr, gatewayIp: string | null): Promise<string> {
  const networkId = requiredText(values, 'network_id');
  try {
    const row = await work.trx
      .insertInto('subnets')
      .values({
        project_id: requiredText(values, 'project_id'),
        network_id: networkId,
        name: textOf(values, 'name'),
        description: textOf(values, 'description'),
        ip_version: cidr.version,
        cidr: formatCidr(cidr),
        gateway_ip: gatewayIp,
        enable_dhcp: booleanOf(values, 'enable_dhcp'),
        dns_nameservers: textsOf(values, 'dns_nameservers'),
        host_routes: JSON.stringify(objectsOf(values, 'host_routes') ?? []),
        ipv6_ra_mode: textOf(values, 'ipv6_ra_mode') ?? null,
        ipv6_address_mode: textOf(values, 'ipv6_address_mode') ?? null,
        service_types: textsOf(values, 'service_types'),
        subnetpool_id: null,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    return row.id;
  } catch (error) {
    if (sqlState(error) === exclusionViolation) throw networkErrors.subnetsOverlap(formatCidr(cidr), networkId);
    throw error;
  }
}

async function writePools(work: Work, subnetId: string, pools: readonly AddressRange[]): Promise<void> {
  await work.trx.deleteFrom('allocation_pools').where('subnet_id', '=', subnetId).execute();
  if (pools.length === 0) return;
  await work.trx
    .insertInto('allocation_pools')
    .values(
      pools.map((pool) => {
        const { start, end } = rangeEnds(pool);
        return { subnet_id: subnetId, first_ip: start, last_ip: end };
      }),
    )
    .execute();
}

async function updateSubnet(work: Work, current: Row, changes: Values): Promise<void> {
  const cidr = toCidr(String(current['cidr']));
  const networkId = String(current['network_id']);
  checkVersions(changes, cidr.version);
  const gatewayIp = 'gateway_ip' in changes ? (textOrNullOf(changes, 'gateway_ip') ?? null) : undefined;
  const pools = objectsOf(changes, 'allocation_pools');
  const ranges = checkPools(cidr, pools ?? objectsOf(current, 'allocation_pools') ?? []);
  if (pools !== undefined || gatewayIp !== undefined) {
    checkGatewayOutside(gatewayIp === undefined ? (textOrNullOf(current, 'gateway_ip') ?? null) : gatewayIp, ranges);
  }
  if (gatewayIp !== undefined && gatewayIp !== current['gateway_ip']) await checkGatewayFree(work, current);
  if (pools !== undefined) await writePools(work, current.id, ranges);
  const routes = objectsOf(changes, 'host_routes');
  await work.trx
    .updateTable('subnets')
    .set((eb) => ({
      name: textOf(changes, 'name'),
      description: textOf(changes, 'description'),
      gateway_ip: gatewayIp,
      enable_dhcp: booleanOf(changes, 'enable_dhcp'),
      dns_nameservers: textsOf(changes, 'dns_nameservers'),
      host_routes: routes && JSON.stringify(routes),
      service_types: textsOf(changes, 'service_types'),
      revision_number: eb('revision_number', '+', 1),
      updated_at: sql<string>`now()`,
    }))
    .where('id', '=', current.id)
    .execute();
  await touch(work, 'networks', networkId);
  work.changes.push({ kind: 'subnet', id: current.id, networkId });
  if ('enable_dhcp' in changes) await place(work);
}

async function checkGatewayFree(work: Work, current: Row): Promise<void> {
  const { rows } = await sql<{ port_id: string }>`
    select a.port_id from ip_allocations a join router_interfaces i on i.port_id = a.port_id
    where a.subnet_id = ${current.id} and a.ip_address = ${current['gateway_ip']}::inet`.execute(work.trx);
  if (rows[0] !== undefined) throw networkErrors.gatewayInUse(String(current['gateway_ip']), rows[0].port_id);
}

/** Addresses that the network's services and SLAAC made go with it; any other holds it. */
async function removeSubnet(work: Work, current: Row): Promise<void> {
  const auto = ['slaac', 'dhcpv6-stateless'].includes(String(current['ipv6_address_mode']));
  const { rows: used } = await sql`
    select 1 from ip_allocations a join ports p on p.id = a.port_id
    where a.subnet_id = ${current.id} and p.device_owner <> 'network:dhcp'
      and not (${auto} and p.device_owner not like 'network:router%') limit 1`.execute(work.trx);
  if (used.length > 0) throw networkErrors.subnetInUse(current.id);
  const networkId = String(current['network_id']);
  const { rows: ports } = await sql<{ port_id: string; host_id: string }>`
    delete from ip_allocations a using ports p where a.subnet_id = ${current.id} and p.id = a.port_id
    returning a.port_id, p.host_id`.execute(work.trx);
  await work.trx.deleteFrom('subnets').where('id', '=', current.id).execute();
  await touch(work, 'networks', networkId);
  work.changes.push(
    { kind: 'subnet', id: current.id, networkId, hosts: ports.map((port) => port.host_id) },
    { kind: 'network', id: networkId },
    ...ports.map((port) => ({ kind: 'port', id: port.port_id })),
  );
  await place(work);
}
