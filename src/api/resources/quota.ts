/** Quotas: how many objects a project may have. */
import { sql } from 'kysely';
import { toBoolean, toInteger } from '../engine/conversions.ts';
import { isObject, type JsonObject } from '../engine/json.ts';
import { type Answer, type Call, transact } from '../engine/operations.ts';
import { enforcePolicy } from '../engine/policy.ts';
import { defaultQuotas, readQuotas } from '../engine/quota.ts';
import type { Work } from '../engine/resource.ts';
import type { Route } from '../engine/routes.ts';
import { range } from '../engine/validators.ts';
import { operatorErrors } from '../errors/operator-errors.ts';
import { requestErrors } from '../errors/request-errors.ts';

const largestLimit = 2 ** 31 - 1;
const validLimit = range(-1, largestLimit);

export const quotaRoutes: readonly Route[] = [
  { method: 'GET', pattern: '/quotas', handler: listQuotas },
  {
    method: 'GET',
    pattern: '/quotas/tenant',
    handler: async (call) => ({ status: 200, body: { tenant: { tenant_id: call.caller.projectId } } }),
  },
  {
    method: 'GET',
    pattern: '/quotas/project',
    handler: async (call) => ({ status: 200, body: { project: { project_id: call.caller.projectId } } }),
  },
  { method: 'GET', pattern: '/quotas/:id', handler: (call, projectId = '') => showLimits(call, projectId) },
  { method: 'PUT', pattern: '/quotas/:id', handler: (call, projectId = '') => updateQuota(call, projectId) },
  { method: 'DELETE', pattern: '/quotas/:id', handler: (call, projectId = '') => resetQuota(call, projectId) },
  {
    method: 'GET',
    pattern: '/quotas/:id/default',
    handler: async (call, projectId = '') => {
      requireSight(call, projectId);
      return { status: 200, body: { quota: defaultQuotas } };
    },
  },
  { method: 'GET', pattern: '/quotas/:id/details', handler: (call, projectId = '') => showDetails(call, projectId) },
];

/** A project may read its own. */
function requireSight(call: Call, projectId: string): void {
  if (call.caller.projectId !== projectId) enforcePolicy('get_quota', call.caller, { projectId, values: {} });
}

/** Projects with limits of their own. */
async function listQuotas(call: Call): Promise<Answer> {
  enforcePolicy('get_quota', call.caller, { projectId: '', values: {} });
  const { rows } = await sql<{ project_id: string; limits: JsonObject }>`
    select project_id, json_object_agg(resource, "limit") as limits from quotas group by project_id order by project_id`.execute(
    call.store.db,
  );
  return {
    status: 200,
    body: {
      quotas: rows.map((row) => ({
        ...defaultQuotas,
        ...row.limits,
        project_id: row.project_id,
        tenant_id: row.project_id,
      })),
    },
  };
}

async function showLimits(call: Call, projectId: string): Promise<Answer> {
  requireSight(call, projectId);
  return { status: 200, body: { quota: await limits(call, projectId) } };
}

async function limits(call: Call, projectId: string): Promise<JsonObject> {
  const quotas = await transact(call, (work) => readQuotas(work, projectId));
  return Object.fromEntries(Object.entries(quotas).map(([name, { limit }]) => [name, limit]));
}

async function showDetails(call: Call, projectId: string): Promise<Answer> {
  requireSight(call, projectId);
  const quotas = await transact(call, (work) => readQuotas(work, projectId));
  return {
    status: 200,
    body: {
      quota: Object.fromEntries(
        Object.entries(quotas).map(([name, { limit, used }]) => [name, { limit, used, reserved: 0 }]),
      ),
    },
  };
}

async function updateQuota(call: Call, projectId: string): Promise<Answer> {
  enforcePolicy('update_quota', call.caller, { projectId, values: {} });
  const given = readLimits(call);
  await transact(call, async (work) => {
    if (wantsCheck(call)) await checkUses(work, projectId, given);
    for (const [resource, limit] of Object.entries(given)) {
      await work.trx
        .insertInto('quotas')
        .values({ project_id: projectId, resource, limit })
        .onConflict((conflict) => conflict.columns(['project_id', 'resource']).doUpdateSet({ limit }))
        .execute();
    }
  });
  return { status: 200, body: { quota: await limits(call, projectId) } };
}

/** `check_limit`: a limit below what is there already is refused. Without it, as ever, that only stops what is to come. */
function wantsCheck(call: Call): boolean {
  const quota = isObject(call.body) ? call.body['quota'] : undefined;
  const wanted = isObject(quota) ? quota['check_limit'] : undefined;
  return wanted !== undefined && wanted !== null && toBoolean(wanted);
}

async function checkUses(work: Work, projectId: string, given: Readonly<Record<string, number>>): Promise<void> {
  const quotas = await readQuotas(work, projectId);
  for (const [name, limit] of Object.entries(given)) {
    const used = quotas[name]?.used ?? 0;
    if (limit >= 0 && used > limit) throw operatorErrors.quotaBelowUse(name, limit, used);
  }
}

function readLimits(call: Call): Readonly<Record<string, number>> {
  const root = isObject(call.body) ? call.body['quota'] : undefined;
  if (root === undefined) throw requestErrors.rootMissing('quota');
  if (!isObject(root)) throw requestErrors.bodyNotObject('quota');
  const unknown = Object.keys(root).filter(
    (name) => !(name in defaultQuotas) && name !== 'force' && name !== 'check_limit',
  );
  if (unknown.length > 0) throw requestErrors.unrecognized(unknown);
  const named = Object.entries(root).filter(([name]) => name in defaultQuotas);
  return Object.fromEntries(
    named.map(([name, value]) => {
      const limit = toInteger(value);
      const reason = validLimit(limit);
      if (reason !== null) throw requestErrors.invalidAttribute(name, reason);
      return [name, limit];
    }),
  );
}

async function resetQuota(call: Call, projectId: string): Promise<Answer> {
  enforcePolicy('delete_quota', call.caller, { projectId, values: {} });
  await call.store.db.deleteFrom('quotas').where('project_id', '=', projectId).execute();
  return { status: 204 };
}
