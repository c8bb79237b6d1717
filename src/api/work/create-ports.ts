/** What clients make: ports, one or a thousand, in statements of which each is for all of them. */
import type { Work } from '../engine/resource.ts';
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
import { networkErrors } from '../errors/network-errors.ts';
import { portErrors } from '../errors/port-errors.ts';
import { ensureDefaultGroup } from './default-group.ts';
import { makePorts, type PortWanted } from './make-port.ts';
import { checkGroups } from './port-groups.ts';
import { mergedOptions } from './port-values.ts';
import { checkMinimumBandwidth, givenPolicy } from './qos-policy-use.ts';
import { checkRouterDevice } from './router-device.ts';

export async function createPorts(work: Work, items: readonly Values[]): Promise<readonly string[]> {
  const projectIds = distinct(items.map((values) => requiredText(values, 'project_id')));
  const [securities, groups] = await Promise.all([
    networkSecurities(work, distinct(items.map((values) => requiredText(values, 'network_id')))),
    Promise.all(projectIds.map(async (projectId) => [projectId, await ensureDefaultGroup(work, projectId)] as const)),
  ]);
  const defaultGroups = new Map(groups);
  for (const projectId of projectIds) {
    const ofProject = items.filter((values) => values['project_id'] === projectId);
    await checkGroups(
      work,
      projectId,
      distinct(ofProject.flatMap((values) => textsOf(values, 'security_groups') ?? [])),
    );
  }
  await checkRouterDevices(work, items);
  await checkPolicies(work, items);
  return await makePorts(
    work,
    items.map((values) => {
      const ofService = (textOf(values, 'device_owner') ?? '').startsWith('network:');
      const standard = !ofService && securities.get(requiredText(values, 'network_id')) === true;
      return wanted(values, standard, defaultGroups.get(requiredText(values, 'project_id')) ?? null);
    }),
  );
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

/** `port_security_enabled` by network. */
async function networkSecurities(work: Work, networkIds: readonly string[]): Promise<ReadonlyMap<string, boolean>> {
  const rows = await work.trx
    .selectFrom('networks')
    .select(['id', 'port_security_enabled'])
    .where('id', 'in', networkIds)
    .execute();
  const found = new Map(rows.map((row) => [row.id, row.port_security_enabled]));
  const missing = networkIds.find((id) => !found.has(id.toLowerCase()));
  if (missing !== undefined) throw networkErrors.notFound(missing);
  return found;
}

/** Few ports say that they are a router's, and only for projects does it matter. */
async function checkRouterDevices(work: Work, items: readonly Values[]): Promise<void> {
  for (const values of items) {
    await checkRouterDevice(work, {
      owner: textOf(values, 'device_owner') ?? '',
      deviceId: textOf(values, 'device_id') ?? '',
      projectId: requiredText(values, 'project_id'),
    });
  }
}

/** Once for each policy on each network. */
async function checkPolicies(work: Work, items: readonly Values[]): Promise<void> {
  const seen = new Set<string>();
  for (const values of items) {
    const networkId = requiredText(values, 'network_id');
    const key = `${textOrNullOf(values, 'qos_policy_id') ?? ''} ${networkId}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const policyId = await givenPolicy(work, values);
    if (policyId !== null) await checkMinimumBandwidth(work, policyId, { id: 'None', networkId });
  }
}

function wanted(values: Values, standardSecurity: boolean, defaultGroup: string | null): PortWanted {
  const portSecurity = booleanOf(values, 'port_security_enabled') ?? standardSecurity;
  const asked = textsOf(values, 'security_groups');
  if (!portSecurity && asked !== undefined && asked.length > 0) throw portErrors.groupsNeedPortSecurity();
  const pairs = objectsOf(values, 'allowed_address_pairs') ?? [];
  if (!portSecurity && pairs.length > 0) throw portErrors.pairsNeedPortSecurity();
  const fixedIps = objectsOf(values, 'fixed_ips');
  const hints = objectOrNullOf(values, 'hints') ?? null;
  const options = values['extra_dhcp_opts'] === null ? [] : (objectsOf(values, 'extra_dhcp_opts') ?? []);
  return {
    row: {
      project_id: requiredText(values, 'project_id'),
      network_id: requiredText(values, 'network_id'),
      name: textOf(values, 'name'),
      description: textOf(values, 'description'),
      admin_state_up: booleanOf(values, 'admin_state_up'),
      device_id: textOf(values, 'device_id'),
      device_owner: textOf(values, 'device_owner'),
      host_id: textOrNullOf(values, 'binding:host_id') ?? '',
      vnic_type: textOf(values, 'binding:vnic_type'),
      binding_profile: JSON.stringify(objectOrNullOf(values, 'binding:profile') ?? {}),
      port_security_enabled: portSecurity,
      extra_dhcp_opts: JSON.stringify(mergedOptions([], options)),
      dns_name: textOf(values, 'dns_name'),
      dns_domain: textOf(values, 'dns_domain'),
      ip_allocation: fixedIps?.length === 0 ? 'none' : 'immediate',
      qos_policy_id: textOrNullOf(values, 'qos_policy_id') ?? null,
      device_profile: textOrNullOf(values, 'device_profile') ?? null,
      numa_affinity_policy: textOrNullOf(values, 'numa_affinity_policy') ?? null,
      hints: hints === null ? undefined : JSON.stringify(hints),
      hardware_offload_type: textOf(values, 'hardware_offload_type') ?? null,
      trusted: booleanOf(values, 'trusted') ?? null,
      propagate_uplink_status: booleanOf(values, 'propagate_uplink_status'),
    },
    macAddress: textOrNullOf(values, 'mac_address') ?? undefined,
    fixedIps,
    groupIds: asked ?? (portSecurity && defaultGroup !== null ? [defaultGroup] : []),
    addressPairs: pairs,
  };
}
