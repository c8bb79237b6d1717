/** Networks: one segment each. */
import { sql } from 'kysely';
import { notGiven, onCreate, readOnly, writable } from '../engine/attribute.ts';
import { orNull, toBoolean, toInteger, toLowerCase } from '../engine/conversions.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import { ownOrShared, shared } from '../engine/sharing.ts';
import {
  adminStateUp,
  column,
  description,
  expression,
  history,
  id,
  name,
  project,
  tags,
} from '../engine/standard-attributes.ts';
import { listOf, nonNegative, orNone, text } from '../engine/validators.ts';
import { booleanOf, integerOf, requiredText, textOf, textOrNullOf, textsOf, type Values } from '../engine/values.ts';
import { networkErrors } from '../errors/network-errors.ts';
import { requestErrors } from '../errors/request-errors.ts';
import { ensureDefaultGroup } from '../work/default-group.ts';
import { changeNetworkSharing, shareNewNetwork } from '../work/network-sharing.ts';
import { place } from '../work/place.ts';
import { changedPolicy, defaultPolicy, givenPolicy } from '../work/qos-policy-use.ts';
import { freeNumbers, maximumMtu, type Segment, segmentInUse, wantedSegment } from '../work/segment.ts';
import { removeUnusedFloatingIps } from '../work/unused-floating-ips.ts';
import { qosPolicyId } from './qos-attributes.ts';

const minimumMtuIpv4 = 68;
const minimumMtuIpv6 = 1280;
const drawnNumbers = 8;

const providerAttribute = { default: notGiven, enforcePolicy: true, filter: true } as const;

export const network: Resource = {
  name: 'network',
  collection: 'networks',
  path: 'networks',
  extensions: [
    'external-net',
    'net-mtu',
    'net-mtu-writable',
    'network_availability_zone',
    'port-security',
    'provider',
    'availability_zone',
    'address-scope',
    'dns-integration',
    'qos',
    'standard-attr-description',
  ],
  from: sql`networks as t`,
  quota: 'network',
  tagged: { table: 'networks' },
  notFound: networkErrors.notFound,
  visible: ownOrShared('network', ['access_as_shared', 'access_as_external']),
  attributes: {
    id,
    name,
    ...project,
    admin_state_up: adminStateUp,
    mtu: writable(column('mtu', 'integer'), {
      default: 0,
      convert: toInteger,
      validate: nonNegative,
      enforcePolicy: true,
      filter: true,
      sortKey: true,
    }),
    status: readOnly(expression('text', sql`'ACTIVE'::text`), { filter: true, sortKey: true }),
    subnets: readOnly(
      expression(
        'json',
        sql`coalesce((select json_agg(s.id order by s.created_at, s.id) from subnets s where s.network_id = t.id), '[]')`,
      ),
      { default: [] },
    ),
    shared: {
      ...shared('network', { enforcePolicy: true }),
      allowPost: true,
      allowPut: true,
      default: false,
      convert: toBoolean,
    },
    availability_zone_hints: onCreate(expression('json', sql`to_jsonb(t.availability_zone_hints)`), {
      default: [],
      validate: listOf(text(255)),
      sortKey: true,
    }),
    availability_zones: readOnly(
      expression(
        'json',
        sql`case when exists (select 1 from dhcp_servers d where d.network_id = t.id) then '["nova"]'::jsonb else '[]'::jsonb end`,
      ),
    ),
    ipv4_address_scope: readOnly(expression('text', sql`null::text`)),
    ipv6_address_scope: readOnly(expression('text', sql`null::text`)),
    'router:external': writable(column('external', 'boolean'), {
      default: false,
      convert: toBoolean,
      enforcePolicy: true,
      filter: true,
    }),
    is_default: writable(column('is_default', 'boolean'), {
      default: false,
      convert: toBoolean,
      enforcePolicy: true,
      filter: true,
    }),
    description,
    port_security_enabled: writable(column('port_security_enabled', 'boolean'), {
      default: true,
      convert: toBoolean,
      enforcePolicy: true,
    }),
    dns_domain: writable(column('dns_domain'), { default: '', convert: toLowerCase, validate: text(255) }),
    qos_policy_id: qosPolicyId,
    ...tags,
    ...history,
    'provider:network_type': writable(column('network_type'), { ...providerAttribute, validate: orNone(text(32)) }),
    'provider:physical_network': writable(column('physical_network'), {
      ...providerAttribute,
      validate: orNone(text(64)),
    }),
    'provider:segmentation_id': writable(column('segmentation_id', 'integer'), {
      ...providerAttribute,
      convert: orNull(toInteger),
    }),
  },
  create: createNetwork,
  update: updateNetwork,
  remove: removeNetwork,
};

async function createNetwork(work: Work, given: Values): Promise<string> {
  const projectId = requiredText(given, 'project_id');
  await ensureDefaultGroup(work, projectId);
  const policyId = (await givenPolicy(work, given)) ?? (await defaultPolicy(work, projectId));
  const values = { ...given, qos_policy_id: policyId };
  const wanted = wantedSegment(work.config, values);
  const networkId =
    'network_type' in wanted ? await insert(work, values, wanted) : await insertFree(work, values, wanted);
  if (networkId === null) throw 'network_type' in wanted ? segmentInUse(wanted) : networkErrors.noSegmentLeft();
  await shareNewNetwork(work, networkId, values);
  work.changes.push({ kind: 'network', id: networkId });
  return networkId;
}

/** Draws numbers until one is not taken in the same moment by another. */
async function insertFree(
  work: Work,
  values: Values,
  choices: Exclude<ReturnType<typeof wantedSegment>, Segment>,
): Promise<string | null> {
  for (const choice of choices) {
    for (;;) {
      const numbers = await freeNumbers(work.trx, choice, drawnNumbers);
      if (numbers.length === 0) break;
      for (const segmentation_id of numbers) {
        const networkId = await insert(work, values, { ...choice, segmentation_id });
        if (networkId !== null) return networkId;
      }
    }
  }
  return null;
}

/** Null when the segment is taken. */
async function insert(work: Work, values: Values, segment: Segment): Promise<string | null> {
  const maximum = maximumMtu(work.config, segment.network_type);
  const row = await work.trx
    .insertInto('networks')
    .values({
      project_id: requiredText(values, 'project_id'),
      name: textOf(values, 'name'),
      description: textOf(values, 'description'),
      admin_state_up: booleanOf(values, 'admin_state_up'),
      shared: booleanOf(values, 'shared'),
      external: booleanOf(values, 'router:external'),
      is_default: booleanOf(values, 'is_default'),
      port_security_enabled: booleanOf(values, 'port_security_enabled'),
      dns_domain: textOf(values, 'dns_domain'),
      qos_policy_id: textOrNullOf(values, 'qos_policy_id') ?? null,
      availability_zone_hints: textsOf(values, 'availability_zone_hints'),
      mtu: checkMtu(integerOf(values, 'mtu') || maximum, maximum),
      network_type: segment.network_type,
      physical_network: segment.physical_network,
      segmentation_id: segment.segmentation_id,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  return row?.id ?? null;
}

function checkMtu(mtu: number, maximum: number): number {
  if (mtu > maximum) throw networkErrors.mtuTooBig(maximum);
  if (mtu < minimumMtuIpv4) throw networkErrors.mtuTooSmall(mtu, minimumMtuIpv4);
  return mtu;
}

async function updateNetwork(work: Work, current: Row, changes: Values): Promise<void> {
  for (const attribute of ['provider:network_type', 'provider:physical_network', 'provider:segmentation_id']) {
    if (attribute in changes && changes[attribute] !== current[attribute]) {
      throw requestErrors.invalidInput('Plugin does not support updating provider attributes');
    }
  }
  const qosPolicy = await changedPolicy(work, current, changes);
  await changeNetworkSharing(work, current, changes);
  await work.trx
    .updateTable('networks')
    .set((eb) => ({
      name: textOf(changes, 'name'),
      description: textOf(changes, 'description'),
      admin_state_up: booleanOf(changes, 'admin_state_up'),
      is_default: booleanOf(changes, 'is_default'),
      port_security_enabled: booleanOf(changes, 'port_security_enabled'),
      dns_domain: textOf(changes, 'dns_domain'),
      qos_policy_id: qosPolicy,
      mtu: wantedMtu(work, current, changes),
      revision_number: eb('revision_number', '+', 1),
      updated_at: sql<string>`now()`,
    }))
    .where('id', '=', current.id)
    .execute();
  if ('mtu' in changes) await checkIpv6Mtu(work, current.id);
  work.changes.push({ kind: 'network', id: current.id });
  if ('admin_state_up' in changes) await place(work);
}

function wantedMtu(work: Work, current: Row, changes: Values): number | undefined {
  const mtu = integerOf(changes, 'mtu');
  if (mtu === undefined) return undefined;
  const maximum = maximumMtu(work.config, String(current['provider:network_type']));
  return checkMtu(mtu || maximum, maximum);
}

/** IPv6 needs 1280 bytes (RFC 8200, section 5). */
async function checkIpv6Mtu(work: Work, networkId: string): Promise<void> {
  const { rows } = await sql<{ mtu: number }>`
    select n.mtu from networks n where n.id = ${networkId} and n.mtu < ${minimumMtuIpv6}
      and exists (select 1 from subnets s where s.network_id = n.id and s.ip_version = 6)`.execute(work.trx);
  if (rows[0] !== undefined) throw networkErrors.mtuTooSmall(rows[0].mtu, minimumMtuIpv6);
}

/** Ports that the network's own services made, and floating IPs that lead nowhere, go with it; any other port holds it. */
async function removeNetwork(work: Work, current: Row): Promise<void> {
  await removeUnusedFloatingIps(work, current.id);
  const { rows: used } = await sql<{ id: string }>`
    select id from ports where network_id = ${current.id} and device_owner <> 'network:dhcp' order by created_at, id`.execute(
    work.trx,
  );
  if (used.length > 0) {
    throw networkErrors.inUse(
      current.id,
      used.map((row) => row.id),
    );
  }
  const { rows: ports } = await sql<{ id: string; host_id: string }>`
    delete from ports where network_id = ${current.id} returning id, host_id`.execute(work.trx);
  const { rows: subnets } = await sql<{
    id: string;
  }>`delete from subnets where network_id = ${current.id} returning id`.execute(work.trx);
  await work.trx.deleteFrom('networks').where('id', '=', current.id).execute();
  const hosts = ports.map((port) => port.host_id);
  work.changes.push(
    ...ports.map((port) => ({ kind: 'port', id: port.id, networkId: current.id, hosts: [port.host_id] })),
    ...subnets.map((subnet) => ({ kind: 'subnet', id: subnet.id, networkId: current.id, hosts })),
    { kind: 'network', id: current.id, networkId: current.id, hosts },
  );
}
