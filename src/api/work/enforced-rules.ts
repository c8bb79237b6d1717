/**
 * Which QoS rules this deployment brings about: the one place that says so. `/qos/rule-types` lists what stands here, and
 * whoever lets hosts apply a kind of rule adds it.
 */
import type { QosRuleType } from '../../store/tables/qos-trunks.ts';
import type { JsonObject } from '../engine/json.ts';

export interface EnforcedRule {
  readonly type: QosRuleType;
  /** As `drivers` of the rule type's details name what is supported. */
  readonly parameters: readonly JsonObject[];
}

export const enforcedRules: readonly EnforcedRule[] = [];
