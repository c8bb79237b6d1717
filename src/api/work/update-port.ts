/** Changing a port. */
import { sql } from 'kysely';
import type { Row, Work } from '../engine/resource.ts';
import {
  booleanOf,
  objectOrNullOf,
  objectsOf,
  requiredText,
  textOf,
  textOrNullOf,
  textsOf,
  type Values,
} from '../engine/values.ts';
import { portErrors } from '../errors/port-errors.ts';
import { changeBinding, changeFixedIps, changeMac } from './change-port.ts';
import { checkGroups, setGroups } from './port-groups.ts';
import { keptPairs, mergedOptions } from './port-values.ts';
import { changedPolicy, checkMinimumBandwidth } from './qos-policy-use.ts';
import { checkRouterDevice } from './router-device.ts';
import { bindSubPorts } from './trunk-binding.ts';

export async function updatePort(work: Work, current: Row, changes: Values): Promise<void> {
  const groups = textsOf(changes, 'security_groups');
  const portSecurity = booleanOf(changes, 'port_security_enabled') ?? current['port_security_enabled'] === true;
  const pairs = objectsOf(changes, 'allowed_address_pairs');
  if (!portSecurity) checkWithoutPortSecurity(current, groups, pairs?.length);
  if (groups !== undefined) {
    await checkGroups(work, String(current['project_id']), groups);
    await setGroups(work, current.id, groups);
  }
  await checkDevice(work, current, changes);
  const qosPolicy = await changedPortPolicy(work, current, changes);
  const mac = await changeMac(work, current, changes);
  const fixed = objectsOf(changes, 'fixed_ips');
  if (fixed !== undefined) await changeFixedIps(work, current, fixed);
  await changeBinding(work, current, changes);
  await work.trx
    .updateTable('ports')
    .set((eb) => ({
      ...plainColumns(current, changes),
      qos_policy_id: qosPolicy,
      ip_allocation: fixed && (fixed.length === 0 ? 'none' : 'immediate'),
      allowed_address_pairs: pairs && JSON.stringify(keptPairs(pairs, mac)),
      revision_number: eb('revision_number', '+', 1),
      updated_at: sql<string>`now()`,
    }))
    .where('id', '=', current.id)
    .execute();
  if ('binding:host_id' in changes) await bindSubPorts(work, sql`k.port_id = ${current.id}`);
  work.changes.push({
    kind: 'port',
    id: current.id,
    networkId: String(current['network_id']),
    hosts: [String(current['binding:host_id'])],
  });
  if (fixed !== undefined && groups === undefined) {
    work.changes.push(
      ...(textsOf(current, 'security_groups') ?? []).map((one) => ({ kind: 'security_group', id: one })),
    );
  }
}

function plainColumns(current: Row, changes: Values) {
  const profile = objectOrNullOf(changes, 'binding:profile');
  const hints = objectOrNullOf(changes, 'hints');
  return {
    name: textOf(changes, 'name'),
    description: textOf(changes, 'description'),
    admin_state_up: booleanOf(changes, 'admin_state_up'),
    device_id: textOf(changes, 'device_id'),
    device_owner: textOf(changes, 'device_owner'),
    vnic_type: textOf(changes, 'binding:vnic_type'),
    binding_profile: profile ? JSON.stringify(profile) : undefined,
    port_security_enabled: booleanOf(changes, 'port_security_enabled'),
    extra_dhcp_opts:
      'extra_dhcp_opts' in changes
        ? JSON.stringify(mergedOptions(objectsOf(current, 'extra_dhcp_opts') ?? [], optionsOf(changes)))
        : undefined,
    dns_name: textOf(changes, 'dns_name'),
    dns_domain: textOf(changes, 'dns_domain'),
    data_plane_status: textOrNullOf(changes, 'data_plane_status'),
    numa_affinity_policy: textOrNullOf(changes, 'numa_affinity_policy'),
    hints: hints === null ? sql<string>`null` : hints && JSON.stringify(hints),
    trusted: booleanOf(changes, 'trusted'),
    propagate_uplink_status: booleanOf(changes, 'propagate_uplink_status'),
  };
}

function optionsOf(values: Values) {
  return values['extra_dhcp_opts'] === null ? [] : (objectsOf(values, 'extra_dhcp_opts') ?? []);
}

async function checkDevice(work: Work, current: Row, changes: Values): Promise<void> {
  if (!('device_id' in changes || 'device_owner' in changes)) return;
  await checkRouterDevice(work, {
    owner: textOf(changes, 'device_owner') ?? requiredText(current, 'device_owner'),
    deviceId: textOf(changes, 'device_id') ?? requiredText(current, 'device_id'),
    projectId: requiredText(current, 'project_id'),
  });
}

async function changedPortPolicy(work: Work, current: Row, changes: Values): Promise<string | null | undefined> {
  const policyId = await changedPolicy(work, current, changes);
  if (policyId) {
    await checkMinimumBandwidth(work, policyId, { id: current.id, networkId: requiredText(current, 'network_id') });
  }
  return policyId;
}

function checkWithoutPortSecurity(
  current: Row,
  groups: readonly string[] | undefined,
  pairCount: number | undefined,
): void {
  if (groups !== undefined && groups.length > 0) throw portErrors.groupsNeedPortSecurity();
  if (groups === undefined && (textsOf(current, 'security_groups') ?? []).length > 0) throw portErrors.portHasGroups();
  if ((pairCount ?? (objectsOf(current, 'allowed_address_pairs') ?? []).length) > 0)
    throw portErrors.pairsNeedPortSecurity();
}
