/** The network of a project's highly available routers: made with the first, gone with the last. It belongs to nobody. */
import { sql } from 'kysely';
import type { JsonObject } from '../engine/json.ts';
import { readOne } from '../engine/read.ts';
import { readCreate } from '../engine/request-body.ts';
import type { Resource, Work } from '../engine/resource.ts';
import { network } from '../resources/network.ts';
import { subnet } from '../resources/subnet.ts';

const haNetworkCidr = '169.254.192.0/18';
const service = { projectId: '', roles: ['admin'], isAdmin: true } as const;

export async function ensureHaNetwork(work: Work, projectId: string): Promise<void> {
  await lock(work, projectId);
  const there = await readHaNetwork(work, projectId);
  if (there !== undefined) return;
  const network_id = await make(work, network, { name: `HA network tenant ${projectId}`, admin_state_up: true });
  await work.trx.insertInto('ha_networks').values({ project_id: projectId, network_id }).execute();
  await make(work, subnet, {
    network_id,
    name: `HA subnet tenant ${projectId}`,
    ip_version: 4,
    cidr: haNetworkCidr,
    gateway_ip: null,
    enable_dhcp: false,
  });
}

/** Removes it when no router of the project is highly available any more. */
export async function releaseHaNetwork(work: Work, projectId: string): Promise<void> {
  await lock(work, projectId);
  const { rows } = await sql`select 1 from routers where project_id = ${projectId} and ha limit 1`.execute(work.trx);
  const networkId = rows.length > 0 ? undefined : await readHaNetwork(work, projectId);
  if (networkId === undefined) return;
  await network.remove?.(work, await readOne(work.trx, network, service, networkId));
}

/** Two routers of a project must not both find that there is no network yet, or that theirs is the last. */
async function lock(work: Work, projectId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`ha network ${projectId}`}, 0))`.execute(work.trx);
}

async function readHaNetwork(work: Work, projectId: string): Promise<string | undefined> {
  const row = await work.trx
    .selectFrom('ha_networks')
    .select('network_id')
    .where('project_id', '=', projectId)
    .executeTakeFirst();
  return row?.network_id;
}

/** As a client would ask for it, so that what is left out is the default of the resource. */
async function make(work: Work, resource: Resource, body: JsonObject): Promise<string> {
  const { items } = readCreate(resource, service, { [resource.name]: body });
  const [values] = items;
  const id = values && (await resource.create?.({ ...work, caller: service }, values));
  if (id === undefined) throw new Error(`a ${resource.name} cannot be made`);
  return id;
}
