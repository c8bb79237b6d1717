/** Allowed address pairs and extra DHCP options: how they are checked and kept. */
import { formatAddress, parseAddress, parseCidr } from '../../model/addresses.ts';
import { asText, isList, isObject, type Json, type JsonObject } from '../engine/json.ts';
import { macAddress, validator } from '../engine/validators.ts';
import { portErrors } from '../errors/port-errors.ts';

/** Neutron's `max_allowed_address_pair`. */
const maximumPairs = 10;

/** `type:allowed_address_pairs`. */
export const addressPairs = validator(
  'type:allowed_address_pairs',
  { type: 'array', maxItems: maximumPairs },
  (value) => {
    if (!isList(value)) return `'${asText(value)}' is not a list`;
    if (value.length > maximumPairs) return `The number of allowed address pair exceeds the maximum ${maximumPairs}`;
    for (const pair of value) {
      if (!isObject(pair)) return `'${asText(pair)}' is not a dictionary`;
      if (pair['ip_address'] === undefined) throw portErrors.pairWithoutIp();
      const unknown = Object.keys(pair).filter((key) => key !== 'ip_address' && key !== 'mac_address');
      if (unknown.length > 0) return `Unrecognized attribute(s) '${unknown.join(', ')}'`;
      const reason =
        addressOrCidr(pair['ip_address']) ??
        (pair['mac_address'] === undefined ? null : macAddress(pair['mac_address']));
      if (reason !== null) return reason;
    }
    return null;
  },
);

function addressOrCidr(value: Json): string | null {
  const known = typeof value === 'string' && (parseAddress(value) !== null || parseCidr(value) !== null);
  return known ? null : `'${asText(value)}' is not a valid IP address`;
}

export interface AddressPairKept {
  readonly ip_address: string;
  readonly mac_address: string;
}

/** Pairs as they are kept: with a MAC address, in one form, each once. Throws for a pair that is there twice. */
export function keptPairs(pairs: readonly JsonObject[], portMac: string): readonly AddressPairKept[] {
  const seen = new Set<string>();
  return pairs.map((pair) => {
    const mac = asText(pair['mac_address'] ?? portMac)
      .toLowerCase()
      .replaceAll('-', ':');
    const given = asText(pair['ip_address'] ?? '');
    const address = parseAddress(given);
    const ip = address === null ? given : formatAddress(address);
    const key = `${mac} ${ip}`;
    if (seen.has(key)) throw portErrors.duplicatePair(mac, ip);
    seen.add(key);
    return { ip_address: ip, mac_address: mac };
  });
}

const longestOption = { name: 64, value: 255 } as const;

/** `type:list_of_any_key_specs_or_none` of extra DHCP options. */
export const extraDhcpOptions = validator(
  'type:list_of_any_key_specs_or_none',
  { type: ['array', 'null'] },
  (value) => {
    if (value === null) return null;
    if (!isList(value)) return `'${asText(value)}' is not a list`;
    for (const option of value) {
      if (!isObject(option)) return `'${asText(option)}' is not a dictionary`;
      const unknown = Object.keys(option).filter((key) => !['opt_name', 'opt_value', 'ip_version'].includes(key));
      if (unknown.length > 0) return `Unrecognized attribute(s) '${unknown.join(', ')}'`;
      const reason = optionReason(option);
      if (reason !== null) return reason;
    }
    return null;
  },
);

/** Options become lines of dnsmasq's file: one line, never empty. */
function optionReason(option: JsonObject): string | null {
  const { opt_name: name, opt_value: value, ip_version: version } = option;
  if (name === undefined || value === undefined) {
    return `Validation of dictionary's keys failed. Expected keys: {'opt_name', 'opt_value'} Provided keys: {${Object.keys(
      option,
    )
      .map((key) => `'${key}'`)
      .join(', ')}}`;
  }
  if (typeof name !== 'string' || !/^\S+$/.test(name) || name.length > longestOption.name) {
    return `'${asText(name)}' is not a valid string`;
  }
  const oneLine =
    typeof value === 'string' && /^[^\r\n\0]*\S[^\r\n\0]*$/.test(value) && value.length <= longestOption.value;
  const maybeEmpty = (name === 'router' || name === 'classless-static-route') && value === '';
  if (value !== null && !oneLine && !maybeEmpty) return `'${asText(value)}' is not a valid string`;
  return version === undefined || ['4', '6'].includes(asText(version))
    ? null
    : `${asText(version)} is not in valid_values`;
}

/** Options after a change: those named anew replace, a null value removes. */
export function mergedOptions(current: readonly JsonObject[], changes: readonly JsonObject[]): readonly JsonObject[] {
  const key = (option: JsonObject) => `${asText(option['opt_name'] ?? '')} ${Number(option['ip_version'] ?? 4)}`;
  const merged = new Map(current.map((option) => [key(option), option]));
  for (const option of changes) {
    if (option['opt_value'] === null) merged.delete(key(option));
    else {
      merged.set(key(option), {
        opt_name: option['opt_name'] ?? '',
        opt_value: option['opt_value'] ?? '',
        ip_version: Number(option['ip_version'] ?? 4),
      });
    }
  }
  return [...merged.values()];
}
