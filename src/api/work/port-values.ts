/** Values of a port that are more than a text or a number: how they are checked and kept. */
import { type Address, formatAddress, parseAddress, parseCidr } from '../../model/addresses.ts';
import { asText, isList, isObject, type Json, type JsonObject } from '../engine/json.ts';
import { macAddress, object, oneOf, validator } from '../engine/validators.ts';
import { portErrors } from '../errors/port-errors.ts';

/** Neutron's `max_allowed_address_pair`. */
const maximumPairs = 10;

/** `type:allowed_address_pairs`. */
export const addressPairs = validator(
  'type:allowed_address_pairs',
  { type: 'array', maxItems: maximumPairs },
  (value) => {
    if (!isList(value)) return `'${asText(value)}' is not a list`;
    if (value.length > maximumPairs) throw portErrors.tooManyPairs(maximumPairs);
    for (const pair of value) {
      if (!isObject(pair)) return `'${asText(pair)}' is not a dictionary`;
      if (pair['ip_address'] === undefined) throw portErrors.pairWithoutIp();
      const unknown = Object.keys(pair).filter((key) => key !== 'ip_address' && key !== 'mac_address');
      if (unknown.length > 0) return `Unrecognized attribute(s) '${unknown.join(', ')}'`;
      const reason =
        addressOrCidr(pair['ip_address']) ??
        (pair['mac_address'] === undefined ? null : unicastMac(pair['mac_address']));
      if (reason !== null) return reason;
    }
    return null;
  },
);

/** A pair allows a source, which is never a group of receivers. */
function addressOrCidr(value: Json): string | null {
  const given = typeof value === 'string' ? value : '';
  const cidr = parseCidr(given);
  const address: Address | null =
    parseAddress(given) ?? (cidr === null ? null : { version: cidr.version, value: cidr.network });
  if (address === null) return `'${asText(value)}' is not a valid IP address`;
  const prefix = address.version === 4 ? address.value >> 28n : address.value >> 120n;
  const isMulticast = prefix === (address.version === 4 ? 0b1110n : 0xffn) && (cidr?.prefixLength ?? 128) > 3;
  return isMulticast ? `'${given}' is a multicast address` : null;
}

function unicastMac(value: Json): string | null {
  const reason = macAddress(value);
  if (reason !== null) return reason;
  return Number.parseInt(asText(value).slice(0, 2), 16) % 2 === 1 ? `'${asText(value)}' is a multicast address` : null;
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

export const vnicTypes: readonly string[] = [
  'normal',
  'direct',
  'macvtap',
  'baremetal',
  'direct-physical',
  'virtio-forwarder',
  'smart-nic',
  'vdpa',
  'accelerator-direct',
  'accelerator-direct-physical',
  'remote-managed',
];

const longestName = 255;
const name = '(?!-)[a-z0-9-]{1,63}(?<!-)';
const names = new RegExp(`^${name}(\\.${name})*\\.?$`);

/** A label of RFC 1123, or a name of several. */
export const hostName = validator('type:dns_host_name', { type: 'string', maxLength: longestName }, (value) => {
  if (typeof value !== 'string') return `'${asText(value)}' is not a valid string`;
  return value === '' || (names.test(value) && value.length <= longestName)
    ? null
    : `'${value}' not a valid PQDN or FQDN`;
});

/** A whole name, with the dot at its end. */
export const dnsDomain = validator('type:dns_domain_name', { type: 'string', maxLength: longestName }, (value) => {
  const reason = hostName(value);
  if (reason !== null || value === '') return reason;
  return asText(value).endsWith('.') ? null : `'${asText(value)}' is not a FQDN`;
});

/** `type:dict_or_none` of `hints`: for now, which queue of Open vSwitch sends. */
export const hints = object(
  { openvswitch: object({ other_config: object({ 'tx-steering': oneOf(['thread', 'hash']) }, []) }, []) },
  [],
);
