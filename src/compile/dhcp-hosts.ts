import type { FixedIp, Port, Subnet } from '../model/share.ts';
import { byAddress } from './block.ts';
import { extraOptions, portTag } from './dhcp-options.ts';
import { kernelAddressText } from './kernel-address.ts';

interface Allocation {
  readonly port: Port;
  readonly subnet: Subnet;
  readonly fixedIp: FixedIp;
  readonly hostname: string;
  readonly fqdn: string;
}

/** dnsmasq's `--dhcp-hostsfile`: who gets which address. A client of SLAAC or stateless DHCPv6 gets none from DHCP. */
export function dhcpHosts(ports: readonly Port[], subnets: readonly Subnet[], domain: string): string {
  return lines(allocations(ports, subnets, domain).flatMap((allocation) => hostLine(allocation)));
}

/** dnsmasq's `--addn-hosts`: what it answers to DNS. */
export function addnHosts(ports: readonly Port[], subnets: readonly Subnet[], domain: string): string {
  return lines(
    allocations(ports, subnets, domain).map(
      ({ fixedIp, fqdn, hostname }) => `${kernelAddressText(fixedIp.ipAddress)}\t${fqdn} ${hostname}`,
    ),
  );
}

function hostLine({ port, subnet, fixedIp, fqdn }: Allocation): readonly string[] {
  const mac = port.macAddress.toLowerCase();
  const mode = subnet.ipVersion === 6 ? subnet.ipv6AddressMode : null;
  const options = extraOptions(port);
  const tag = options.length === 0 ? '' : `,set:${portTag(port)}`;
  if (mode === 'slaac') return [];
  if (mode === 'dhcpv6-stateless') return options.length === 0 ? [] : [`${mac}${tag}`];
  const ip = subnet.ipVersion === 6 ? `[${kernelAddressText(fixedIp.ipAddress)}]` : fixedIp.ipAddress;
  const clientId = options.find(({ name }) => name === 'client-id')?.value;
  return [`${mac},${clientId === undefined ? '' : `id:${clientId},`}${fqdn},${ip}${tag}`];
}

function allocations(ports: readonly Port[], subnets: readonly Subnet[], domain: string): readonly Allocation[] {
  const served = new Map(subnets.map((subnet) => [subnet.id, subnet]));
  return ports
    .flatMap((port) =>
      port.fixedIps.flatMap((fixedIp) => {
        const subnet = served.get(fixedIp.subnetId);
        if (subnet === undefined) return [];
        const hostname = port.dnsName === '' ? defaultName(fixedIp.ipAddress) : port.dnsName;
        return [{ port, subnet, fixedIp, hostname, fqdn: domain === '' ? hostname : `${hostname}.${domain}` }];
      }),
    )
    .sort((a, b) => byAddress(a.fixedIp.ipAddress, b.fixedIp.ipAddress));
}

/** `host-10-0-0-5`; a label can neither hold `::` nor begin or end with a hyphen, so IPv6 is written in full. */
function defaultName(ipAddress: string): string {
  return `host-${fullText(ipAddress).replaceAll(/[.:]/g, '-')}`;
}

function fullText(ipAddress: string): string {
  if (!ipAddress.includes(':')) return ipAddress;
  const [head = '', tail] = ipAddress.split('::');
  const words = (part: string) => (part === '' ? [] : part.split(':'));
  const [before, after] = [words(head), words(tail ?? '')];
  const zeros = tail === undefined ? [] : new Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...zeros, ...after].map((word) => word.padStart(4, '0')).join(':');
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}
