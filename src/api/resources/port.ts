/** Ports: where something is attached to a network. */
import { sql } from 'kysely';
import { notGiven, onCreate, readOnly, writable } from '../engine/attribute.ts';
import {
  noneToEmptyList,
  noneToEmptyObject,
  toBoolean,
  toFixedIps,
  toLowerCase,
  toMacAddress,
} from '../engine/conversions.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
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
import {
  dictionary,
  fixedIps,
  listOf,
  macAddress,
  oneOf,
  orNone,
  text,
  uuid,
  validator,
} from '../engine/validators.ts';
import {
  booleanOf,
  objectOrNullOf,
  objectsOf,
  requiredText,
  textOf,
  textOrNullOf,
  textsOf,
  type Values,
} from '../engine/values.ts';
import { networkErrors } from '../errors/network-errors.ts';
import { portErrors } from '../errors/port-errors.ts';
import { changeBinding, changeFixedIps, changeMac } from '../work/change-port.ts';
import { ensureDefaultGroup } from '../work/default-group.ts';
import { fixedIpFilter } from '../work/fixed-ip-filter.ts';
import { makePort } from '../work/make-port.ts';
import { networkTarget } from '../work/network-target.ts';
import { checkGroups, setGroups } from '../work/port-groups.ts';
import { addressPairs, extraDhcpOptions, keptPairs, mergedOptions } from '../work/port-values.ts';
import { removePorts } from '../work/remove-port.ts';

const admin = { enforcePolicy: true } as const;

/** A label of RFC 1123, or a name of several. */
const hostName = validator('type:dns_host_name', { type: 'string', maxLength: 255 }, (value) => {
  if (typeof value !== 'string') return `'${String(value)}' is not a valid string`;
  const valid = value === '' || /^(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*\.?$/.test(value);
  return valid && value.length <= 255 ? null : `'${value}' not a valid PQDN or FQDN`;
});

export const port: Resource = {
  name: 'port',
  collection: 'ports',
  path: 'ports',
  extensions: [
    'allowed-address-pairs',
    'binding',
    'extra_dhcp_opt',
    'port-security',
    'security-group',
    'dns-integration',
    'standard-attr-description',
  ],
  from: sql`ports as t`,
  quota: 'port',
  tagged: { table: 'ports' },
  notFound: portErrors.notFound,
  visible: ({ projectId }) => sql`t.project_id = ${projectId}`,
  policyTarget: networkTarget,
  attributes: {
    id,
    name,
    network_id: onCreate(column('network_id', 'uuid'), { validate: uuid, filter: true, sortKey: true }),
    ...project,
    mac_address: writable(column('mac_address', 'mac'), {
      default: notGiven,
      convert: toMacAddress,
      validate: macAddress,
      enforcePolicy: true,
      filter: true,
      sortKey: true,
    }),
    admin_state_up: adminStateUp,
    status: readOnly(column('status'), { filter: true, sortKey: true }),
    device_id: writable(column('device_id'), {
      default: '',
      validate: text(255),
      enforcePolicy: true,
      filter: true,
      sortKey: true,
    }),
    device_owner: writable(column('device_owner'), {
      default: '',
      validate: text(255),
      enforcePolicy: true,
      filter: true,
      sortKey: true,
    }),
    fixed_ips: writable(
      expression(
        'json',
        sql`coalesce((select json_agg(json_build_object('subnet_id', a.subnet_id, 'ip_address', host(a.ip_address)) order by a.position)
          from ip_allocations a where a.port_id = t.id), '[]')`,
        { matches: fixedIpFilter },
      ),
      { default: notGiven, convert: toFixedIps, validate: fixedIps, enforcePolicy: true, filter: true },
    ),
    security_groups: writable(
      expression(
        'json',
        sql`coalesce((select json_agg(g.security_group_id order by g.security_group_id)
          from port_security_groups g where g.port_id = t.id), '[]')`,
        {
          matches: (values) => sql`exists (select 1 from port_security_groups g
            where g.port_id = t.id and g.security_group_id::text = any(${values}::text[]))`,
        },
      ),
      { default: notGiven, convert: noneToEmptyList, validate: listOf(uuid), filter: true },
    ),
    allowed_address_pairs: writable(column('allowed_address_pairs', 'json'), {
      default: notGiven,
      convert: noneToEmptyList,
      validate: addressPairs,
      enforcePolicy: true,
    }),
    extra_dhcp_opts: writable(column('extra_dhcp_opts', 'json'), { default: null, validate: extraDhcpOptions }),
    description,
    port_security_enabled: writable(column('port_security_enabled', 'boolean'), {
      default: notGiven,
      convert: toBoolean,
      enforcePolicy: true,
    }),
    dns_name: writable(column('dns_name'), { default: '', convert: toLowerCase, validate: hostName }),
    ...tags,
    ...history,
    'binding:vnic_type': writable(column('vnic_type'), {
      default: 'normal',
      validate: oneOf([
        'normal',
        'direct',
        'macvtap',
        'baremetal',
        'direct-physical',
        'virtio-forwarder',
        'smart-nic',
        'vdpa',
        'accelerator-direct',
        'accelerator-direct-physical',
        'remote-managed',
      ]),
      enforcePolicy: true,
    }),
    'binding:profile': writable(column('binding_profile', 'json'), {
      ...admin,
      default: notGiven,
      convert: noneToEmptyObject,
      validate: dictionary,
    }),
    'binding:host_id': writable(column('host_id'), {
      ...admin,
      default: notGiven,
      validate: orNone(text(255)),
      filter: true,
    }),
    'binding:vif_type': readOnly(column('vif_type'), admin),
    'binding:vif_details': readOnly(column('vif_details', 'json'), admin),
  },
  create: createPort,
  update: updatePort,
  remove: removePort,
};

async function createPort(work: Work, values: Values): Promise<string> {
  const projectId = requiredText(values, 'project_id');
  const networkId = requiredText(values, 'network_id');
  const deviceOwner = textOf(values, 'device_owner') ?? '';
  const ofService = deviceOwner.startsWith('network:');
  const defaultGroup = await ensureDefaultGroup(work, projectId);
  const portSecurity =
    booleanOf(values, 'port_security_enabled') ?? (!ofService && (await networkPortSecurity(work, networkId)));
  const asked = textsOf(values, 'security_groups');
  if (!portSecurity && asked !== undefined && asked.length > 0) throw portErrors.groupsNeedPortSecurity();
  const pairs = objectsOf(values, 'allowed_address_pairs') ?? [];
  if (!portSecurity && pairs.length > 0) throw portErrors.pairsNeedPortSecurity();
  await checkGroups(work, projectId, asked ?? []);
  return await makePort(work, {
    row: {
      project_id: projectId,
      network_id: networkId,
      name: textOf(values, 'name'),
      description: textOf(values, 'description'),
      admin_state_up: booleanOf(values, 'admin_state_up'),
      device_id: textOf(values, 'device_id'),
      device_owner: deviceOwner,
      host_id: textOrNullOf(values, 'binding:host_id') ?? '',
      vnic_type: textOf(values, 'binding:vnic_type'),
      binding_profile: JSON.stringify(objectOrNullOf(values, 'binding:profile') ?? {}),
      port_security_enabled: portSecurity,
      extra_dhcp_opts: JSON.stringify(mergedOptions([], optionsOf(values))),
      dns_name: textOf(values, 'dns_name'),
    },
    macAddress: textOf(values, 'mac_address'),
    fixedIps: objectsOf(values, 'fixed_ips'),
    groupIds: asked ?? (portSecurity && defaultGroup !== null ? [defaultGroup] : []),
    addressPairs: pairs,
  });
}

function optionsOf(values: Values) {
  return values['extra_dhcp_opts'] === null ? [] : (objectsOf(values, 'extra_dhcp_opts') ?? []);
}

async function networkPortSecurity(work: Work, networkId: string): Promise<boolean> {
  const row = await work.trx
    .selectFrom('networks')
    .select('port_security_enabled')
    .where('id', '=', networkId)
    .executeTakeFirst();
  if (row === undefined) throw networkErrors.notFound(networkId);
  return row.port_security_enabled;
}

async function updatePort(work: Work, current: Row, changes: Values): Promise<void> {
  const groups = textsOf(changes, 'security_groups');
  const portSecurity = booleanOf(changes, 'port_security_enabled') ?? current['port_security_enabled'] === true;
  const pairs = objectsOf(changes, 'allowed_address_pairs');
  if (!portSecurity) checkWithoutPortSecurity(current, groups, pairs?.length);
  if (groups !== undefined) {
    await checkGroups(work, String(current['project_id']), groups);
    await setGroups(work, current.id, groups);
  }
  const mac = textOf(changes, 'mac_address');
  if (mac !== undefined && mac !== current['mac_address']) await changeMac(work, current, mac);
  const fixed = objectsOf(changes, 'fixed_ips');
  if (fixed !== undefined) await changeFixedIps(work, current, fixed);
  await changeBinding(work, current, changes);
  const profile = objectOrNullOf(changes, 'binding:profile');
  const options =
    'extra_dhcp_opts' in changes
      ? mergedOptions(objectsOf(current, 'extra_dhcp_opts') ?? [], optionsOf(changes))
      : undefined;
  await work.trx
    .updateTable('ports')
    .set((eb) => ({
      name: textOf(changes, 'name'),
      description: textOf(changes, 'description'),
      admin_state_up: booleanOf(changes, 'admin_state_up'),
      device_id: textOf(changes, 'device_id'),
      device_owner: textOf(changes, 'device_owner'),
      vnic_type: textOf(changes, 'binding:vnic_type'),
      binding_profile: profile ? JSON.stringify(profile) : undefined,
      port_security_enabled: booleanOf(changes, 'port_security_enabled'),
      allowed_address_pairs: pairs && JSON.stringify(keptPairs(pairs, mac ?? String(current['mac_address']))),
      extra_dhcp_opts: options && JSON.stringify(options),
      dns_name: textOf(changes, 'dns_name'),
      revision_number: eb('revision_number', '+', 1),
      updated_at: sql<string>`now()`,
    }))
    .where('id', '=', current.id)
    .execute();
  work.changes.push({
    kind: 'port',
    id: current.id,
    networkId: String(current['network_id']),
    hosts: [String(current['binding:host_id'])],
  });
  if (fixed !== undefined && groups === undefined) {
    work.changes.push(
      ...(textsOf(current, 'security_groups') ?? []).map((one) => ({ kind: 'security_group', id: one })),
    );
  }
}

function checkWithoutPortSecurity(
  current: Row,
  groups: readonly string[] | undefined,
  pairCount: number | undefined,
): void {
  if (groups !== undefined && groups.length > 0) throw portErrors.groupsNeedPortSecurity();
  if (groups === undefined && (textsOf(current, 'security_groups') ?? []).length > 0) throw portErrors.portHasGroups();
  if ((pairCount ?? (objectsOf(current, 'allowed_address_pairs') ?? []).length) > 0)
    throw portErrors.pairsNeedPortSecurity();
}

/** Ports of routers and floating IPs go with those. */
async function removePort(work: Work, current: Row): Promise<void> {
  const owner = String(current['device_owner']);
  const { rows } = await sql`
    select 1 from router_interfaces where port_id = ${current.id}
    union all select 1 from routers where gateway_port_id = ${current.id}
    union all select 1 from floating_ips where floating_port_id = ${current.id}`.execute(work.trx);
  if (rows.length > 0) throw portErrors.ownedByService(current.id, owner);
  await removePorts(work, [current.id]);
}
