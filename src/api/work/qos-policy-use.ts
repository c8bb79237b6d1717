/** Who may use a QoS policy, and who uses it. */
import { type RawBuilder, sql } from 'kysely';
import type { Row, Work } from '../engine/resource.ts';
import { ownOrShared } from '../engine/sharing.ts';
import { textOrNullOf, type Values } from '../engine/values.ts';
import { qosErrors } from '../errors/qos-errors.ts';
import { sharingErrors } from '../errors/sharing-errors.ts';

const sees = ownOrShared('qos_policy');

/** The lock lets nobody delete the policy, or end its share, while it is being given to an object. */
async function isSeen(work: Work, policyId: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from qos_policies t where t.id = ${policyId} and (${work.caller.isAdmin} or ${sees(work.caller)})
    for key share of t`.execute(work.trx);
  return rows.length > 0;
}

/** The policy that a new object names. Throws 404 for one that the caller may not see. */
export async function givenPolicy(work: Work, values: Values): Promise<string | null> {
  const policyId = textOrNullOf(values, 'qos_policy_id') ?? null;
  if (policyId !== null && !(await isSeen(work, policyId))) throw qosErrors.policyNotFound(policyId);
  return policyId;
}

/**
 * The policy after a change, undefined when it stays. Throws 404 for one that the caller may not see, and 403 when the one
 * that is there is an admin's, for him alone to take away.
 */
export async function changedPolicy(work: Work, current: Row, changes: Values): Promise<string | null | undefined> {
  const before = textOrNullOf(current, 'qos_policy_id') ?? null;
  if (!('qos_policy_id' in changes) || changes['qos_policy_id'] === before) return undefined;
  if (before !== null && !(await isSeen(work, before))) throw qosErrors.removalNotAuthorized(before);
  return await givenPolicy(work, changes);
}

/** The policy that networks of the project get when they name none. */
export async function defaultPolicy(work: Work, projectId: string): Promise<string | null> {
  const row = await work.trx
    .selectFrom('qos_policies')
    .select('id')
    .where('project_id', '=', projectId)
    .where('is_default', '=', true)
    .executeTakeFirst();
  return row?.id ?? null;
}

/** A minimum bandwidth is kept by a physical network; a tunnel has none. Throws 409 for a port that cannot have it. */
export async function checkMinimumBandwidth(
  work: Work,
  policyId: string,
  port: { readonly id: string; readonly networkId: string },
): Promise<void> {
  const { rows } = await sql`
    select 1 from qos_rules r, networks n where r.qos_policy_id = ${policyId} and r.type = 'minimum_bandwidth'
      and n.id = ${port.networkId} and n.physical_network is null limit 1`.execute(work.trx);
  if (rows.length > 0) throw qosErrors.ruleNotSupported('minimum_bandwidth', port.id);
}

interface User {
  readonly object_type: string;
  readonly object_id: string;
  readonly project_id: string;
}

const uses = [
  ['network', 'networks'],
  ['port', 'ports'],
  ['floatingip', 'floating_ips'],
  ['router', 'routers'],
] as const;

/** SQL for the objects that have the policy: `object_type`, `object_id`, `project_id`. */
export function usersOfPolicy(policyId: string): RawBuilder<User> {
  const parts = uses.map(
    ([type, table]) =>
      sql`select ${type}::text as object_type, id::text as object_id, project_id from ${sql.table(table)} where qos_policy_id = ${policyId}`,
  );
  return sql`${sql.join(parts, sql` union all `)}`;
}

/** Throws 409 when something has the policy. */
export async function checkPolicyUnused(work: Work, policyId: string): Promise<void> {
  const { rows } = await sql<User>`select * from (${usersOfPolicy(policyId)}) u limit 1`.execute(work.trx);
  const user = rows[0];
  if (user !== undefined) throw qosErrors.policyInUse(policyId, user.object_type, user.object_id);
}

/**
 * Throws 409 when an object has a policy that is shared with everybody, and its project is not named otherwise. As in Neutron
 * that includes the owner's own objects.
 */
export async function checkUnsharePolicy(work: Work, policyId: string): Promise<void> {
  const { rows } = await sql`
    select 1 from (${usersOfPolicy(policyId)}) u where not exists (
      select 1 from rbac_policies r where r.object_id = ${policyId} and r.object_type = 'qos_policy'
        and r.target_project = u.project_id)
    limit 1`.execute(work.trx);
  if (rows.length > 0) throw sharingErrors.inUse(policyId, 'project_id=*');
}
