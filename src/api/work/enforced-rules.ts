/**
 * Which QoS rules this deployment brings about: the one place that says so. `/qos/rule-types` lists what stands here, and
 * whoever lets hosts apply a kind of rule adds it.
 */
import type { QosRuleType } from '../../store/tables/qos-trunks.ts';
import type { JsonObject } from '../engine/json.ts';
import { dscpMarks, largestAmount } from './qos-amounts.ts';

export interface EnforcedRule {
  readonly type: QosRuleType;
  /** As `drivers` of the rule type's details name what is supported. */
  readonly parameters: readonly JsonObject[];
}

const amount = (name: string): JsonObject => ({
  parameter_name: name,
  parameter_type: 'range',
  parameter_values: { start: 0, end: largestAmount },
});
const choices = (name: string, values: readonly (string | number)[]): JsonObject => ({
  parameter_name: name,
  parameter_type: 'choices',
  parameter_values: values,
});

export const enforcedRules: readonly EnforcedRule[] = [
  {
    type: 'bandwidth_limit',
    parameters: [amount('max_kbps'), amount('max_burst_kbps'), choices('direction', ['ingress', 'egress'])],
  },
  { type: 'dscp_marking', parameters: [choices('dscp_mark', dscpMarks)] },
];
