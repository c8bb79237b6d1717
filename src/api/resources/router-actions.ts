/** What can be done with a router beside the usual: interfaces, single routes, several gateways. */
import { isList, isObject, type Json, type JsonObject } from '../engine/json.ts';
import { type Answer, type Call, readForChange, touch, transact } from '../engine/operations.ts';
import { enforcePolicy, keyPolicies } from '../engine/policy.ts';
import { readOne } from '../engine/read.ts';
import type { Row, Work } from '../engine/resource.ts';
import type { Route } from '../engine/routes.ts';
import { hostRoutes, type Schema, uuid } from '../engine/validators.ts';
import { objectsOf } from '../engine/values.ts';
import { requestErrors } from '../errors/request-errors.ts';
import { addGateways, removeGateways, updateGateways } from '../work/extra-gateways.ts';
import { gatewayInfos, toGatewayInfos } from '../work/gateway-info.ts';
import { placeChanged } from '../work/place.ts';
import { addInterface, removeInterface } from '../work/router-interface.ts';
import { checkRoutes } from '../work/router-subnets.ts';
import { router } from './router.ts';

type Objects = readonly JsonObject[];

const key = (route: JsonObject): string => `${String(route['destination'])} ${String(route['nexthop'])}`;
const removed = (current: Objects, given: Objects): Objects =>
  current.filter((one) => !given.some((other) => key(other) === key(one)));
const added = (current: Objects, given: Objects): Objects => [...removed(current, given), ...given];

const interfaceBody: Schema = {
  type: 'object',
  properties: { subnet_id: uuid.schema, port_id: uuid.schema },
  minProperties: 1,
};

function bodyWith(name: string, schema: Schema): Schema {
  const inner = { type: 'object', properties: { [name]: schema }, required: [name] };
  return { type: 'object', properties: { router: inner }, required: ['router'] };
}

export const routerActions: readonly Route[] = [
  action(
    'add_router_interface',
    interfaceBody,
    async (work, current, { body }) => await addInterface(work, current, body),
  ),
  action(
    'remove_router_interface',
    interfaceBody,
    async (work, current, { body }) => await removeInterface(work, current, body),
  ),
  action('add_extraroutes', bodyWith('routes', hostRoutes.schema), (work, current, call) =>
    changeRoutes(work, current, call, added),
  ),
  action('remove_extraroutes', bodyWith('routes', hostRoutes.schema), (work, current, call) =>
    changeRoutes(work, current, call, removed),
  ),
  gatewayAction('add_external_gateways', addGateways),
  gatewayAction('update_external_gateways', updateGateways),
  gatewayAction('remove_external_gateways', removeGateways),
];

/** `PUT /routers/:id/NAME`, for whom the policy of that name allows it. The router is locked while it runs. */
function action(name: string, body: Schema, run: (work: Work, current: Row, call: Call) => Promise<JsonObject>): Route {
  return {
    method: 'PUT',
    pattern: `/routers/:id/${name}`,
    operation: {
      kind: 'action',
      summary: name.replaceAll('_', ' '),
      resource: router,
      body,
      answer: { type: 'object' },
    },
    handler: async (call, routerId = ''): Promise<Answer> => ({
      status: 200,
      body: await transact(call, async (work) => {
        const current = await readForChange(work, call, router, routerId);
        enforcePolicy(name, call.caller, { projectId: String(current['project_id']), values: current });
        return await run(work, current, call);
      }),
    }),
  };
}

/** Adds or removes single routes, which two clients can do at once, unlike replacing all. */
async function changeRoutes(
  work: Work,
  current: Row,
  call: Call,
  next: (current: Objects, given: Objects) => Objects,
): Promise<JsonObject> {
  const given = readObjects(call.body, 'routes');
  const reason = hostRoutes(given);
  if (reason !== null) throw requestErrors.invalidAttribute('routes', reason);
  const routes = next(objectsOf(current, 'routes') ?? [], given);
  await checkRoutes(work, current.id, routes);
  await work.trx
    .updateTable('routers')
    .set({ routes: JSON.stringify(routes) })
    .where('id', '=', current.id)
    .execute();
  return await changed(work, current);
}

function gatewayAction(name: string, change: (work: Work, routerId: string, given: Objects) => Promise<void>): Route {
  return action(name, bodyWith('external_gateways', gatewayInfos.schema), async (work, current, call) => {
    const given = readObjects(toBody(call.body), 'external_gateways');
    const reason = gatewayInfos(given);
    if (reason !== null) throw requestErrors.invalidAttribute('external_gateways', reason);
    for (const one of keyPolicies(`${name}:external_gateways`, given)) {
      enforcePolicy(one, call.caller, { projectId: String(current['project_id']), values: current });
    }
    await change(work, current.id, given);
    await placeChanged(work, current.id);
    return await changed(work, current);
  });
}

async function changed(work: Work, current: Row): Promise<JsonObject> {
  await touch(work, 'routers', current.id);
  work.changes.push({ kind: 'router', id: current.id });
  return { router: await readOne(work.trx, router, work.caller, current.id) };
}

/** The body with its gateways converted as `external_gateway_info` is. */
function toBody(body: Json | undefined): Json | undefined {
  const inner = isObject(body) ? body['router'] : undefined;
  if (!isObject(inner) || inner['external_gateways'] === undefined) return body;
  return { router: { ...inner, external_gateways: toGatewayInfos(inner['external_gateways']) } };
}

/** The one attribute that these actions take. */
function readObjects(body: Json | undefined, name: string): Objects {
  if (!isObject(body)) throw requestErrors.bodyRequired();
  const inner = body['router'];
  if (!isObject(inner)) throw requestErrors.rootMissing('router');
  const unknown = Object.keys(inner).filter((one) => one !== name);
  if (unknown.length > 0) throw requestErrors.unrecognized(unknown);
  const list = inner[name] ?? [];
  if (!isList(list)) throw requestErrors.invalidAttribute(name, `'${String(list)}' is not a list`);
  return list.map((one) => {
    if (!isObject(one)) throw requestErrors.invalidAttribute(name, `'${String(one)}' is not a dictionary`);
    return one;
  });
}
