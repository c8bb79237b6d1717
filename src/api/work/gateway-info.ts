/** What a request says of a router's way out. */
import { toBoolean, toFixedIps } from '../engine/conversions.ts';
import { asText, isList, isObject, type Json } from '../engine/json.ts';
import { boolean, fixedIps, object, orNone, uuid, validator } from '../engine/validators.ts';

const gatewayInfo = object(
  {
    network_id: uuid,
    external_fixed_ips: fixedIps,
    enable_snat: boolean,
    qos_policy_id: orNone(uuid),
  },
  ['network_id'],
);

/** An empty object says the same as null. */
export const gatewayInfoOrNone = validator(
  'type:external_gw_info',
  { anyOf: [gatewayInfo.schema, { type: ['object', 'null'] }] },
  (value) => (value === null || (isObject(value) && Object.keys(value).length === 0) ? null : gatewayInfo(value)),
);

/** Two of them may be the same: a router can have two ports on one network. */
export const gatewayInfos = validator(
  'type:list_of_dict_or_nodata',
  { type: 'array', items: gatewayInfo.schema },
  (value) => {
    if (!isList(value)) return `'${asText(value)}' is not a list`;
    return value.map((one) => gatewayInfo(one)).find((reason) => reason !== null) ?? null;
  },
);

export function toGatewayInfo(value: Json): Json {
  if (!isObject(value)) return value;
  return {
    ...value,
    ...('enable_snat' in value ? { enable_snat: toBoolean(value['enable_snat'] ?? null) } : {}),
    ...('external_fixed_ips' in value ? { external_fixed_ips: toFixedIps(value['external_fixed_ips'] ?? null) } : {}),
  };
}

export function toGatewayInfos(value: Json): Json {
  return isList(value) ? value.map(toGatewayInfo) : value;
}
