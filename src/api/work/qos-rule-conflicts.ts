/** What rules of one policy may not say together. The policy is locked by the caller, so that no other rule appears. */
import { sql } from 'kysely';
import type { QosRuleType } from '../../store/tables/qos-trunks.ts';
import type { Work } from '../engine/resource.ts';
import { integerOf, textOf, type Values } from '../engine/values.ts';
import { qosErrors } from '../errors/qos-errors.ts';

interface Wanted {
  readonly policyId: string;
  /** Null: not made yet. */
  readonly id: string | null;
  readonly type: QosRuleType;
  readonly values: Values;
}

interface Other {
  readonly id: string;
  readonly type: QosRuleType;
  readonly direction: string | null;
  readonly min_kbps: number | null;
  readonly max_kbps: number | null;
}

/** Throws 409 for a rule that is there already, or that contradicts another, as Neutron does whatever their directions. */
export async function checkRule(work: Work, wanted: Wanted): Promise<void> {
  const { rows: others } = await sql<Other>`
    select id, type, direction, min_kbps, max_kbps from qos_rules
    where qos_policy_id = ${wanted.policyId} and id is distinct from ${wanted.id} order by created_at, id`.execute(
    work.trx,
  );
  const direction = textOf(wanted.values, 'direction') ?? null;
  const same = others.find((one) => one.type === wanted.type && meet(one.direction, direction));
  if (same !== undefined) throw qosErrors.rulesConflict(wanted.type, same.id, wanted.policyId);
  const minimum = integerOf(wanted.values, 'min_kbps');
  const maximum = integerOf(wanted.values, 'max_kbps');
  for (const { type, min_kbps, max_kbps } of others) {
    if (maximum !== undefined && min_kbps !== null && min_kbps > maximum) {
      throw qosErrors.parameterConflict(maximum, wanted.policyId, { type, value: min_kbps });
    }
    if (minimum !== undefined && max_kbps !== null && max_kbps < minimum) {
      throw qosErrors.parameterConflict(minimum, wanted.policyId, { type, value: max_kbps });
    }
  }
  if (wanted.type === 'minimum_bandwidth') await checkPorts(work, wanted.policyId);
}

/** `any`, and no direction at all, is both. */
function meet(one: string | null, other: string | null): boolean {
  const both = (direction: string | null) => direction === null || direction === 'any';
  return both(one) || both(other) || one === other;
}

/** A port on a tunnel cannot have a minimum bandwidth. */
async function checkPorts(work: Work, policyId: string): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select p.id from ports p join networks n on n.id = p.network_id
    where p.qos_policy_id = ${policyId} and n.physical_network is null limit 1`.execute(work.trx);
  if (rows[0] !== undefined) throw qosErrors.ruleNotSupported('minimum_bandwidth', rows[0].id);
}
