/** Routers: from networks to networks, and out. */
import { sql } from 'kysely';
import { type Attribute, notGiven, onCreate, readOnly, writable } from '../engine/attribute.ts';
import { noneToEmptyList, orNull, toBoolean } from '../engine/conversions.ts';
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
import { hostRoutes, listOf, orNone, text, uuid } from '../engine/validators.ts';
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
import { routerErrors } from '../errors/router-errors.ts';
import { removeAllGateways } from '../work/extra-gateways.ts';
import { setGateway } from '../work/gateway.ts';
import { gatewayInfoOrNone, toGatewayInfo } from '../work/gateway-info.ts';
import { setGatewayPolicy } from '../work/gateway-policy.ts';
import { ensureHaNetwork, releaseHaNetwork } from '../work/ha-network.ts';
import { setNdpProxy } from '../work/ndp-proxy-state.ts';
import { place, placeChanged } from '../work/place.ts';
import { changedKind, wantedKind } from '../work/router-kind.ts';
import { checkRoutes } from '../work/router-subnets.ts';
import { checkZones } from '../work/router-zones.ts';

/** A flag that a request may leave out or give as null, which say the same. */
function flag(name: string, more: Partial<Attribute> = {}): Attribute {
  return writable(column(name, 'boolean'), { default: notGiven, convert: orNull(toBoolean), ...more });
}

const gatewayAddresses = (port: string) => sql`coalesce((select json_agg(json_build_object(
    'subnet_id', a.subnet_id, 'ip_address', host(a.ip_address)) order by a.position)
  from ip_allocations a where a.port_id = ${sql.ref(port)}), '[]'::json)`;

export const router: Resource = {
  name: 'router',
  collection: 'routers',
  path: 'routers',
  extensions: [
    'router',
    'ext-gw-mode',
    'qos-gateway-ip',
    'extraroute',
    'extraroute-atomic',
    'router_availability_zone',
    'standard-attr-description',
    'dvr',
    'l3-ha',
    'router-admin-state-down-before-update',
    'l3-flavors',
    'router-service-type',
    'l3-ext-ndp-proxy',
    'expose-l3-conntrack-helper',
    'external-gateway-multihoming',
    'enable-default-route-bfd',
    'enable-default-route-ecmp',
    'ecmp_routes',
    'router-enable-snat',
    'router-interface-fip',
  ],
  notEnforced:
    'a router runs on one host, whatever distributed and ha say, and leaves by its first gateway and by one route to a destination',
  notEnforcedOf: sql<boolean>`(t.distributed or t.ha or exists (select 1 from router_extra_gateways e where e.router_id = t.id)
    or exists (select 1 from jsonb_array_elements(t.routes) r group by r ->> 'destination' having count(*) > 1))`,
  from: sql`routers as t`,
  quota: 'router',
  tagged: { table: 'routers' },
  notFound: routerErrors.notFound,
  visible: ({ projectId }) => sql`t.project_id = ${projectId}`,
  attributes: {
    id,
    name,
    ...project,
    admin_state_up: adminStateUp,
    status: readOnly(column('status'), { sortKey: true }),
    external_gateway_info: writable(
      expression(
        'json',
        sql`case when t.gateway_port_id is null then null else json_build_object('network_id', t.gateway_network_id,
          'external_fixed_ips', ${gatewayAddresses('t.gateway_port_id')}, 'enable_snat', t.enable_snat,
          'qos_policy_id', t.qos_policy_id) end`,
      ),
      { default: null, convert: toGatewayInfo, validate: gatewayInfoOrNone, enforcePolicy: true },
    ),
    external_gateways: readOnly(
      expression(
        'json',
        sql`coalesce((select json_agg(json_build_object('network_id', g.network_id,
            'external_fixed_ips', ${gatewayAddresses('g.port_id')}, 'enable_snat', t.enable_snat) order by g.number)
          from (select t.gateway_port_id as port_id, t.gateway_network_id as network_id, 0::bigint as number
            where t.gateway_port_id is not null
            union all select e.port_id, e.network_id, e.number from router_extra_gateways e where e.router_id = t.id) g), '[]')`,
      ),
      { enforcePolicy: true },
    ),
    enable_snat: readOnly(column('enable_snat', 'boolean'), { filter: true, sortKey: true }),
    enable_default_route_bfd: flag('enable_default_route_bfd', { default: null, enforcePolicy: true }),
    enable_default_route_ecmp: flag('enable_default_route_ecmp', { default: null, enforcePolicy: true }),
    enable_ndp_proxy: flag('enable_ndp_proxy', { filter: true }),
    distributed: flag('distributed', { enforcePolicy: true }),
    ha: flag('ha', { enforcePolicy: true }),
    flavor_id: onCreate(column('flavor_id', 'uuid'), { default: notGiven, enforcePolicy: true, sortKey: true }),
    service_type_id: onCreate(column('service_type_id', 'uuid'), { default: null, validate: orNone(uuid) }),
    conntrack_helpers: readOnly(
      expression(
        'json',
        sql`coalesce((select json_agg(json_build_object('protocol', h.protocol, 'port', h.port, 'helper', h.helper)
          order by h.protocol, h.port, h.helper) from conntrack_helpers h where h.router_id = t.id), '[]')`,
      ),
    ),
    description,
    availability_zones: readOnly(
      expression('json', sql`case when t.host = '' then '[]'::jsonb else '["nova"]'::jsonb end`),
    ),
    availability_zone_hints: onCreate(expression('json', sql`to_jsonb(t.availability_zone_hints)`), {
      default: [],
      validate: listOf(text(255)),
    }),
    routes: {
      ...readOnly(column('routes', 'json')),
      allowPut: true,
      default: notGiven,
      convert: noneToEmptyList,
      validate: hostRoutes,
    },
    ...tags,
    ...history,
  },
  create: createRouter,
  update: updateRouter,
  remove: removeRouter,
};

async function createRouter(work: Work, values: Values): Promise<string> {
  const projectId = requiredText(values, 'project_id');
  const kind = await wantedKind(work, values);
  const hints = textsOf(values, 'availability_zone_hints') ?? [];
  await checkZones(work, hints);
  const row = await work.trx
    .insertInto('routers')
    .values({
      project_id: projectId,
      name: textOf(values, 'name'),
      description: textOf(values, 'description'),
      admin_state_up: booleanOf(values, 'admin_state_up'),
      availability_zone_hints: hints,
      service_type_id: textOrNullOf(values, 'service_type_id') ?? null,
      enable_default_route_bfd: values['enable_default_route_bfd'] === true,
      enable_default_route_ecmp: values['enable_default_route_ecmp'] === true,
      ...kind,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  work.changes.push({ kind: 'router', id: row.id });
  if (kind.ha) await ensureHaNetwork(work, projectId);
  const info = objectOrNullOf(values, 'external_gateway_info') ?? null;
  if (info !== null) {
    await setGateway(work, row.id, info);
    await setGatewayPolicy(work, row.id, null, info);
  }
  if (values['enable_ndp_proxy'] === true) await setNdpProxy(work, row.id, true);
  if (info !== null) await place(work);
  return row.id;
}

async function updateRouter(work: Work, current: Row, changes: Values): Promise<void> {
  const routes = objectsOf(changes, 'routes');
  const info = objectOrNullOf(changes, 'external_gateway_info');
  const kind = changedKind(current, changes);
  if (info !== undefined) {
    await setGateway(work, current.id, info);
    await setGatewayPolicy(work, current.id, objectOrNullOf(current, 'external_gateway_info') ?? null, info);
  }
  const ndpProxy = changes['enable_ndp_proxy'];
  if (typeof ndpProxy === 'boolean') await setNdpProxy(work, current.id, ndpProxy);
  if (routes !== undefined) await checkRoutes(work, current.id, routes);
  await work.trx
    .updateTable('routers')
    .set((eb) => ({
      name: textOf(changes, 'name'),
      description: textOf(changes, 'description'),
      admin_state_up: booleanOf(changes, 'admin_state_up'),
      routes: routes && JSON.stringify(routes),
      enable_default_route_bfd: flagOf(changes, 'enable_default_route_bfd'),
      enable_default_route_ecmp: flagOf(changes, 'enable_default_route_ecmp'),
      ...kind,
      revision_number: eb('revision_number', '+', 1),
      updated_at: sql<string>`now()`,
    }))
    .where('id', '=', current.id)
    .execute();
  work.changes.push({ kind: 'router', id: current.id });
  const projectId = String(current['project_id']);
  if (kind.ha === true) await ensureHaNetwork(work, projectId);
  if (kind.ha === false) await releaseHaNetwork(work, projectId);
  if (info !== undefined) await placeChanged(work, current.id);
}

/** Undefined when it was not given; null is false. */
function flagOf(changes: Values, name: string): boolean | undefined {
  return name in changes ? changes[name] === true : undefined;
}

async function removeRouter(work: Work, current: Row): Promise<void> {
  const { rows } = await sql<{ port_id: string }>`
    select port_id from router_interfaces where router_id = ${current.id} order by port_id`.execute(work.trx);
  if (rows.length > 0) {
    throw routerErrors.inUse(
      current.id,
      rows.map((row) => row.port_id),
    );
  }
  await removeAllGateways(work, current.id);
  const gone = await work.trx.deleteFrom('routers').where('id', '=', current.id).returning('host').executeTakeFirst();
  work.changes.push({ kind: 'router', id: current.id, hosts: [gone?.host ?? ''] });
  if (current['ha'] === true) await releaseHaNetwork(work, String(current['project_id']));
}
