/**
 * The firewall group `default` that every project has, with policies that let nothing in and everything out: made on demand,
 * exactly once.
 */
import { sql } from 'kysely';
import type { Work } from '../engine/resource.ts';

export const defaultGroupName = 'default';

export async function ensureDefaultFirewallGroup(work: Work, projectId: string): Promise<void> {
  if (projectId === '') return;
  const { rows } = await sql`
    select 1 from firewall_groups where project_id = ${projectId} and is_default`.execute(work.trx);
  if (rows.length > 0) return;
  const made = await sql<{ id: string }>`
    insert into firewall_groups (project_id, name, description, is_default)
    values (${projectId}, ${defaultGroupName}, 'Default firewall group', true)
    on conflict (project_id) where is_default do nothing returning id`.execute(work.trx);
  const group = made.rows[0];
  if (group === undefined) return;
  const ingress = await makePolicy(work, projectId, 'ingress', 'deny');
  const egress = await makePolicy(work, projectId, 'egress', 'allow');
  await work.trx
    .updateTable('firewall_groups')
    .set({ ingress_firewall_policy_id: ingress, egress_firewall_policy_id: egress })
    .where('id', '=', group.id)
    .execute();
}

async function makePolicy(work: Work, projectId: string, direction: string, action: string): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    with policy as (
      insert into firewall_policies (project_id, name, description)
      values (${projectId}, ${`default ${direction}`}, ${`Default ${direction} firewall policy`}) returning id
    ), rule as (
      insert into firewall_rules (project_id, name, description, action, ip_version)
      select ${projectId}, ${`default ${direction} ipv`} || version, ${`default ${direction} rule for IPv`} || version,
        ${action}, version from (values (4), (6)) as v (version) returning id, ip_version
    ), held as (
      insert into firewall_policy_rules (firewall_policy_id, firewall_rule_id, position)
      select policy.id, rule.id, row_number() over (order by rule.ip_version) from policy, rule
    )
    select id from policy`.execute(work.trx);
  return rows[0]?.id ?? '';
}
