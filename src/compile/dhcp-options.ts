import type { ExtraDhcpOption, Port, Subnet } from '../model/share.ts';
import { kernelAddressText } from './kernel-address.ts';
import { isRouterInterface } from './router-advertisers.ts';

const METADATA_ADDRESS = '169.254.169.254';

export interface DhcpOptionsInput {
  /** Those that DHCP serves. */
  readonly subnets: readonly Subnet[];
  /** All ports of the network. */
  readonly ports: readonly Port[];
  readonly dhcpPort: Port;
  readonly domain: string;
}

/** dnsmasq's `--dhcp-optsfile`: what clients are told, by the tag of their subnet and of their port. */
export function dhcpOptions(input: DhcpOptionsInput): string {
  const texts = [
    ...input.subnets.flatMap((subnet) =>
      subnet.ipVersion === 4 ? ipv4Options(subnet, input) : ipv6Options(subnet, input),
    ),
    ...input.ports.flatMap((port) => portOptions(port, input.subnets)),
  ];
  return texts.map((text) => `${text}\n`).join('');
}

/** Whether clients of an IPv6 subnet ask this server: stateful, stateless, or no mode named at all. */
export function isDhcpv6({ ipv6AddressMode, ipv6RaMode }: Subnet): boolean {
  return ipv6AddressMode === null ? ipv6RaMode === null : ipv6AddressMode !== 'slaac';
}

/** The tag of the clients of one port. */
export function portTag(port: Port): string {
  return `port-${port.id}`;
}

/** The port's own options that can stand in a line. */
export function extraOptions(port: Port): readonly ExtraDhcpOption[] {
  return port.extraDhcpOptions.filter(({ name, value }) => !/[\r\n]/.test(name + value));
}

function ipv4Options(subnet: Subnet, input: DhcpOptionsInput): readonly string[] {
  const tag = `tag:subnet-${subnet.id}`;
  const gateway =
    subnet.gatewayIp ?? subnet.hostRoutes.find(({ destination }) => destination === '0.0.0.0/0')?.nexthop ?? null;
  const routes = [
    ...subnet.hostRoutes.filter(({ destination }) => destination !== '0.0.0.0/0'),
    ...metadataRoute(subnet, input),
    ...input.subnets
      .filter(({ id, ipVersion }) => ipVersion === 4 && id !== subnet.id)
      .map(({ cidr }) => ({ destination: cidr, nexthop: '0.0.0.0' })),
  ];
  const all =
    routes.length > 0 && gateway !== null ? [...routes, { destination: '0.0.0.0/0', nexthop: gateway }] : routes;
  const classless = all.map(({ destination, nexthop }) => `${destination},${nexthop}`).join(',');
  return [
    ...nameServers(subnet).map((servers) => `${tag},option:dns-server${servers}`),
    // RFC 3442, and the number that Windows asks for the same by.
    ...(all.length === 0 ? [] : [`${tag},option:classless-static-route,${classless}`, `${tag},249,${classless}`]),
    `${tag},option:router${gateway === null ? '' : `,${gateway}`}`,
  ];
}

function ipv6Options(subnet: Subnet, { domain }: DhcpOptionsInput): readonly string[] {
  if (!isDhcpv6(subnet)) return [];
  const tag = `tag:subnet-${subnet.id}`;
  return [
    ...nameServers(subnet).map((servers) => `${tag},option6:dns-server${servers}`),
    ...(domain === '' ? [] : [`${tag},option6:domain-search,${domain}`]),
  ];
}

/** Neutron's way to give out no name server at all is a single all-zero address. Without any, dnsmasq names itself. */
function nameServers({ dnsNameservers, ipVersion }: Subnet): readonly string[] {
  const servers = dnsNameservers.map(kernelAddressText);
  if (servers.length === 0) return [];
  if (servers.length === 1 && (servers[0] === '0.0.0.0' || servers[0] === '::')) return [''];
  return [`,${servers.map((server) => (ipVersion === 6 ? `[${server}]` : server)).join(',')}`];
}

/** Metadata is behind the router that is the subnet's gateway; where there is none, behind the DHCP server itself. */
function metadataRoute(subnet: Subnet, { ports, dhcpPort }: DhcpOptionsInput) {
  const isRouted = ports.some(
    (port) => isRouterInterface(port) && port.fixedIps.some(({ ipAddress }) => ipAddress === subnet.gatewayIp),
  );
  const nexthop = isRouted
    ? subnet.gatewayIp
    : dhcpPort.fixedIps.find(({ subnetId }) => subnetId === subnet.id)?.ipAddress;
  return nexthop === null || nexthop === undefined ? [] : [{ destination: `${METADATA_ADDRESS}/32`, nexthop }];
}

function portOptions(port: Port, subnets: readonly Subnet[]): readonly string[] {
  if (port.extraDhcpOptions.length === 0) return [];
  const served = new Set(
    port.fixedIps.flatMap(({ subnetId }) => subnets.find(({ id }) => id === subnetId)?.ipVersion ?? []),
  );
  return extraOptions(port)
    .filter(({ name, ipVersion }) => name !== 'client-id' && served.has(ipVersion))
    .map(({ name, value, ipVersion }) => {
      const option = ipVersion === 6 ? `option6:${name}` : /^\d+$/.test(name) ? name : `option:${name}`;
      return `tag:${portTag(port)},${option}${value === '' ? '' : `,${value}`}`;
    });
}
