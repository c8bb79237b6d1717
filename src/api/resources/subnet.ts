/** Subnets: addresses of a network. */
import { sql } from 'kysely';
import { type AddressRange, type Cidr, formatCidr, toCidr } from '../../model/addresses.ts';
import { filterOnly, notGiven, onCreate, readOnly, writable } from '../engine/attribute.ts';
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
import { column, description, expression, history, id, name, project, tags } from '../engine/standard-attributes.ts';
import { prefixDelegation, serviceTypes, subnetpoolId, toServiceTypes } from '../engine/subnet-validators.ts';
import {
  hostRoutes,
  ipAddress,
  ipPools,
  isUuid,
  nameservers,
  nonNegative,
  oneOf,
  orNone,
  subnet as subnetValue,
  uuid,
} from '../engine/validators.ts';
import { booleanOf, objectsOf, requiredText, textOf, textOrNullOf, textsOf, type Values } from '../engine/values.ts';
import { networkErrors } from '../errors/network-errors.ts';
import { requestErrors } from '../errors/request-errors.ts';
import { subnetpoolErrors } from '../errors/subnetpool-errors.ts';
import { addAutoAddresses, addGatewayAddresses } from '../work/fixed-ips.ts';
import { networkTarget } from '../work/network-target.ts';
import { place } from '../work/place.ts';
import { refusing } from '../work/refusing.ts';
import { checkGatewayOutside, checkPools, defaultPools, rangeEnds } from '../work/subnet-addresses.ts';
import { type PlacedSubnet, placeSubnet } from '../work/subnet-cidr.ts';
import { checkDhcp, checkModes, checkSubnet } from '../work/subnet-rules.ts';

const ipv6Modes = oneOf(['dhcpv6-stateful', 'dhcpv6-stateless', 'slaac']);

/** The pool's id, or that the prefix comes by delegation. */
const poolColumn = expression(
  'text',
  sql`case when t.prefix_delegation then ${prefixDelegation}::text else t.subnetpool_id::text end`,
  {
    matches: (values) => {
      const asked = [
        sql`t.subnetpool_id = any(${values.filter(isUuid)}::uuid[])`,
        ...(values.includes(prefixDelegation) ? [sql`t.prefix_delegation`] : []),
        ...(values.some((one) => ['None', 'null', ''].includes(one))
          ? [sql`(t.subnetpool_id is null and not t.prefix_delegation)`]
          : []),
      ];
      return sql`(${sql.join(asked, sql` or `)})`;
    },
  },
);

export const subnet: Resource = {
  name: 'subnet',
  collection: 'subnets',
  path: 'subnets',
  extensions: [
    'subnet-service-types',
    'subnet_allocation',
    'default-subnetpools',
    'subnet-dns-publish-fixed-ip',
    'subnet-external-network',
    'standard-attr-description',
  ],
  from: sql`subnets as t`,
  quota: 'subnet',
  tagged: { table: 'subnets' },
  notFound: networkErrors.subnetNotFound,
  visible: ({ projectId }) => sql`(t.project_id = ${projectId}
    or exists (select 1 from networks n where n.id = t.network_id and (n.shared or n.project_id = ${projectId})))`,
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
    subnetpool_id: onCreate(poolColumn, {
      default: notGiven,
      validate: orNone(subnetpoolId),
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
      convert: toServiceTypes,
      validate: serviceTypes,
    }),
    dns_publish_fixed_ip: writable(column('dns_publish_fixed_ip', 'boolean'), { default: false, convert: toBoolean }),
    shared: {
      ...filterOnly(expression('boolean', sql`(select n.shared from networks n where n.id = t.network_id)`)),
      enforcePolicy: true,
    },
    'router:external': readOnly(
      expression('boolean', sql`(select n.external from networks n where n.id = t.network_id)`),
      { filter: true, enforcePolicy: true },
    ),
    ...tags,
    ...history,
  },
  create: createSubnet,
  update: updateSubnet,
  remove: removeSubnet,
};

async function createSubnet(work: Work, values: Values): Promise<string> {
  const placed = await placeSubnet(work, values);
  const { cidr } = placed;
  checkSubnet(values, cidr);
  checkModes(values, cidr);
  if (booleanOf(values, 'enable_dhcp')) checkDhcp(cidr);
  const gatewayIp = 'gateway_ip' in values ? (textOrNullOf(values, 'gateway_ip') ?? null) : placed.gatewayIp;
  const given = objectsOf(values, 'allocation_pools');
  const pools = given === undefined ? defaultPools(cidr, gatewayIp) : checkPools(cidr, given);
  if (given !== undefined) checkGatewayOutside(gatewayIp, pools);
  const networkId = requiredText(values, 'network_id');
  const subnetId = await insert(work, values, placed, gatewayIp);
  await writePools(work, subnetId, pools);
  await touch(work, 'networks', networkId);
  work.changes.push({ kind: 'subnet', id: subnetId, networkId }, { kind: 'network', id: networkId });
  await addAutoAddresses(work, subnetId);
  await addGatewayAddresses(work, subnetId);
  await place(work);
  return subnetId;
}

async function insert(
  work: Work,
  values: Values,
  { cidr, source }: PlacedSubnet,
  gatewayIp: string | null,
): Promise<string> {
  const networkId = requiredText(values, 'network_id');
  const refusals = {
    subnets_do_not_overlap: () => networkErrors.subnetsOverlap(formatCidr(cidr), networkId),
    subnets_once_in_space: subnetpoolErrors.cidrNotFree,
    subnets_of_one_space: subnetpoolErrors.otherPoolOnNetwork,
  };
  const row = await refusing(refusals, () =>
    work.trx
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
        dns_publish_fixed_ip: booleanOf(values, 'dns_publish_fixed_ip'),
        ...source,
      })
      .returning('id')
      .executeTakeFirstOrThrow(),
  );
  return row.id;
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
  checkSubnet(changes, cidr, current.id);
  checkDhcpChange(current, changes, cidr);
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
      dns_publish_fixed_ip: booleanOf(changes, 'dns_publish_fixed_ip'),
      revision_number: eb('revision_number', '+', 1),
      updated_at: sql<string>`now()`,
    }))
    .where('id', '=', current.id)
    .execute();
  await touch(work, 'networks', networkId);
  work.changes.push({ kind: 'subnet', id: current.id, networkId });
  if ('enable_dhcp' in changes) await place(work);
}

function checkDhcpChange(current: Row, changes: Values, cidr: Cidr): void {
  const wanted = booleanOf(changes, 'enable_dhcp');
  if (wanted === true && current['enable_dhcp'] === false) checkDhcp(cidr);
  if (wanted === false && (current['ipv6_ra_mode'] ?? current['ipv6_address_mode']) !== null) {
    throw requestErrors.invalidInput('Cannot disable enable_dhcp with ipv6 attributes set');
  }
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
