/** Firewall groups (FWaaS v2): which policies hold on which ports. */
import { sql } from 'kysely';
import { readOnly, writable } from '../engine/attribute.ts';
import { noneToEmptyList, toBoolean } from '../engine/conversions.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import { column, expression, history, id } from '../engine/standard-attributes.ts';
import { listOf, orNone, uuid } from '../engine/validators.ts';
import { booleanOf, requiredText, textOf, textOrNullOf, textsOf, type Values } from '../engine/values.ts';
import { firewallErrors } from '../errors/firewall-errors.ts';
import { defaultGroupName, ensureDefaultFirewallGroup } from '../work/default-firewall-group.ts';
import { firewallOwner, firewallService, firewallShared, firewallText } from '../work/firewall-attributes.ts';
import { setFirewallPorts } from '../work/firewall-ports.ts';

const filterAndSort = { filter: true, sortKey: true } as const;
const policyAttributes = ['ingress_firewall_policy_id', 'egress_firewall_policy_id'] as const;

function policyOf(name: (typeof policyAttributes)[number]) {
  return writable(column(name, 'uuid'), { ...filterAndSort, default: null, validate: orNone(uuid) });
}

export const firewallGroup: Resource = {
  name: 'firewall_group',
  collection: 'firewall_groups',
  path: 'fwaas/firewall_groups',
  ...firewallService,
  from: sql`firewall_groups as t`,
  quota: 'firewall_group',
  notFound: firewallErrors.groupNotFound,
  attributes: {
    id,
    ...firewallOwner,
    ...firewallText,
    shared: firewallShared,
    admin_state_up: writable(column('admin_state_up', 'boolean'), {
      ...filterAndSort,
      default: true,
      convert: toBoolean,
    }),
    ingress_firewall_policy_id: policyOf('ingress_firewall_policy_id'),
    egress_firewall_policy_id: policyOf('egress_firewall_policy_id'),
    // With nothing to apply it is INACTIVE; with something it would be ACTIVE if hosts had applied it.
    status: readOnly(
      expression(
        'text',
        sql`case when exists (select 1 from firewall_group_ports p where p.firewall_group_id = t.id)
          and coalesce(t.ingress_firewall_policy_id, t.egress_firewall_policy_id) is not null
          then 'DOWN' else 'INACTIVE' end`,
      ),
      filterAndSort,
    ),
    ports: writable(
      expression(
        'json',
        sql`coalesce((select json_agg(p.port_id order by p.port_id)
          from firewall_group_ports p where p.firewall_group_id = t.id), '[]')`,
      ),
      { default: null, convert: noneToEmptyList, validate: listOf(uuid) },
    ),
    ...history,
  },
  beforeList: (work) => ensureDefaultFirewallGroup(work, work.caller.projectId),
  create: createGroup,
  update: updateGroup,
  remove: removeGroup,
};

async function createGroup(work: Work, values: Values): Promise<string> {
  if (textOf(values, 'name') === defaultGroupName) throw firewallErrors.defaultExists();
  const projectId = requiredText(values, 'project_id');
  await ensureDefaultFirewallGroup(work, projectId);
  await checkPolicies(work, projectId, values);
  const row = await work.trx
    .insertInto('firewall_groups')
    .values({
      project_id: projectId,
      name: textOf(values, 'name'),
      description: textOf(values, 'description'),
      shared: booleanOf(values, 'shared'),
      admin_state_up: booleanOf(values, 'admin_state_up'),
      ingress_firewall_policy_id: textOrNullOf(values, 'ingress_firewall_policy_id') ?? null,
      egress_firewall_policy_id: textOrNullOf(values, 'egress_firewall_policy_id') ?? null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await setFirewallPorts(work, { id: row.id, projectId }, textsOf(values, 'ports') ?? []);
  return row.id;
}

/** Policies of the group's project, and shared ones. */
async function checkPolicies(work: Work, projectId: string, values: Values): Promise<void> {
  for (const attribute of policyAttributes) {
    const policyId = textOrNullOf(values, attribute);
    if (!policyId) continue;
    const { rows } = await sql<{ open: boolean }>`
      select (shared or project_id = ${projectId}) as open from firewall_policies where id = ${policyId}
      and (shared or project_id = ${work.caller.projectId} or ${work.caller.isAdmin}) for key share`.execute(work.trx);
    const policy = rows[0];
    if (policy === undefined) throw firewallErrors.policyNotFound(policyId);
    if (!policy.open) throw firewallErrors.policyOfOtherProject(policyId);
  }
}

async function updateGroup(work: Work, current: Row, changes: Values): Promise<void> {
  checkDefault(work, current, changes);
  const projectId = String(current['project_id']);
  await checkPolicies(work, projectId, changes);
  const ports = textsOf(changes, 'ports');
  if (ports !== undefined) await setFirewallPorts(work, { id: current.id, projectId }, ports);
  await work.trx
    .updateTable('firewall_groups')
    .set((eb) => ({
      name: textOf(changes, 'name'),
      description: textOf(changes, 'description'),
      shared: booleanOf(changes, 'shared'),
      admin_state_up: booleanOf(changes, 'admin_state_up'),
      ingress_firewall_policy_id: textOrNullOf(changes, 'ingress_firewall_policy_id'),
      egress_firewall_policy_id: textOrNullOf(changes, 'egress_firewall_policy_id'),
      revision_number: eb('revision_number', '+', 1),
      updated_at: sql<string>`now()`,
    }))
    .where('id', '=', current.id)
    .execute();
}

/** A project chooses the ports of its default group; the rest of it is for admins, and its name for nobody. */
function checkDefault(work: Work, current: Row, changes: Values): void {
  if (current['name'] !== defaultGroupName) {
    if (changes['name'] === defaultGroupName) throw firewallErrors.defaultExists();
    return;
  }
  const kept = work.caller.isAdmin ? ['name'] : ['name', 'description', 'admin_state_up', ...policyAttributes];
  if (kept.some((name) => name in changes)) throw firewallErrors.cannotUpdateDefault();
}

async function removeGroup(work: Work, current: Row): Promise<void> {
  if (current['name'] === defaultGroupName) throw firewallErrors.cannotRemoveDefault();
  await work.trx.deleteFrom('firewall_groups').where('id', '=', current.id).execute();
}
