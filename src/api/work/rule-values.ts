/** Protocols, ports and prefixes of a security group rule: what goes together. */
import { type RawBuilder, sql } from 'kysely';
import { addressBits, formatAddress, formatCidr, parseAddress, parseCidr, toCidr } from '../../model/addresses.ts';
import { protocolNumbers } from '../../model/protocol-numbers.ts';
import { asText, type Json } from '../engine/json.ts';
import { integerOrNullOf, textOf, textOrNullOf, type Values } from '../engine/values.ts';
import { securityGroupErrors } from '../errors/security-group-errors.ts';

const withPorts = new Set([33, 6, 17, 132, 136]);
const icmpNumbers = new Set([1, 58]);
/** The numbers of protocols that only IPv6 has. */
const ipv6Only = new Set([41, 43, 44, 58, 59, 60]);

/** `fn:convert_protocol`: a name in lower case or a number as text. Throws for any other. */
export function toProtocol(value: Json): Json {
  if (value === null) return null;
  const text = asText(value).toLowerCase();
  if (text === 'any') return null;
  if (/^\d{1,3}$/.test(text) && Number(text) <= 255) return String(Number(text));
  if (text in protocolNumbers) return text;
  throw securityGroupErrors.invalidProtocol(
    asText(value),
    `[${Object.keys(protocolNumbers)
      .map((one) => `'${one}'`)
      .join(', ')}]`,
  );
}

/** `fn:convert_validate_port_value`. */
export function toPortValue(value: Json): Json {
  if (value === null) return null;
  const number = /^\d{1,5}$/.test(asText(value)) ? Number(asText(value)) : -1;
  if (number < 0 || number > 65_535) throw securityGroupErrors.invalidPortValue(asText(value));
  return number;
}

/** `fn:convert_ip_prefix_to_cidr`: an address stands for itself alone. Host bits stay as they are given. */
export function toPrefix(value: Json): Json {
  if (value === null || value === '') return null;
  const [ip = '', length] = asText(value).split('/');
  const address = parseAddress(ip);
  const text = address === null ? '' : `${formatAddress(address)}/${length ?? addressBits(address.version)}`;
  if (parseCidr(text) === null || asText(value).split('/').length > 2) {
    throw securityGroupErrors.invalidPrefix(asText(value));
  }
  return text;
}

/** Throws what Neutron says of a rule whose attributes do not go together. */
export function checkRule(values: Values): void {
  const protocol = textOrNullOf(values, 'protocol') ?? null;
  const minimum = integerOrNullOf(values, 'port_range_min') ?? null;
  const maximum = integerOrNullOf(values, 'port_range_max') ?? null;
  checkPorts(protocol, minimum, maximum);
  const ethertype = textOf(values, 'ethertype') ?? 'IPv4';
  const prefix = textOrNullOf(values, 'remote_ip_prefix') ?? null;
  const remotes = [prefix, values['remote_group_id'], values['remote_address_group_id']];
  if (remotes.filter((one) => one !== null && one !== undefined).length > 1) {
    throw securityGroupErrors.remoteGroupAndPrefix();
  }
  if (prefix !== null && parseCidr(prefix)?.version !== (ethertype === 'IPv4' ? 4 : 6)) {
    throw securityGroupErrors.etherTypeConflict(ethertype, prefix);
  }
  if (protocol !== null && ethertype === 'IPv4' && ipv6Only.has(protocolNumbers[protocol] ?? Number(protocol))) {
    throw securityGroupErrors.protocolConflict(ethertype, protocol);
  }
}

function checkPorts(protocol: string | null, minimum: number | null, maximum: number | null): void {
  if (minimum === null && maximum === null) return;
  if (protocol === null) throw securityGroupErrors.protocolRequired();
  const number = protocolNumbers[protocol] ?? Number(protocol);
  if (icmpNumbers.has(number)) {
    if (minimum === null && maximum !== null) throw securityGroupErrors.icmpTypeMissing(maximum);
    if (minimum !== null && minimum > 255) throw securityGroupErrors.invalidIcmp('type', 'port-range-min', minimum);
    if (maximum !== null && maximum > 255) throw securityGroupErrors.invalidIcmp('code', 'port-range-max', maximum);
    return;
  }
  if (!withPorts.has(number)) throw securityGroupErrors.portsWithProtocol(protocol);
  if (minimum === 0 || maximum === 0) throw securityGroupErrors.invalidPortValue('0');
  if (minimum === null || maximum === null || minimum > maximum) throw securityGroupErrors.invalidRange();
}

/** What a rule and a template of one keep alike. */
export function ruleColumns(values: Values) {
  const prefix = textOrNullOf(values, 'remote_ip_prefix') ?? null;
  return {
    direction: textOf(values, 'direction') === 'egress' ? 'egress' : 'ingress',
    ethertype: textOf(values, 'ethertype') === 'IPv6' ? 'IPv6' : 'IPv4',
    protocol: textOrNullOf(values, 'protocol') ?? null,
    port_range_min: integerOrNullOf(values, 'port_range_min') ?? null,
    port_range_max: integerOrNullOf(values, 'port_range_max') ?? null,
    remote_ip_prefix: prefix,
    normalized_cidr: prefix === null ? null : formatCidr(toCidr(prefix)),
    remote_group_id: textOrNullOf(values, 'remote_group_id') ?? null,
    remote_address_group_id: textOrNullOf(values, 'remote_address_group_id') ?? null,
    description: textOf(values, 'description') ?? '',
  } as const;
}

export type RuleColumns = ReturnType<typeof ruleColumns>;

/** SQL for what the rule says, by which the database knows rules that are the same. */
export function ruleKey(rule: RuleColumns): RawBuilder<unknown> {
  return sql`rule_key(${rule.direction}, ${rule.ethertype}, ${rule.protocol}, ${rule.port_range_min}, ${rule.port_range_max},
    ${rule.normalized_cidr}::cidr, ${rule.remote_group_id ?? rule.remote_address_group_id})`;
}
