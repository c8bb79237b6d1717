/** Networks, each of one segment or several. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { type Column, notGiven, onCreate, readOnly, writable } from '../engine/attribute.ts';
import { orNull, toBoolean, toInteger, toLowerCase } from '../engine/conversions.ts';
import { dnsDomainName } from '../engine/dns-validators.ts';
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
import { boolean, nonNegative, orNone, text } from '../engine/validators.ts';
import { booleanOf, integerOf, requiredText, textOf, textOrNullOf, textsOf, type Values } from '../engine/values.ts';
import { networkErrors } from '../errors/network-errors.ts';
import { segmentErrors } from '../errors/segment-errors.ts';
import { checkZones, zoneHints } from '../work/availability-zones.ts';
import { changeProvider } from '../work/change-provider.ts';
import { ensureDefaultGroup } from '../work/default-group.ts';
import { setDefault } from '../work/default-network.ts';
import { checkIpv6Mtu, networkMtu, segmentTypes } from '../work/network-mtu.ts';
import { takeSegment } from '../work/network-segments.ts';
import { networkSegments, wantedSegments } from '../work/network-segments-wanted.ts';
import { changeNetworkSharing, shareNewNetwork } from '../work/network-sharing.ts';
import { place } from '../work/place.ts';
import { ofOnlySegment, severalSegments, shownAttributes } from '../work/provider-attributes.ts';
import { changedPolicy, defaultPolicy, givenPolicy } from '../work/qos-policy-use.ts';
import type { Segment } from '../work/segment.ts';
import { removeUnusedFloatingIps } from '../work/unused-floating-ips.ts';
import { qosPolicyId } from './qos-attributes.ts';

const providerAttribute = { default: notGiven, enforcePolicy: true, filter: true } as const;

/** What Open vSwitch hosts cannot do. */
const never: Column = expression('boolean', sql`false`);

/** The address scope of the pools that the network's subnets come from: all of one IP version are of one scope. */
function addressScopeOf(version: 4 | 6): Column {
  return expression(
    'text',
    sql`(select p.address_scope_id from subnets s join subnetpools p on p.id = s.subnetpool_id
      where s.network_id = t.id and s.ip_version = ${version} limit 1)`,
  );
}

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
    'auto-allocated-topology',
    'dns-integration',
    'l2_adjacency',
    'multi-provider',
    'qinq',
    'qos',
    'standard-attr-description',
    'standard-attr-revisions',
    'standard-attr-tag',
    'standard-attr-timestamp',
    'vlan-transparent',
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
      validate: zoneHints,
      sortKey: true,
    }),
    availability_zones: readOnly(
      expression(
        'json',
        sql`coalesce((select json_agg(distinct h.availability_zone) from dhcp_servers d join hosts h on h.name = d.host
          where d.network_id = t.id), '[]')`,
      ),
    ),
    ipv4_address_scope: readOnly(addressScopeOf(4)),
    ipv6_address_scope: readOnly(addressScopeOf(6)),
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
    dns_domain: writable(column('dns_domain'), { default: '', convert: toLowerCase, validate: dnsDomainName(255) }),
    qos_policy_id: qosPolicyId,
    l2_adjacency: readOnly(
      expression(
        'boolean',
        sql`not exists (select 1 from subnets s where s.network_id = t.id and s.segment_id is not null)`,
      ),
    ),
    vlan_transparent: onCreate(never, { default: notGiven, convert: toBoolean, filter: true }),
    qinq: onCreate(never, { default: notGiven, convert: toBoolean, validate: boolean, filter: true }),
    ...tags,
    ...history,
    'provider:network_type': writable(ofOnlySegment('text', 'network_type'), {
      ...providerAttribute,
      validate: orNone(text(32)),
    }),
    'provider:physical_network': writable(ofOnlySegment('text', 'physical_network'), {
      ...providerAttribute,
      validate: orNone(text(64)),
    }),
    'provider:segmentation_id': writable(ofOnlySegment('integer', 'segmentation_id'), {
      ...providerAttribute,
      convert: orNull(toInteger),
    }),
    segments: writable(severalSegments, {
      default: notGiven,
      enforcePolicy: true,
      validate: networkSegments,
    }),
  },
  answered: shownAttributes,
  create: createNetwork,
  update: updateNetwork,
  remove: removeNetwork,
};

async function createNetwork(work: Work, given: Values): Promise<string> {
  const projectId = requiredText(given, 'project_id');
  if (booleanOf(given, 'vlan_transparent')) throw segmentErrors.vlanTransparency();
  if (booleanOf(given, 'qinq')) throw segmentErrors.qinq();
  const hints = textsOf(given, 'availability_zone_hints') ?? [];
  await checkZones(work, 'dhcp', hints);
  await ensureDefaultGroup(work, projectId);
  const policyId = (await givenPolicy(work, given)) ?? (await defaultPolicy(work, projectId));
  const values = { ...given, qos_policy_id: policyId };
  const networkId = randomUUID();
  const segments: Segment[] = [];
  for (const [index, choices] of wantedSegments(work.config, values).entries()) {
    segments.push((await takeSegment(work, { networkId, projectId, index }, choices)).segment);
  }
  await insert(work, networkId, values, segments);
  await shareNewNetwork(work, networkId, values);
  if (booleanOf(values, 'is_default') && booleanOf(values, 'router:external')) await setDefault(work, networkId, true);
  work.changes.push({ kind: 'network', id: networkId });
  return networkId;
}

async function insert(work: Work, networkId: string, values: Values, segments: readonly Segment[]): Promise<void> {
  const types = segments.map((segment) => segment.network_type);
  await work.trx
    .insertInto('networks')
    .values({
      id: networkId,
      project_id: requiredText(values, 'project_id'),
      name: textOf(values, 'name'),
      description: textOf(values, 'description'),
      admin_state_up: booleanOf(values, 'admin_state_up'),
      shared: booleanOf(values, 'shared'),
      external: booleanOf(values, 'router:external'),
      port_security_enabled: booleanOf(values, 'port_security_enabled'),
      dns_domain: textOf(values, 'dns_domain'),
      qos_policy_id: textOrNullOf(values, 'qos_policy_id') ?? null,
      availability_zone_hints: textsOf(values, 'availability_zone_hints'),
      mtu: networkMtu(work, integerOf(values, 'mtu') ?? 0, types),
      segment_count: segments.length,
      ...(segments[0] ?? { network_type: 'local', physical_network: null, segmentation_id: null }),
    })
    .execute();
}

async function updateNetwork(work: Work, current: Row, changes: Values): Promise<void> {
  await changeProvider(work, current, changes);
  const qosPolicy = await changedPolicy(work, current, changes);
  await changeNetworkSharing(work, current, changes);
  const external = booleanOf(changes, 'router:external');
  const mtu = integerOf(changes, 'mtu');
  const wantedMtu = mtu === undefined ? undefined : networkMtu(work, mtu, await segmentTypes(work, current.id));
  await work.trx
    .updateTable('networks')
    .set((eb) => ({
      name: textOf(changes, 'name'),
      description: textOf(changes, 'description'),
      admin_state_up: booleanOf(changes, 'admin_state_up'),
      port_security_enabled: booleanOf(changes, 'port_security_enabled'),
      dns_domain: textOf(changes, 'dns_domain'),
      mtu: wantedMtu,
      qos_policy_id: qosPolicy,
      revision_number: eb('revision_number', '+', 1),
      updated_at: sql<string>`now()`,
    }))
    .where('id', '=', current.id)
    .execute();
  if ('is_default' in changes || external !== undefined) {
    const isDefault = booleanOf(changes, 'is_default') ?? current['is_default'] === true;
    await setDefault(work, current.id, isDefault && (external ?? current['router:external'] === true));
  }
  if ('mtu' in changes) await checkIpv6Mtu(work, current.id);
  work.changes.push({ kind: 'network', id: current.id });
  if ('admin_state_up' in changes) await place(work);
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
