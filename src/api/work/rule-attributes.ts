/** The attributes that rules of security groups and templates of rules have in common. */
import { onCreate } from '../engine/attribute.ts';
import { asText } from '../engine/json.ts';
import { column } from '../engine/standard-attributes.ts';
import { oneOf } from '../engine/validators.ts';
import { toPortValue, toPrefix, toProtocol } from './rule-values.ts';

const given = { default: null, filter: true, sortKey: true } as const;

export const ruleAttributes = {
  ethertype: onCreate(column('ethertype'), {
    default: 'IPv4',
    convert: (value) => ['IPv4', 'IPv6'].find((one) => one.toLowerCase() === asText(value).toLowerCase()) ?? value,
    validate: oneOf(['IPv4', 'IPv6']),
    filter: true,
    sortKey: true,
  }),
  direction: onCreate(column('direction'), { validate: oneOf(['ingress', 'egress']), filter: true, sortKey: true }),
  protocol: onCreate(column('protocol'), { ...given, convert: toProtocol }),
  port_range_min: onCreate(column('port_range_min', 'integer'), { ...given, convert: toPortValue }),
  port_range_max: onCreate(column('port_range_max', 'integer'), { ...given, convert: toPortValue }),
  remote_ip_prefix: onCreate(column('remote_ip_prefix'), { ...given, convert: toPrefix }),
  remote_address_group_id: onCreate(column('remote_address_group_id', 'uuid'), given),
} as const;
