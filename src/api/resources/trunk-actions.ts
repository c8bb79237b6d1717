/** What can be done with a trunk's sub-ports: add, remove, list. */
import { isObject, type Json, type JsonObject } from '../engine/json.ts';
import { type Answer, type Call, readForChange, touch, transact } from '../engine/operations.ts';
import { enforcePolicy } from '../engine/policy.ts';
import { readOne } from '../engine/read.ts';
import type { Row, Work } from '../engine/resource.ts';
import type { Route } from '../engine/routes.ts';
import { isUuid } from '../engine/validators.ts';
import { objectsOf, requiredText } from '../engine/values.ts';
import { requestErrors } from '../errors/request-errors.ts';
import { trunkErrors } from '../errors/trunk-errors.ts';
import { subPorts } from '../work/sub-port-values.ts';
import { releaseSubPorts } from '../work/trunk-binding.ts';
import { addSubPorts } from '../work/trunk-ports.ts';
import { trunk } from './trunk.ts';

export const trunkActions: readonly Route[] = [
  {
    method: 'PUT',
    pattern: '/trunks/:id/add_subports',
    handler: (call, id = '') => change(call, id, 'add_subports', add),
  },
  {
    method: 'PUT',
    pattern: '/trunks/:id/remove_subports',
    handler: (call, id = '') => change(call, id, 'remove_subports', remove),
  },
  { method: 'GET', pattern: '/trunks/:id/get_subports', handler: listSubPorts },
];

async function listSubPorts(call: Call, id = ''): Promise<Answer> {
  const row = await readOne(call.store.db, trunk, call.caller, id);
  enforcePolicy('get_subports', call.caller, { projectId: requiredText(row, 'project_id'), values: row });
  return { status: 200, body: { sub_ports: row['sub_ports'] ?? [] } };
}

/** Answers the trunk without a root, as Neutron does. */
async function change(
  call: Call,
  id: string,
  policy: string,
  apply: (work: Work, current: Row, given: Json) => Promise<void>,
): Promise<Answer> {
  const body = await transact(call, async (work) => {
    const current = await readForChange(work, call, trunk, id);
    enforcePolicy(policy, call.caller, { projectId: requiredText(current, 'project_id'), values: current });
    if (current['admin_state_up'] !== true) throw trunkErrors.disabled(id);
    if (current['status'] === 'ERROR') throw trunkErrors.inErrorState(id);
    await apply(work, current, isObject(call.body) ? (call.body['sub_ports'] ?? null) : null);
    // What hosts have wired is another thing now.
    await work.trx.updateTable('trunks').set({ status: 'DOWN' }).where('id', '=', id).execute();
    await touch(work, 'trunks', id);
    return await readOne(work.trx, trunk, call.caller, id);
  });
  return { status: 200, body };
}

async function add(work: Work, current: Row, given: Json): Promise<void> {
  const reason = subPorts(given);
  if (reason !== null) throw requestErrors.invalidInput(reason);
  await addSubPorts(
    work,
    { id: current.id, portId: requiredText(current, 'port_id') },
    objectsOf({ given }, 'given') ?? [],
  );
}

async function remove(work: Work, current: Row, given: Json): Promise<void> {
  const portIds = portIdsOf(given);
  const have = (objectsOf(current, 'sub_ports') ?? []).map((one: JsonObject) => one['port_id']);
  const missing = portIds.find((one) => !have.includes(one));
  if (missing !== undefined) throw trunkErrors.subPortNotFound(current.id, missing);
  await work.trx.deleteFrom('trunk_sub_ports').where('port_id', 'in', portIds).execute();
  await releaseSubPorts(work, portIds);
}

/** Of what is to go only the ports are looked at. */
function portIdsOf(given: Json): readonly string[] {
  if (!Array.isArray(given)) throw requestErrors.invalidInput('Invalid data format for subports: not a list');
  return given.map((one: Json) => {
    const portId = isObject(one) ? one['port_id'] : undefined;
    if (!isUuid(portId)) throw requestErrors.invalidInput('A valid port UUID must be specified');
    return portId.toLowerCase();
  });
}
