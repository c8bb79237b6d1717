/** A project's first network, made whole on request: its subnets come from the default pools, a router leads out. */
import { sql } from 'kysely';
import type { Work } from '../engine/resource.ts';
import { ApiError } from '../errors/api-error.ts';
import { topologyErrors } from '../errors/topology-errors.ts';
import { network } from '../resources/network.ts';
import { router } from '../resources/router.ts';
import { subnet } from '../resources/subnet.ts';
import { defaultExternal } from './default-network.ts';
import { makeObject, wholeObject } from './make-object.ts';
import { addInterface, removeInterface } from './router-interface.ts';
import { defaultPool } from './subnet-cidr.ts';

interface DefaultPool {
  readonly id: string;
  readonly version: number;
}

interface Requirements {
  readonly externalId: string;
  readonly pools: readonly DefaultPool[];
}

/** What the cloud must have before any project can get a topology. Throws where it lacks something. */
export async function topologyRequirements(work: Work): Promise<Requirements> {
  const externalId = await defaultExternal(work);
  if (externalId === null) throw topologyErrors.failed('No default router:external network');
  const pools: DefaultPool[] = [];
  for (const version of [4, 6]) {
    const id = await defaultPool(work, version);
    if (id !== null) pools.push({ id, version });
  }
  if (pools.length === 0) throw topologyErrors.failed('No default subnetpools defined');
  return { externalId, pools };
}

/** The project's network, made now when it has none. Two who ask at once get the same. */
export async function topologyOf(work: Work, projectId: string): Promise<string> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`auto-allocated-topology ${projectId}`}, 0))`.execute(
    work.trx,
  );
  const present = await readTopology(work, projectId);
  if (present !== undefined) return present.network_id;
  const { externalId, pools } = await topologyRequirements(work);
  const made = await failing('Unable to provide tenant private network', () => makeNetwork(work, projectId, pools));
  const routerId = await failing('Unable to provide external connectivity', () =>
    makeRouter(work, projectId, externalId, made.subnetIds),
  );
  await work.trx
    .insertInto('auto_allocated_topologies')
    .values({ project_id: projectId, network_id: made.networkId, router_id: routerId })
    .execute();
  return made.networkId;
}

/** Removes what was made. A project that has none has none afterwards either. */
export async function removeTopology(work: Work, projectId: string): Promise<void> {
  const present = await readTopology(work, projectId);
  if (present === undefined) return;
  if (present.router_id !== null) await removeRouter(work, present.router_id, present.network_id);
  await network.remove?.(work, await wholeObject(work, network, present.network_id));
}

async function readTopology(work: Work, projectId: string) {
  return await work.trx
    .selectFrom('auto_allocated_topologies')
    .select(['network_id', 'router_id'])
    .where('project_id', '=', projectId)
    .forUpdate()
    .executeTakeFirst();
}

async function makeNetwork(work: Work, projectId: string, pools: readonly DefaultPool[]) {
  const made = await makeObject(work, network, { name: 'auto_allocated_network', project_id: projectId });
  const subnetIds: string[] = [];
  for (const { id, version } of pools) {
    const row = await makeObject(work, subnet, {
      name: `auto_allocated_subnet_v${version}`,
      network_id: made.id,
      project_id: projectId,
      ip_version: version,
      subnetpool_id: id,
    });
    subnetIds.push(row.id);
  }
  return { networkId: made.id, subnetIds };
}

async function makeRouter(
  work: Work,
  projectId: string,
  externalId: string,
  subnetIds: readonly string[],
): Promise<string> {
  const row = await makeObject(work, router, {
    name: 'auto_allocated_router',
    project_id: projectId,
    external_gateway_info: { network_id: externalId },
  });
  for (const subnetId of subnetIds) await addInterface(work, row, { subnet_id: subnetId });
  return row.id;
}

async function removeRouter(work: Work, routerId: string, networkId: string): Promise<void> {
  const { rows } = await sql<{ subnet_id: string }>`
    select a.subnet_id from router_interfaces i join ip_allocations a on a.port_id = i.port_id
    join subnets s on s.id = a.subnet_id
    where i.router_id = ${routerId} and s.network_id = ${networkId}`.execute(work.trx);
  const row = await wholeObject(work, router, routerId);
  for (const { subnet_id } of rows) await removeInterface(work, row, { subnet_id });
  await router.remove?.(work, row);
}

/** What the cloud's own set-up makes impossible is no fault of the request: it is said as such, and nothing stays. */
async function failing<Result>(reason: string, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    const ours = error instanceof ApiError && (error.status < 409 || error.type === 'SubnetAllocationError');
    throw ours ? topologyErrors.failed(reason) : error;
  }
}
