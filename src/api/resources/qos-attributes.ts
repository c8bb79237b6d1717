/** How other objects name a QoS policy. */
import { sql } from 'kysely';
import { type Attribute, readOnly, writable } from '../engine/attribute.ts';
import { column, expression } from '../engine/standard-attributes.ts';
import { orNone, uuid } from '../engine/validators.ts';

export const qosPolicyId: Attribute = writable(column('qos_policy_id', 'uuid'), {
  default: null,
  validate: orNone(uuid),
  enforcePolicy: true,
});

/** The policy of the network that `networkId`, a column of the object, names. */
export function qosNetworkPolicyId(networkId: string): Attribute {
  const policy = sql`(select n.qos_policy_id from networks n where n.id = ${sql.ref(`t.${networkId}`)})`;
  return readOnly(expression('uuid', policy), { default: null });
}
