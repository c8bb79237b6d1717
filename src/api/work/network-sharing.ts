/** `shared` and `router:external` of a network: RBAC policies for everybody, under names that are older than those. */
import { sql } from 'kysely';
import type { Row, Work } from '../engine/resource.ts';
import type { SharedAction } from '../engine/sharing.ts';
import { booleanOf, requiredText, type Values } from '../engine/values.ts';
import { networkErrors } from '../errors/network-errors.ts';
import { leavesUsers } from './shared-use.ts';

/** Shares a new network as the request says. */
export async function shareNewNetwork(work: Work, networkId: string, values: Values): Promise<void> {
  await addPolicies(work, networkId, requiredText(values, 'project_id'), [
    ...(booleanOf(values, 'shared') ? (['access_as_shared'] as const) : []),
    ...(booleanOf(values, 'router:external') ? (['access_as_external'] as const) : []),
  ]);
}

/** Shares the network, or takes that back where nobody is left without. Its row must be locked. */
export async function changeNetworkSharing(work: Work, current: Row, changes: Values): Promise<void> {
  const projectId = requiredText(current, 'project_id');
  const shared = booleanOf(changes, 'shared');
  const external = booleanOf(changes, 'router:external');
  if (shared === true) await addPolicies(work, current.id, projectId, ['access_as_shared']);
  if (shared === false) {
    const sharing = { kind: 'network', objectId: current.id, action: 'access_as_shared' } as const;
    if (await leavesUsers(work, sharing, '*', null)) throw networkErrors.sharedSetting(String(current['name']));
    await sql`delete from rbac_policies where object_id = ${current.id} and action = 'access_as_shared'
      and target_project = '*'`.execute(work.trx);
  }
  if (external === undefined || external === current['router:external']) return;
  if (external) return await addPolicies(work, current.id, projectId, ['access_as_external']);
  await checkNoGateways(work, current.id);
  await sql`delete from rbac_policies where object_id = ${current.id} and action = 'access_as_external'`.execute(
    work.trx,
  );
}

/** All in one statement: the network's own columns follow when it is done, and so never say a half of it. */
async function addPolicies(
  work: Work,
  networkId: string,
  projectId: string,
  actions: readonly SharedAction[],
): Promise<void> {
  if (actions.length === 0) return;
  const same = { project_id: projectId, object_type: 'network', object_id: networkId, target_project: '*' };
  await work.trx
    .insertInto('rbac_policies')
    .values(actions.map((action) => ({ ...same, action })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function checkNoGateways(work: Work, networkId: string): Promise<void> {
  const { rows } = await sql`
    select 1 from ports where network_id = ${networkId} and device_owner in ('network:router_gateway', 'network:floatingip') limit 1`.execute(
    work.trx,
  );
  if (rows.length > 0) throw networkErrors.externalInUse(networkId);
}
