/** What can be done with a subnet pool beside the usual: single prefixes, and subnets that were made without it. */
import { sql } from 'kysely';
import { type Cidr, formatCidr, toCidr } from '../../model/addresses.ts';
import { compactCidrs, setsOverlap, subtractCidrs } from '../../model/cidr-sets.ts';
import { isObject, type Json } from '../engine/json.ts';
import { type Call, readForChange, touch, transact } from '../engine/operations.ts';
import { enforcePolicy } from '../engine/policy.ts';
import { readOne } from '../engine/read.ts';
import type { Row, Work } from '../engine/resource.ts';
import type { Route } from '../engine/routes.ts';
import { subnetList } from '../engine/subnet-validators.ts';
import { isUuid } from '../engine/validators.ts';
import { textsOf } from '../engine/values.ts';
import { requestErrors } from '../errors/request-errors.ts';
import { subnetpoolErrors } from '../errors/subnetpool-errors.ts';
import { readAllocated, readPrefixes, writePrefixes } from '../work/pool-prefixes.ts';
import { refusing } from '../work/refusing.ts';
import { network } from './network.ts';
import { checkOwnScope, subnetpool } from './subnetpool.ts';

export const subnetpoolActions: readonly Route[] = [
  action('add_prefixes', addPrefixes),
  action('remove_prefixes', removePrefixes),
  action('onboard_network_subnets', onboardNetworkSubnets),
];

function action(name: string, run: (work: Work, pool: Row, call: Call) => Promise<Json>): Route {
  return {
    method: 'PUT',
    pattern: `/subnetpools/:id/${name}`,
    handler: async (call, poolId = '') => ({
      status: 200,
      body: await transact(call, async (work) => {
        const pool = await readForChange(work, call, subnetpool, poolId);
        enforcePolicy(name, call.caller, { projectId: String(pool['project_id']), values: pool });
        await checkOwnScope(work, pool);
        return await run(work, pool, call);
      }),
    }),
  };
}

async function addPrefixes(work: Work, pool: Row, call: Call): Promise<Json> {
  const given = readGiven(call);
  const prefixes = readPrefixes([...(textsOf(pool, 'prefixes') ?? []), ...given]);
  return await changePrefixes(work, pool, prefixes);
}

/** Prefixes that the pool does not have are passed over; those that a subnet has stay. */
async function removePrefixes(work: Work, pool: Row, call: Call): Promise<Json> {
  const given = readGiven(call).map(toCidr);
  const before = prefixesOf(pool);
  if (!setsOverlap(before, given)) return answer(before);
  if (setsOverlap(await readAllocated(work, pool.id), given)) {
    throw subnetpoolErrors.prefixUpdate('One or more the prefixes to be removed is in use by a subnet');
  }
  return await changePrefixes(work, pool, subtractCidrs(before, given));
}

function readGiven(call: Call): readonly string[] {
  const given = isObject(call.body) ? call.body['prefixes'] : undefined;
  if (given === undefined || !Array.isArray(given) || given.length === 0) throw subnetpoolErrors.invalidBody();
  const reason = subnetList(given);
  if (reason !== null) throw requestErrors.invalidAttribute('prefixes', reason);
  return given.map(String);
}

async function changePrefixes(work: Work, pool: Row, prefixes: readonly Cidr[]): Promise<Json> {
  await writePrefixes(work, pool.id, prefixes);
  await touch(work, 'subnetpools', pool.id);
  return answer(prefixes);
}

function prefixesOf(pool: Row): readonly Cidr[] {
  return (textsOf(pool, 'prefixes') ?? []).map(toCidr);
}

function answer(prefixes: readonly Cidr[]): Json {
  return { prefixes: prefixes.map(formatCidr) };
}

/** Takes the subnets of a network into the pool, which gets their CIDRs as prefixes where it has not. */
async function onboardNetworkSubnets(work: Work, pool: Row, call: Call): Promise<Json> {
  const networkId = readNetworkId(call.body);
  await readOne(work.trx, network, work.caller, networkId, { fields: ['id'] });
  const own = work.caller.isAdmin ? sql`true` : sql`s.project_id = ${work.caller.projectId}`;
  const { rows } = await sql<{ id: string; cidr: string }>`
    select s.id, s.cidr::text as cidr from subnets s
    where s.network_id = ${networkId} and s.ip_version = ${pool['ip_version']} and not s.prefix_delegation and ${own}
    order by s.created_at, s.id for update`.execute(work.trx);
  const allocated = await readAllocated(work, pool.id);
  for (const { id, cidr } of rows) {
    if (setsOverlap(allocated, [toCidr(cidr)])) {
      throw subnetpoolErrors.update(
        `Onboarding subnet ${id}: ${cidr} conflicts with allocated prefixes in subnet pool ${pool.id}`,
      );
    }
  }
  if (rows.length === 0) return [];
  const taken = rows.map((row) => toCidr(row.cidr));
  await changePrefixes(work, pool, compactCidrs([...prefixesOf(pool), ...taken]));
  await refusing(
    {
      subnets_once_in_space: subnetpoolErrors.prefixConflict,
      subnets_of_one_space: subnetpoolErrors.otherPoolOnNetwork,
    },
    () =>
      sql`
        update subnets s set subnetpool_id = p.id, space = p.space, revision_number = s.revision_number + 1, updated_at = now()
        from subnetpools p where p.id = ${pool.id} and s.id = any(${rows.map((row) => row.id)}::uuid[])`.execute(
        work.trx,
      ),
  );
  return rows.map(({ id, cidr }) => ({ id, cidr }));
}

/** The body is the object itself, or has it under the pool's name. */
function readNetworkId(body: Json | undefined): string {
  const inner = isObject(body) && isObject(body['subnetpool']) ? body['subnetpool'] : body;
  const networkId = isObject(inner) ? inner['network_id'] : undefined;
  if (typeof networkId !== 'string' || networkId === '')
    throw requestErrors.invalidInput('network_id must be specified');
  if (!isUuid(networkId)) throw requestErrors.invalidAttribute('network_id', `'${networkId}' is not a valid UUID`);
  return networkId;
}
