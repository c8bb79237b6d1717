/** Routers: from networks to networks, and out. */
import { sql } from 'kysely';
import { notGiven, onCreate, readOnly, writable } from '../engine/attribute.ts';
import { noneToEmptyList, toBoolean, toFixedIps } from '../engine/conversions.ts';
import { isObject, type Json, type JsonObject } from '../engine/json.ts';
import { type Answer, type Call, enforceOn, readForChange, touch, transact } from '../engine/operations.ts';
import { readOne } from '../engine/read.ts';
import { readUpdate } from '../engine/request-body.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import type { Route } from '../engine/routes.ts';
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
import { boolean, fixedIps, hostRoutes, listOf, object, orNone, text, uuid, validator } from '../engine/validators.ts';
import { booleanOf, objectOrNullOf, objectsOf, requiredText, textOf, textsOf, type Values } from '../engine/values.ts';
import { routerErrors } from '../errors/router-errors.ts';
import { setGateway } from '../work/gateway.ts';
import { setGatewayPolicy } from '../work/gateway-policy.ts';
import { place } from '../work/place.ts';
import { addInterface, removeInterface } from '../work/router-interface.ts';
import { checkRoutes } from '../work/router-subnets.ts';

const gatewayInfo = object(
  {
    network_id: uuid,
    external_fixed_ips: fixedIps,
    enable_snat: boolean,
    qos_policy_id: orNone(uuid),
  },
  ['network_id'],
);

/** An empty object says the same as null. */
const gatewayInfoOrNone = validator(
  'type:external_gw_info',
  { anyOf: [gatewayInfo.schema, { type: ['object', 'null'] }] },
  (value) => (value === null || (isObject(value) && Object.keys(value).length === 0) ? null : gatewayInfo(value)),
);

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
  ],
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
          'external_fixed_ips', coalesce((select json_agg(json_build_object('subnet_id', a.subnet_id, 'ip_address', host(a.ip_address)) order by a.position)
            from ip_allocations a where a.port_id = t.gateway_port_id), '[]'::json),
          'enable_snat', t.enable_snat, 'qos_policy_id', t.qos_policy_id) end`,
      ),
      {
        default: null,
        convert: toGatewayInfo,
        validate: gatewayInfoOrNone,
        enforcePolicy: true,
      },
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

/** What can be done with a router beside the usual. */
export const routerActions: readonly Route[] = [
  interfaceRoute('add_router_interface', addInterface),
  interfaceRoute('remove_router_interface', removeInterface),
  {
    method: 'PUT',
    pattern: '/routers/:id/add_extraroutes',
    handler: (call, routerId = '') => changeRoutes(call, routerId, added),
  },
  {
    method: 'PUT',
    pattern: '/routers/:id/remove_extraroutes',
    handler: (call, routerId = '') => changeRoutes(call, routerId, removed),
  },
];

function interfaceRoute(
  action: string,
  run: (work: Work, current: Row, body: Json | undefined) => Promise<JsonObject>,
): Route {
  return {
    method: 'PUT',
    pattern: `/routers/:id/${action}`,
    handler: async (call, routerId = '') => ({
      status: 200,
      body: await transact(call, async (work) => {
        const current = await readForChange(work, call, router, routerId);
        await enforceOn(work, router, 'update', current, {});
        return await run(work, current, call.body);
      }),
    }),
  };
}

function toGatewayInfo(value: Json): Json {
  if (!isObject(value)) return value;
  return {
    ...value,
    ...('enable_snat' in value ? { enable_snat: toBoolean(value['enable_snat'] ?? null) } : {}),
    ...('external_fixed_ips' in value ? { external_fixed_ips: toFixedIps(value['external_fixed_ips'] ?? null) } : {}),
  };
}

async function createRouter(work: Work, values: Values): Promise<string> {
  const row = await work.trx
    .insertInto('routers')
    .values({
      project_id: requiredText(values, 'project_id'),
      name: textOf(values, 'name'),
      description: textOf(values, 'description'),
      admin_state_up: booleanOf(values, 'admin_state_up'),
      availability_zone_hints: textsOf(values, 'availability_zone_hints'),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  work.changes.push({ kind: 'router', id: row.id });
  const info = objectOrNullOf(values, 'external_gateway_info') ?? null;
  if (info !== null) {
    await setGateway(work, row.id, info);
    await setGatewayPolicy(work, row.id, null, info);
    await place(work);
  }
  return row.id;
}

async function updateRouter(work: Work, current: Row, changes: Values): Promise<void> {
  const routes = objectsOf(changes, 'routes');
  const info = objectOrNullOf(changes, 'external_gateway_info');
  if (info !== undefined) {
    await setGateway(work, current.id, info);
    await setGatewayPolicy(work, current.id, objectOrNullOf(current, 'external_gateway_info') ?? null, info);
  }
  if (routes !== undefined) await checkRoutes(work, current.id, routes);
  await work.trx
    .updateTable('routers')
    .set((eb) => ({
      name: textOf(changes, 'name'),
      description: textOf(changes, 'description'),
      admin_state_up: booleanOf(changes, 'admin_state_up'),
      routes: routes && JSON.stringify(routes),
      revision_number: eb('revision_number', '+', 1),
      updated_at: sql<string>`now()`,
    }))
    .where('id', '=', current.id)
    .execute();
  work.changes.push({ kind: 'router', id: current.id });
  if (info !== undefined) await place(work);
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
  await setGateway(work, current.id, null);
  const gone = await work.trx.deleteFrom('routers').where('id', '=', current.id).returning('host').executeTakeFirst();
  work.changes.push({ kind: 'router', id: current.id, hosts: [gone?.host ?? ''] });
}

type RouteList = readonly JsonObject[];
const key = (route: JsonObject): string => `${String(route['destination'])} ${String(route['nexthop'])}`;
const removed = (current: RouteList, given: RouteList): RouteList =>
  current.filter((one) => !given.some((other) => key(other) === key(one)));
const added = (current: RouteList, given: RouteList): RouteList => [...removed(current, given), ...given];

/** Adds or removes single routes, which two clients can do at once, unlike replacing all. */
async function changeRoutes(
  call: Call,
  routerId: string,
  next: (current: RouteList, given: RouteList) => RouteList,
): Promise<Answer> {
  const given = objectsOf(readUpdate(router, call.body), 'routes') ?? [];
  const row = await transact(call, async (work) => {
    const current = await readForChange(work, call, router, routerId);
    await enforceOn(work, router, 'update', current, {});
    const routes = next(objectsOf(current, 'routes') ?? [], given);
    await checkRoutes(work, routerId, routes);
    await work.trx
      .updateTable('routers')
      .set({ routes: JSON.stringify(routes) })
      .where('id', '=', routerId)
      .execute();
    await touch(work, 'routers', routerId);
    work.changes.push({ kind: 'router', id: routerId });
    return await readOne(work.trx, router, call.caller, routerId);
  });
  return { status: 200, body: { router: row } };
}
