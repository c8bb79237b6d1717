/** The QoS policy of a router's gateway, `qos_policy_id` of `external_gateway_info`. */
import type { JsonObject } from '../engine/json.ts';
import type { Work } from '../engine/resource.ts';
import { changedPolicy } from './qos-policy-use.ts';

/** A gateway that goes, or moves to another network, loses its policy unless the request names one. */
export async function setGatewayPolicy(
  work: Work,
  routerId: string,
  before: JsonObject | null,
  after: JsonObject | null,
): Promise<void> {
  const moved = before?.['network_id'] !== after?.['network_id'];
  if (after !== null && !('qos_policy_id' in after) && !moved) return;
  const changes = { qos_policy_id: after?.['qos_policy_id'] ?? null };
  const qos_policy_id = await changedPolicy(work, { ...before, id: routerId }, changes);
  if (qos_policy_id === undefined) return;
  await work.trx.updateTable('routers').set({ qos_policy_id }).where('id', '=', routerId).execute();
}
