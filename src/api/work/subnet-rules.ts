/** What a subnet may be: versions that agree, IPv6 modes, where DHCP works, gateways, and how long its lists may get. */
import {
  addressBits,
  type Cidr,
  cidrContains,
  cidrCovers,
  cidrRange,
  formatCidr,
  toAddress,
  toCidr,
} from '../../model/addresses.ts';
import { booleanOf, objectsOf, textOf, textOrNullOf, textsOf, type Values } from '../engine/values.ts';
import { networkErrors } from '../errors/network-errors.ts';
import { requestErrors } from '../errors/request-errors.ts';

/** Neutron's `max_dns_nameservers` and `max_subnet_host_routes`. */
const maximumNameservers = 5;
const maximumHostRoutes = 20;

/** Longest prefixes that leave a DHCP server and a client an address each. */
const longestWithDhcp = { 4: 30, 6: 126 } as const;
const multicast = { 4: toCidr('224.0.0.0/4'), 6: toCidr('ff00::/8') } as const;
const loopback = { 4: toCidr('127.0.0.0/8'), 6: toCidr('::1/128') } as const;

/** What holds when it is made and when it is changed. `subnetId` undefined: it is new. */
export function checkSubnet(values: Values, cidr: Cidr, subnetId?: string): void {
  checkVersions(values, cidr.version);
  const gatewayIp = textOrNullOf(values, 'gateway_ip');
  if (gatewayIp) checkGateway(cidr, gatewayIp);
  const label = subnetId ?? 'new subnet';
  if ((textsOf(values, 'dns_nameservers')?.length ?? 0) > maximumNameservers) {
    throw networkErrors.tooManyNameservers(label, maximumNameservers);
  }
  if ((objectsOf(values, 'host_routes')?.length ?? 0) > maximumHostRoutes) {
    throw networkErrors.tooManyHostRoutes(label, maximumHostRoutes);
  }
}

/** Gateway, name servers and routes speak the subnet's IP version. */
function checkVersions(values: Values, version: 4 | 6): void {
  const check = (what: string, ip: string) => {
    if (toAddress(ip.split('/')[0] ?? '').version !== version) {
      throw requestErrors.invalidInput(`${what} '${ip}' does not match the ip_version '${version}'`);
    }
  };
  const gatewayIp = textOrNullOf(values, 'gateway_ip');
  if (gatewayIp) check('gateway_ip', gatewayIp);
  for (const ip of textsOf(values, 'dns_nameservers') ?? []) check('dns_nameserver', ip);
  for (const route of objectsOf(values, 'host_routes') ?? []) {
    check('nexthop', String(route['nexthop']));
    check('destination', String(route['destination']));
  }
}

/** Not the network's nor the broadcast address. One outside of the subnet may be anything (an on-link gateway). */
function checkGateway(cidr: Cidr, gatewayIp: string): void {
  if (cidr.version === 6 || cidr.prefixLength >= 31) return;
  const { first, last } = cidrRange(cidr);
  const { value } = toAddress(gatewayIp);
  if (value === first || value === last) throw requestErrors.invalidInput('Gateway is not valid on subnet');
}

/** Whether DHCP can serve the CIDR. */
export function checkDhcp(cidr: Cidr): void {
  if (cidr.prefixLength > longestWithDhcp[cidr.version]) {
    throw requestErrors.invalidInput('Subnet has a prefix length that is incompatible with DHCP service enabled');
  }
  if (cidrCovers(multicast[cidr.version], cidr)) {
    throw requestErrors.invalidInput('Multicast IP subnet is not supported if enable_dhcp is True');
  }
  if (cidrCovers(loopback[cidr.version], cidr)) {
    throw requestErrors.invalidInput('Loopback IP subnet is not supported if enable_dhcp is True');
  }
  if (cidr.version === 4 && cidrContains(cidr, toAddress('0.0.0.0'))) {
    throw requestErrors.invalidInput("First IP '0.0.0.0' of network is not supported if enable_dhcp is True");
  }
}

/** How hosts of an IPv6 subnet get their addresses. */
export function checkModes(values: Values, cidr: Cidr): void {
  const ra = textOf(values, 'ipv6_ra_mode');
  const mode = textOf(values, 'ipv6_address_mode');
  for (const [attribute, value] of [
    ['ipv6_ra_mode', ra],
    ['ipv6_address_mode', mode],
  ] as const) {
    if (value !== undefined && cidr.version === 4) {
      throw requestErrors.invalidInput(`${attribute} is not valid when ip_version is 4`);
    }
  }
  if ((ra ?? mode) !== undefined && booleanOf(values, 'enable_dhcp') === false) {
    throw requestErrors.invalidInput(
      'ipv6_ra_mode or ipv6_address_mode cannot be set when enable_dhcp is set to False',
    );
  }
  if (ra !== undefined && mode !== undefined && ra !== mode) {
    throw requestErrors.invalidInput(
      `ipv6_ra_mode set to '${ra}' with ipv6_address_mode set to '${mode}' is not valid. If both attributes are set, they must be the same value`,
    );
  }
  if (isAuto(values) && cidr.prefixLength !== addressBits(6) / 2) {
    throw requestErrors.invalidInput(
      `Invalid CIDR ${formatCidr(cidr)} for IPv6 address mode. OpenStack uses the EUI-64 address format, which requires the prefix to be /64`,
    );
  }
}

/** Hosts make their own address, of its announcement or of its address mode. */
function isAuto(values: Values): boolean {
  const auto = (mode: string | undefined) => mode === 'slaac' || mode === 'dhcpv6-stateless';
  return auto(textOf(values, 'ipv6_ra_mode')) || auto(textOf(values, 'ipv6_address_mode'));
}
