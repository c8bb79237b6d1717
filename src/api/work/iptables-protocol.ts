import { asText, type Json } from '../engine/json.ts';
import { requestErrors } from '../errors/request-errors.ts';

/** What iptables calls by name, of those that Neutron's converter lets through. */
export const iptablesProtocols = ['dccp', 'icmp', 'ipv6-icmp', 'sctp', 'tcp', 'udp'] as const;

/** `fn:convert_to_protocol`: a name, or a number from 0 to 255, which the validator then refuses or not. */
export function iptablesProtocol(value: Json): Json {
  const text = asText(value).toLowerCase();
  if (iptablesProtocols.some((one) => one === text)) return text;
  if (/^\d{1,3}$/.test(text) && Number(text) <= 255) return value;
  throw requestErrors.invalidInput(
    `IP protocol '${asText(value)}' is not supported. Only protocol names and their integer representation (0 to 255) are supported`,
  );
}
