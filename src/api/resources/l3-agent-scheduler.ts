/** Which agent carries which router, and an admin's word on it. */
import { sql } from 'kysely';
import { canCarry, hostRouter } from '../../schedule/host-router.ts';
import { isObject, type Json } from '../engine/json.ts';
import { type Answer, type Call, transact } from '../engine/operations.ts';
import { enforcePolicy } from '../engine/policy.ts';
import { readOne, readThese } from '../engine/read.ts';
import type { Row, Trx, Work } from '../engine/resource.ts';
import type { Route } from '../engine/routes.ts';
import { l3AgentErrors } from '../errors/l3-agent-errors.ts';
import { requestErrors } from '../errors/request-errors.ts';
import { agent } from './agent.ts';
import { router } from './router.ts';

const target = { projectId: '', values: {} };
const many = '/agents/:id/l3-routers';

export const l3AgentSchedulerRoutes: readonly Route[] = [
  { method: 'GET', pattern: '/routers/:id/l3-agents', handler: (call, id = '') => agentsOf(call, id) },
  { method: 'GET', pattern: many, handler: (call, id = '') => routersOn(call, id) },
  { method: 'POST', pattern: many, handler: (call, id = '') => addRouter(call, id) },
  {
    method: 'DELETE',
    pattern: `${many}/:router`,
    handler: (call, id = '', routerId = '') => removeRouter(call, id, routerId),
  },
];

/** A highly available router shows what it is there: `standby` until a host says otherwise. */
async function agentsOf(call: Call, routerId: string): Promise<Answer> {
  const found = await readOne(call.store.db, router, call.caller, routerId, { fields: ['id', 'ha'] });
  enforcePolicy('get_l3-agents', call.caller, target);
  const { rows } = await sql<{ id: string }>`
    select md5('L3 agent ' || r.host)::uuid as id from routers r where r.id = ${routerId} and r.host <> ''`.execute(
    call.store.db,
  );
  const agents = await readThese(
    call.store.db,
    agent,
    call.caller,
    rows.map((row) => row.id),
  );
  const ha_state = found['ha'] === true ? 'standby' : null;
  return { status: 200, body: { agents: agents.map((one) => ({ ...one, ha_state })) } };
}

async function routersOn(call: Call, agentId: string): Promise<Answer> {
  enforcePolicy('get_l3-routers', call.caller, target);
  const { host, agent_type: type } = await readOne(call.store.db, agent, call.caller, agentId);
  const { rows } = await sql<{ id: string }>`
    select id from routers where host = ${host} and ${type === 'L3 agent'} order by id`.execute(call.store.db);
  const ids = rows.map((row) => row.id);
  return { status: 200, body: { routers: await readThese(call.store.db, router, call.caller, ids) } };
}

async function addRouter(call: Call, agentId: string): Promise<Answer> {
  enforcePolicy('create_l3-router', call.caller, target);
  const routerId = readRouterId(call.body);
  await transact(call, async (work) => {
    const { host } = await readL3Agent(work.trx, call, agentId);
    const current = await lockRouter(work, call, routerId);
    if (current === host) return;
    if (current !== '') throw l3AgentErrors.hosted(routerId, await agentIdOf(work.trx, current));
    if (!(await canCarry(work.trx, routerId, host))) throw l3AgentErrors.cannotHost(routerId, agentId);
    work.changes.push(...(await hostRouter(work.trx, routerId, host)));
  });
  return { status: 201, body: null };
}

async function removeRouter(call: Call, agentId: string, routerId: string): Promise<Answer> {
  enforcePolicy('delete_l3-router', call.caller, target);
  await transact(call, async (work) => {
    const found = await readOne(work.trx, agent, call.caller, agentId);
    const current = await lockRouter(work, call, routerId);
    if (found['agent_type'] !== 'L3 agent' || found['host'] !== current) {
      throw l3AgentErrors.notHosted(routerId, agentId);
    }
    work.changes.push(...(await hostRouter(work.trx, routerId, '')));
  });
  return { status: 204 };
}

function readRouterId(body: Json | undefined): string {
  const routerId = isObject(body) ? body['router_id'] : undefined;
  if (typeof routerId !== 'string') throw requestErrors.required('router_id');
  return routerId;
}

async function readL3Agent(trx: Trx, call: Call, agentId: string): Promise<Row & { readonly host: string }> {
  const found = await readOne(trx, agent, call.caller, agentId);
  if (found['agent_type'] !== 'L3 agent' || found['admin_state_up'] !== true) throw l3AgentErrors.invalid(agentId);
  return { ...found, host: String(found['host']) };
}

/** The host that carries the router now, or none. */
async function lockRouter(work: Work, call: Call, routerId: string): Promise<string> {
  await readOne(work.trx, router, call.caller, routerId, { fields: ['id'], forUpdate: true });
  const row = await work.trx.selectFrom('routers').select('host').where('id', '=', routerId).executeTakeFirstOrThrow();
  return row.host;
}

async function agentIdOf(trx: Trx, host: string): Promise<string> {
  const { rows } = await sql<{ id: string }>`select md5('L3 agent ' || ${host}::text)::uuid as id`.execute(trx);
  return rows[0]?.id ?? '';
}
