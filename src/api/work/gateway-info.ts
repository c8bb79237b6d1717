/** What a request says of a router's way out. */
import { toBoolean, toFixedIps } from '../engine/conversions.ts';
import { isList, isObject, type Json } from '../engine/json.ts';
import { boolean, fixedIps, listOf, object, uuid, validator } from '../engine/validators.ts';

const gatewayInfo = object(
  {
    network_id: uuid,
    external_fixed_ips: fixedIps,
    enable_snat: boolean,
  },
  ['network_id'],
);

/** An empty object says the same as null. */
export const gatewayInfoOrNone = validator(
  'type:external_gw_info',
  { anyOf: [gatewayInfo.schema, { type: ['object', 'null'] }] },
  (value) => (value === null || (isObject(value) && Object.keys(value).length === 0) ? null : gatewayInfo(value)),
);

export const gatewayInfos = listOf(gatewayInfo);

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
