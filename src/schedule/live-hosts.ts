import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { Database } from '../store/tables.ts';
import type { AgentRoleName } from './agent-role.ts';

/** A host whose agent was heard of within this time is alive (Neutron's `agent_down_time`). */
export const agentDownSeconds = 75;

/** SQL: true where the row `h` of `hosts` is alive. */
export const isAlive = sql<boolean>`(h.heartbeat_at > now() - make_interval(secs => ${sql.lit(agentDownSeconds)}))`;

/** SQL: true where an operator has switched off the agent of that role on host `h`. */
function isSwitchedOff(role: RawBuilder<string>): RawBuilder<boolean> {
  return sql<boolean>`exists (select 1 from agent_settings s where s.host = h.name and s.role = ${role} and not s.admin_state_up)`;
}

/** SQL: true where host `h` can be relied on for the role. */
export function isUp(role: AgentRoleName): RawBuilder<boolean> {
  return sql<boolean>`(h.admin_state_up and ${isAlive} and ${role} = any(h.roles) and not ${isSwitchedOff(sql`${role}`)})`;
}

export interface LiveHost {
  readonly name: string;
  /** Those whose agents are not switched off. */
  readonly roles: readonly string[];
  readonly availability_zone: string;
  readonly local_ip: string | null;
  readonly bridge_mappings: Readonly<Record<string, string>>;
  /** What it carries now, by role. */
  readonly routers: number;
  readonly dhcpServers: number;
}

/** Hosts that new work may be given to. */
export async function readLiveHosts(trx: Transaction<Database>): Promise<readonly LiveHost[]> {
  const { rows } = await sql<LiveHost>`
    select h.name, h.local_ip, h.bridge_mappings, h.availability_zone,
      array(select r.role from unnest(h.roles) as r (role) where not ${isSwitchedOff(sql`r.role`)}) as roles,
      (select count(*) from routers r where r.host = h.name) as routers,
      (select count(*) from dhcp_servers d where d.host = h.name) as "dhcpServers"
    from hosts h where h.admin_state_up and ${isAlive} order by h.name`.execute(trx);
  return rows;
}

/** What a router or a DHCP server needs of its host. */
export interface Needs {
  /** The network types and provider networks of its ports. */
  readonly segments: readonly { readonly network_type: string; readonly physical_network: string | null }[];
}

/** The least loaded of the hosts that can carry it, or null. `load` is changed by the caller as it gives out work. */
export function leastLoaded(
  hosts: readonly LiveHost[],
  role: AgentRoleName,
  needs: Needs,
  load: ReadonlyMap<string, number>,
): LiveHost | null {
  const able = hosts.filter(
    (host) => host.roles.includes(role) && needs.segments.every((segment) => has(host, segment)),
  );
  return able.reduce<LiveHost | null>(
    (best, host) => (best === null || (load.get(host.name) ?? 0) < (load.get(best.name) ?? 0) ? host : best),
    null,
  );
}

function has(host: LiveHost, segment: Needs['segments'][number]): boolean {
  if (segment.network_type === 'local') return true;
  return segment.physical_network === null ? host.local_ip !== null : segment.physical_network in host.bridge_mappings;
}
