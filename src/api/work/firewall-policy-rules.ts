/** The rules of a firewall policy, in their order. */
import { sql } from 'kysely';
import type { Work } from '../engine/resource.ts';
import { firewallErrors } from '../errors/firewall-errors.ts';

export interface PolicyOfRules {
  readonly id: string;
  readonly projectId: string;
  readonly shared: boolean;
}

/** The ids, first to last. */
export async function readRules(work: Work, policyId: string): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select firewall_rule_id as id from firewall_policy_rules where firewall_policy_id = ${policyId} order by position`.execute(
    work.trx,
  );
  return rows.map((row) => row.id);
}

/** Gives the policy these rules in this order. Throws what FWaaS says of one that it cannot have. */
export async function writeRules(work: Work, policy: PolicyOfRules, ruleIds: readonly string[]): Promise<void> {
  await checkRules(work, policy, ruleIds);
  await work.trx.deleteFrom('firewall_policy_rules').where('firewall_policy_id', '=', policy.id).execute();
  if (ruleIds.length === 0) return;
  await work.trx
    .insertInto('firewall_policy_rules')
    .values(
      ruleIds.map((ruleId, index) => ({
        firewall_policy_id: policy.id,
        firewall_rule_id: ruleId,
        position: index + 1,
      })),
    )
    .execute();
}

/** A policy has its project's rules and shared ones; a shared policy has shared ones only. */
export async function checkRules(work: Work, policy: PolicyOfRules, ruleIds: readonly string[]): Promise<void> {
  const { rows } = await sql<{ id: string; project_id: string; shared: boolean }>`
    select id, project_id, shared from firewall_rules where id = any(${ruleIds}::uuid[]) for share`.execute(work.trx);
  const { projectId, isAdmin } = work.caller;
  for (const ruleId of ruleIds) {
    const rule = rows.find((row) => row.id === ruleId.toLowerCase());
    const seen = rule !== undefined && (isAdmin || rule.shared || rule.project_id === projectId);
    if (!seen) throw firewallErrors.ruleNotFound(ruleId);
    if (rule.shared) continue;
    if (policy.shared) throw firewallErrors.unsharedRuleInShared(policy.id, ruleId);
    if (rule.project_id !== policy.projectId) throw firewallErrors.ruleOfOtherProject(ruleId, rule.project_id);
  }
}
