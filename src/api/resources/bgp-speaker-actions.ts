/** What can be done with a BGP speaker beside the usual: its peers, its networks, its routes, its agents. */
import { type RawBuilder, sql } from 'kysely';
import { isObject, type Json, type JsonObject } from '../engine/json.ts';
import { type Call, readForChange, transact } from '../engine/operations.ts';
import { enforcePolicy } from '../engine/policy.ts';
import { readOne } from '../engine/read.ts';
import type { Work } from '../engine/resource.ts';
import type { Operation, Route } from '../engine/routes.ts';
import { uuid } from '../engine/validators.ts';
import { bgpErrors } from '../errors/bgp-errors.ts';
import { networkErrors } from '../errors/network-errors.ts';
import { advertisedRoutes } from '../work/advertised-routes.ts';
import { agent } from './agent.ts';
import { bgpSpeaker } from './bgp-speaker.ts';

export const bgpSpeakerActions: readonly Route[] = [
  changeRoute('add_bgp_peer', 'bgp_peer_id', addPeer),
  changeRoute('remove_bgp_peer', 'bgp_peer_id', removePeer),
  changeRoute('add_gateway_network', 'network_id', addNetwork),
  changeRoute('remove_gateway_network', 'network_id', removeNetwork),
  {
    method: 'GET',
    pattern: '/bgp-speakers/:id/get_advertised_routes',
    operation: read('get advertised routes', 'advertised_routes'),
    handler: async (call, speakerId = '') => {
      await readSpeaker(call, 'get_advertised_routes', speakerId);
      return { status: 200, body: { advertised_routes: await advertisedRoutes(call.store.db, speakerId) } };
    },
  },
  // No host runs an agent of dynamic routing, so that none carries a speaker.
  {
    method: 'GET',
    pattern: '/bgp-speakers/:id/bgp-dragents',
    operation: read('list BGP agents of a speaker', 'agents'),
    handler: async (call, speakerId = '') => {
      await readSpeaker(call, 'get_bgp_dragents', speakerId);
      return { status: 200, body: { agents: [] } };
    },
  },
  {
    method: 'GET',
    pattern: '/agents/:id/bgp-drinstances',
    operation: read('list BGP speakers of an agent', 'bgp_speakers'),
    handler: async (call, agentId = '') => {
      await readOne(call.store.db, agent, call.caller, agentId, { fields: ['id'] });
      return { status: 200, body: { bgp_speakers: [] } };
    },
  },
  {
    method: 'POST',
    pattern: '/agents/:id/bgp-drinstances',
    operation: { kind: 'action', summary: 'give a BGP speaker to an agent', body: { type: 'object' }, status: 201 },
    handler: async (call, agentId = '') => {
      await readOne(call.store.db, agent, call.caller, agentId, { fields: ['id'] });
      throw bgpErrors.agentInvalid(agentId);
    },
  },
];

function read(summary: string, name: string): Operation {
  const answer = { type: 'object', properties: { [name]: { type: 'array' } }, required: [name] };
  return { kind: 'action', summary, resource: bgpSpeaker, answer };
}

async function readSpeaker(call: Call, policy: string, speakerId: string): Promise<void> {
  await readOne(call.store.db, bgpSpeaker, call.caller, speakerId, { fields: ['id'] });
  enforcePolicy(policy, call.caller, { projectId: '', values: {} });
}

/** A change that names one other object, which is also its answer. */
function changeRoute(
  action: string,
  name: string,
  change: (work: Work, speakerId: string, id: string) => Promise<void>,
): Route {
  const body = { type: 'object', properties: { [name]: uuid.schema }, required: [name] };
  return {
    method: 'PUT',
    pattern: `/bgp-speakers/:id/${action}`,
    operation: { kind: 'action', summary: action.replaceAll('_', ' '), resource: bgpSpeaker, body, answer: body },
    handler: async (call, speakerId = '') => ({
      status: 200,
      body: await transact(call, async (work): Promise<JsonObject> => {
        const current = await readForChange(work, call, bgpSpeaker, speakerId);
        enforcePolicy(action, call.caller, { projectId: String(current['project_id']), values: {} });
        const id = readId(call.body, name);
        await change(work, current.id, id);
        return { [name]: id };
      }),
    }),
  };
}

function readId(body: Json | undefined, name: string): string {
  const id = isObject(body) ? body[name] : undefined;
  if (id === undefined) throw bgpErrors.bad(`${name} must be specified`);
  const reason = uuid(id);
  if (reason !== null) throw bgpErrors.bad(reason);
  return String(id);
}

async function addPeer(work: Work, speakerId: string, peerId: string): Promise<void> {
  const { rows: peers } = await sql<{ ip: string }>`
    select host(peer_ip) as ip from bgp_peers where id = ${peerId} for key share`.execute(work.trx);
  const peer = peers[0];
  if (peer === undefined) throw bgpErrors.peerNotFound(peerId);
  const { rows } = await sql`
    insert into bgp_speaker_peers (bgp_speaker_id, bgp_peer_id, peer_ip) values (${speakerId}, ${peerId}, ${peer.ip}::inet)
    on conflict do nothing returning 1`.execute(work.trx);
  if (rows.length === 0) throw bgpErrors.duplicatePeer(speakerId, peerId, peer.ip);
}

async function removePeer(work: Work, speakerId: string, peerId: string): Promise<void> {
  const gone = await removed(
    work,
    sql`delete from bgp_speaker_peers where bgp_speaker_id = ${speakerId} and bgp_peer_id = ${peerId} returning 1`,
  );
  if (!gone) throw bgpErrors.peerNotAssociated(speakerId, peerId);
}

async function addNetwork(work: Work, speakerId: string, networkId: string): Promise<void> {
  const { rows: networks } = await sql`select 1 from networks where id = ${networkId} for key share`.execute(work.trx);
  if (networks.length === 0) throw networkErrors.notFound(networkId);
  const { rows } = await sql`
    insert into bgp_speaker_networks (bgp_speaker_id, network_id) values (${speakerId}, ${networkId})
    on conflict do nothing returning 1`.execute(work.trx);
  if (rows.length === 0) throw bgpErrors.networkBound(speakerId, networkId);
}

async function removeNetwork(work: Work, speakerId: string, networkId: string): Promise<void> {
  const gone = await removed(
    work,
    sql`delete from bgp_speaker_networks where bgp_speaker_id = ${speakerId} and network_id = ${networkId} returning 1`,
  );
  if (!gone) throw bgpErrors.networkNotAssociated(speakerId, networkId);
}

async function removed(work: Work, statement: RawBuilder<unknown>): Promise<boolean> {
  return (await statement.execute(work.trx)).rows.length > 0;
}
