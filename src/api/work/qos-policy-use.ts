/** Who may use a QoS policy, and who uses it. */
import { sql } from 'kysely';
import type { Row, Trx, Work } from '../engine/resource.ts';
import { ownOrShared } from '../engine/sharing.ts';
import { textOrNullOf, type Values } from '../engine/values.ts';
import { qosErrors } from '../errors/qos-errors.ts';

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

/** The objects that have the policy. */
export async function policyUsers(trx: Trx, policyId: string): Promise<readonly User[]> {
  const parts = uses.map(
    ([type, table]) =>
      sql`select ${type}::text as object_type, id::text as object_id, project_id from ${sql.table(table)} where qos_policy_id = ${policyId}`,
  );
  const { rows } = await sql<User>`${sql.join(parts, sql` union all `)}`.execute(trx);
  return rows;
}

/**
 * Throws 409 when an object uses the policy by its share with `target`, a project or `*`, and by no other. As in Neutron, the
 * share with everybody also stays for the sake of the owner's own objects.
 */
export async function checkUnsharePolicy(trx: Trx, policyId: string, target: string): Promise<void> {
  await sql`select 1 from qos_policies where id = ${policyId} for update`.execute(trx);
  const { rows: shares } = await sql<{ target_project: string }>`
    select target_project from rbac_policies
    where object_id = ${policyId} and object_type = 'qos_policy' and action = 'access_as_shared'`.execute(trx);
  const others = shares.map((row) => row.target_project).filter((one) => one !== target);
  if (others.includes('*')) return;
  const users = await policyUsers(trx, policyId);
  const needy = users.filter(
    (user) => (target === '*' || user.project_id === target) && !others.includes(user.project_id),
  );
  if (needy.length > 0) throw qosErrors.sharedInUse(policyId, target);
}
