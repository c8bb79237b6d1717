/** Agents, as Neutron shows them: each host's wiring, and what it carries by role. Rows come from `hosts`. */
import { sql } from 'kysely';
import { isAlive } from '../../schedule/live-hosts.ts';
import { type Attribute, type Column, notGiven, readOnly } from '../engine/attribute.ts';
import { toBoolean } from '../engine/conversions.ts';
import type { Answer, Call } from '../engine/operations.ts';
import { enforcePolicy } from '../engine/policy.ts';
import { readOne, readThese } from '../engine/read.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import type { Route } from '../engine/routes.ts';
import { column, expression } from '../engine/standard-attributes.ts';
import { orNone, text } from '../engine/validators.ts';
import { booleanOf, textOrNullOf, type Values } from '../engine/values.ts';
import { operatorErrors } from '../errors/operator-errors.ts';
import { place } from '../work/place.ts';
import { network } from './network.ts';

const filterAndSort = { filter: true, sortKey: true } as const;

/** An attribute that the agent brings and operators change. */
function onUpdate(kept: Column, more: Partial<Attribute>): Attribute {
  return readOnly(kept, { ...more, allowPut: true });
}

function when(name: string): Attribute {
  return readOnly(
    expression('text', sql`to_char(${sql.ref(`t.${name}`)} at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS')`),
    {
      sortKey: true,
    },
  );
}

/** What an operator said of the agent `k` of host `h`. */
const said = (what: string) =>
  sql`(select ${sql.ref(`s.${what}`)} from agent_settings s where s.host = h.name and s.role = coalesce(k.role, 'ovs'))`;

/** One row a host and kind of agent. Ids of kinds that have no row are made of the kind and the host's name, and so stay. */
const agents = sql`(
  select h.name as host, coalesce(${said('admin_state_up')}, true) as admin_state_up, ${said('description')} as description,
    case when k.role is not null then h.availability_zone end as availability_zone, h.created_at, h.started_at, h.heartbeat_at, ${isAlive} as alive, k.*,
    case when k.role is null then h.id else md5(k.agent_type || ' ' || h.name)::uuid end as id,
    case k.role
      when 'l3' then jsonb_build_object('agent_mode', 'legacy', 'interface_driver', 'openvswitch', 'handle_internal_only_routers', true,
        'routers', (select count(*) from routers r where r.host = h.name),
        'ex_gw_ports', (select count(*) from routers r where r.host = h.name and r.gateway_port_id is not null),
        'interfaces', (select count(*) from router_interfaces i join routers r on r.id = i.router_id where r.host = h.name),
        'floating_ips', (select count(*) from floating_ips f join routers r on r.id = f.router_id where r.host = h.name))
      when 'dhcp' then jsonb_build_object('dhcp_driver', 'dnsmasq', 'dhcp_lease_duration', 86400,
        'networks', (select count(*) from dhcp_servers d where d.host = h.name))
      else jsonb_build_object('bridge_mappings', h.bridge_mappings, 'datapath_type', h.datapath_type, 'integration_bridge', 'br-int',
        'tunneling_ip', host(h.local_ip), 'tunnel_types', case when h.local_ip is null then '[]'::jsonb else '["vxlan", "gre", "geneve"]'::jsonb end,
        'l2_population', true, 'arp_responder_enabled', true, 'ovs_hybrid_plug', true,
        'devices', (select count(*) from ports p where p.host_id = h.name))
    end as configurations
  from hosts h
  join (values (null, 'Open vSwitch agent', 'neutron-openvswitch-agent', 'N/A'),
               ('l3', 'L3 agent', 'neutron-l3-agent', 'l3_agent'),
               ('dhcp', 'DHCP agent', 'neutron-dhcp-agent', 'dhcp_agent'))
    as k (role, agent_type, "binary", topic) on k.role is null or k.role = any(h.roles)
  where ${said('deleted_at')} is null or ${said('deleted_at')} < h.heartbeat_at
) as t`;

export const agent: Resource = {
  name: 'agent',
  collection: 'agents',
  path: 'agents',
  extensions: ['agent', 'agent-resources-synced', 'agent_sort_key', 'availability_zone'],
  from: agents,
  notFound: operatorErrors.agentNotFound,
  visible: () => sql`false`,
  attributes: {
    id: readOnly(column('id', 'uuid'), filterAndSort),
    agent_type: readOnly(column('agent_type'), filterAndSort),
    binary: readOnly(column('binary'), filterAndSort),
    topic: readOnly(column('topic'), filterAndSort),
    host: readOnly(column('host'), filterAndSort),
    admin_state_up: onUpdate(column('admin_state_up', 'boolean'), { ...filterAndSort, convert: toBoolean }),
    created_at: when('created_at'),
    started_at: when('started_at'),
    heartbeat_timestamp: when('heartbeat_at'),
    description: onUpdate(column('description'), { ...filterAndSort, validate: orNone(text(255)) }),
    resources_synced: readOnly(expression('boolean', sql`null::boolean`), { default: notGiven }),
    availability_zone: readOnly(column('availability_zone'), { filter: true }),
    alive: readOnly(column('alive', 'boolean'), filterAndSort),
    configurations: readOnly(column('configurations', 'json')),
  },
  update: updateAgent,
  remove: removeAgent,
};

/** Which of a host's agents it is, as `agent_settings` says it. */
function keyOf(current: Row): { readonly host: string; readonly role: string } {
  const roles: Readonly<Record<string, string>> = { 'L3 agent': 'l3', 'DHCP agent': 'dhcp' };
  return { host: String(current['host']), role: roles[String(current['agent_type'])] ?? 'ovs' };
}

async function updateAgent(work: Work, current: Row, changes: Values): Promise<void> {
  const given = {
    admin_state_up: booleanOf(changes, 'admin_state_up'),
    description: textOrNullOf(changes, 'description'),
  };
  await work.trx
    .insertInto('agent_settings')
    .values({ ...keyOf(current), ...given, description: given.description ?? null, deleted_at: null })
    .onConflict((conflict) => conflict.columns(['host', 'role']).doUpdateSet({ ...given, deleted_at: null }))
    .execute();
  if (given.admin_state_up !== undefined) await place(work);
}

/** An agent that is alive is back with its next heartbeat, as in Neutron. */
async function removeAgent(work: Work, current: Row): Promise<void> {
  const forgotten = { admin_state_up: true, description: null, deleted_at: sql<string>`now()` };
  await work.trx
    .insertInto('agent_settings')
    .values({ ...keyOf(current), ...forgotten })
    .onConflict((conflict) => conflict.columns(['host', 'role']).doUpdateSet(forgotten))
    .execute();
}

/** A network without a subnet that needs DHCP has no server yet where an operator wants one. */
const servedOrWanted = sql`select d.network_id, d.host from dhcp_servers d
  union select w.network_id, w.host from dhcp_wishes w where w.wanted`;

/** Who carries what, both ways. */
export const agentRoutes: readonly Route[] = [
  {
    method: 'GET',
    pattern: '/networks/:id/dhcp-agents',
    handler: async (call, id = '') => {
      await readOne(call.store.db, network, call.caller, id, { fields: ['id'] });
      return await agentsOf(
        call,
        'get_dhcp-agents',
        sql`select md5('DHCP agent ' || d.host)::uuid as id from (${servedOrWanted}) d where d.network_id = ${id} order by d.host`,
      );
    },
  },
  {
    method: 'GET',
    pattern: '/agents/:id/dhcp-networks',
    handler: (call, id = '') =>
      carriedBy(
        call,
        id,
        network,
        (host, type) => sql`select d.network_id as id from (${servedOrWanted}) d
          where d.host = ${host} and ${type} = 'DHCP agent' order by d.network_id`,
      ),
  },
];

type Query = ReturnType<typeof sql>;

async function idsOf(call: Call, query: Query): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`${query}`.execute(call.store.db);
  return rows.map((row) => row.id);
}

async function agentsOf(call: Call, rule: string, query: Query): Promise<Answer> {
  enforcePolicy(rule, call.caller, { projectId: '', values: {} });
  return {
    status: 200,
    body: { agents: await readThese(call.store.db, agent, call.caller, await idsOf(call, query)) },
  };
}

async function carriedBy(
  call: Call,
  id: string,
  resource: Resource,
  query: (host: string, type: string) => Query,
): Promise<Answer> {
  const found = await readOne(call.store.db, agent, call.caller, id);
  const ids = await idsOf(call, query(String(found['host']), String(found['agent_type'])));
  return { status: 200, body: { [resource.collection]: await readThese(call.store.db, resource, call.caller, ids) } };
}
