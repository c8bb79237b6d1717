/** The kinds of QoS rules: what each says, and for which directions. */
import type { QosRuleType } from '../../store/tables/qos-trunks.ts';
import { type Attribute, writable } from '../engine/attribute.ts';
import { toInteger } from '../engine/conversions.ts';
import { column } from '../engine/standard-attributes.ts';
import { oneOf, range } from '../engine/validators.ts';
import { dscpMarks, largestAmount } from '../work/qos-amounts.ts';

export interface QosRuleKind {
  readonly type: QosRuleType;
  readonly extensions: readonly string[];
  /** Of the extension that also serves it at `/qos/alias-…-rules`; absent: none does. */
  readonly alias?: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
}

function amount(name: string, more: Partial<Attribute> = {}): Readonly<Record<string, Attribute>> {
  return {
    [name]: writable(column(name, 'integer'), {
      convert: toInteger,
      validate: range(0, largestAmount),
      filter: true,
      sortKey: true,
      ...more,
    }),
  };
}

function direction(allowed: readonly string[]): Readonly<Record<string, Attribute>> {
  return {
    direction: writable(column('direction'), {
      default: 'egress',
      validate: oneOf(allowed),
      filter: true,
      sortKey: true,
    }),
  };
}

const oneWay = direction(['ingress', 'egress']);

export const qosRuleKinds: readonly QosRuleKind[] = [
  {
    type: 'bandwidth_limit',
    extensions: ['qos', 'qos-bw-limit-direction'],
    alias: 'qos-rules-alias',
    attributes: { ...amount('max_kbps'), ...amount('max_burst_kbps', { default: 0 }), ...oneWay },
  },
  {
    type: 'dscp_marking',
    extensions: ['qos'],
    alias: 'qos-rules-alias',
    attributes: amount('dscp_mark', { validate: oneOf(dscpMarks) }),
  },
  {
    type: 'minimum_bandwidth',
    extensions: ['qos', 'qos-bw-minimum-ingress'],
    alias: 'qos-rules-alias',
    attributes: { ...amount('min_kbps'), ...oneWay },
  },
  {
    type: 'packet_rate_limit',
    extensions: ['qos-pps'],
    attributes: { ...amount('max_kpps'), ...amount('max_burst_kpps', { default: 0 }), ...oneWay },
  },
  {
    type: 'minimum_packet_rate',
    extensions: ['qos-pps-minimum'],
    alias: 'qos-pps-minimum-rule-alias',
    attributes: { ...amount('min_kpps'), ...direction(['any', 'ingress', 'egress']) },
  },
];
