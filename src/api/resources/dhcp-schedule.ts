/** Operators' word on which DHCP agent serves a network: `/agents/:id/dhcp-networks`. The GETs are with the agents. */
import { sql } from 'kysely';
import { reservedDhcpPort } from '../../schedule/dhcp-device-id.ts';
import { isObject } from '../engine/json.ts';
import { type Answer, type Call, transact } from '../engine/operations.ts';
import { enforcePolicy } from '../engine/policy.ts';
import { readOne } from '../engine/read.ts';
import type { Work } from '../engine/resource.ts';
import type { Route } from '../engine/routes.ts';
import { uuid } from '../engine/validators.ts';
import { agentErrors } from '../errors/agent-errors.ts';
import { requestErrors } from '../errors/request-errors.ts';
import { place } from '../work/place.ts';
import { agent } from './agent.ts';
import { network } from './network.ts';

const anything = { projectId: '', values: {} };

export const dhcpScheduleRoutes: readonly Route[] = [
  { method: 'POST', pattern: '/agents/:id/dhcp-networks', handler: (call, agentId = '') => addNetwork(call, agentId) },
  {
    method: 'DELETE',
    pattern: '/agents/:id/dhcp-networks/:network',
    handler: (call, agentId = '', networkId = '') => removeNetwork(call, agentId, networkId),
  },
];

async function addNetwork(call: Call, agentId: string): Promise<Answer> {
  enforcePolicy('create_dhcp-network', call.caller, anything);
  const networkId = isObject(call.body) ? call.body['network_id'] : undefined;
  if (networkId === undefined) throw requestErrors.required('network_id');
  const reason = uuid(networkId);
  if (reason !== null) throw requestErrors.invalidAttribute('network_id', reason);
  await transact(call, async (work) => {
    const { id } = await readOne(work.trx, network, call.caller, String(networkId), { fields: ['id'] });
    const found = await readOne(work.trx, agent, call.caller, agentId);
    if (found['agent_type'] !== 'DHCP agent' || found['admin_state_up'] !== true) throw agentErrors.notDhcp(agentId);
    if (!(await want(work, id, String(found['host'])))) throw agentErrors.hosted(id, agentId);
    await place(work);
  });
  return { status: 201, body: null };
}

/** False where the host serves it or is wanted to. */
async function want(work: Work, networkId: string, host: string): Promise<boolean> {
  const { rows } = await sql`
    insert into dhcp_wishes as w (network_id, host, wanted)
    select ${networkId}, ${host}, true
    where not exists (select 1 from dhcp_servers d where d.network_id = ${networkId} and d.host = ${host})
    on conflict (network_id, host) do update set wanted = true where not w.wanted
    returning host`.execute(work.trx);
  return rows.length > 0;
}

async function removeNetwork(call: Call, agentId: string, networkId: string): Promise<Answer> {
  enforcePolicy('delete_dhcp-network', call.caller, anything);
  await transact(call, async (work) => {
    const { id } = await readOne(work.trx, network, call.caller, networkId, { fields: ['id'] });
    const found = await readOne(work.trx, agent, call.caller, agentId);
    const host = String(found['host']);
    const served = found['agent_type'] === 'DHCP agent' && (await takeOff(work, id, host));
    const { rows: wishes } = await sql`
      delete from dhcp_wishes where network_id = ${id} and host = ${host} and wanted returning host`.execute(work.trx);
    if (!served && wishes.length === 0) throw agentErrors.notHosted(id, agentId);
    if (served) {
      await sql`
        insert into dhcp_wishes (network_id, host, wanted) values (${id}, ${host}, false)
        on conflict (network_id, host) do update set wanted = false`.execute(work.trx);
      work.changes.push({ kind: 'network', id });
    }
  });
  return { status: 204 };
}

/** Ends the server there; its port waits for the next one. False where there is none. */
async function takeOff(work: Work, networkId: string, host: string): Promise<boolean> {
  const gone = await work.trx
    .deleteFrom('dhcp_servers')
    .where('network_id', '=', networkId)
    .where('host', '=', host)
    .returning('port_id')
    .executeTakeFirst();
  if (gone === undefined) return false;
  await sql`
    update ports set device_id = ${reservedDhcpPort}, host_id = '', vif_type = 'unbound', vif_details = '{}', status = 'DOWN',
      revision_number = revision_number + 1, updated_at = now()
    where id = ${gone.port_id}`.execute(work.trx);
  work.changes.push({ kind: 'port', id: gone.port_id, networkId, hosts: [host] });
  return true;
}
