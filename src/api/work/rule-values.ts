/** Protocols, ports and prefixes of a security group rule: what goes together. */
import { type Cidr, formatCidr, parseAddress, parseCidr } from '../../model/addresses.ts';
import { protocolNumbers } from '../../model/protocol-numbers.ts';
import { asText, type Json } from '../engine/json.ts';
import { integerOrNullOf, textOf, textOrNullOf, type Values } from '../engine/values.ts';
import { securityGroupErrors } from '../errors/security-group-errors.ts';

const withPorts = new Set([33, 6, 17, 132, 136]);
const icmpNumbers = new Set([1, 58]);
const ipv6Only = new Set(['icmpv6', 'ipv6-encap', 'ipv6-frag', 'ipv6-icmp', 'ipv6-nonxt', 'ipv6-opts', 'ipv6-route']);

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

/** `fn:convert_ip_prefix_to_cidr`: an address stands for itself alone. Host bits are dropped. */
export function toPrefix(value: Json): Json {
  if (value === null || value === '') return null;
  const cidr = readPrefix(asText(value));
  if (cidr === null) throw securityGroupErrors.invalidPrefix(asText(value));
  return formatCidr(cidr);
}

function readPrefix(text: string): Cidr | null {
  const address = parseAddress(text);
  if (address === null) return parseCidr(text);
  return { version: address.version, network: address.value, prefixLength: address.version === 4 ? 32 : 128 };
}

/** Throws what Neutron says of a rule whose attributes do not go together. */
export function checkRule(values: Values): void {
  const protocol = textOrNullOf(values, 'protocol') ?? null;
  const minimum = integerOrNullOf(values, 'port_range_min') ?? null;
  const maximum = integerOrNullOf(values, 'port_range_max') ?? null;
  checkPorts(protocol, minimum, maximum);
  const ethertype = textOf(values, 'ethertype') ?? 'IPv4';
  const prefix = textOrNullOf(values, 'remote_ip_prefix') ?? null;
  if (prefix !== null && textOrNullOf(values, 'remote_group_id')) throw securityGroupErrors.remoteGroupAndPrefix();
  if (prefix !== null && parseCidr(prefix)?.version !== (ethertype === 'IPv4' ? 4 : 6)) {
    throw securityGroupErrors.etherTypeConflict(ethertype, prefix);
  }
  if (protocol !== null && ethertype === 'IPv4' && ipv6Only.has(protocol)) {
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
