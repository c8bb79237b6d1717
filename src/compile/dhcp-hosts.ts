import type { FixedIp, Port, Subnet } from '../model/share.ts';
import { addressKey } from './block.ts';
import { extraOptions, portTag } from './dhcp-options.ts';
import { ipv6Words } from './ipv6-text.ts';
import { kernelAddressText } from './kernel-address.ts';
import { remembered } from './remembered.ts';

interface Allocation {
  readonly port: Port;
  readonly subnet: Subnet;
  readonly fixedIp: FixedIp;
  readonly fqdn: string;
}

/** The files that say who is who in a network. */
export interface HostFiles {
  /** dnsmasq's `--dhcp-hostsfile`: who gets which address. A client of SLAAC or stateless DHCPv6 gets none from DHCP. */
  readonly host: string;
  /** dnsmasq's `--addn-hosts`: what it answers to DNS. */
  readonly addnHosts: string;
}

/** Names and addresses of a network's ports in the subnets that DHCP serves, in the order of the addresses. */
export function hostFiles(ports: readonly Port[], subnets: readonly Subnet[], domain: string): HostFiles {
  const entries = ports.flatMap((port) => portEntries(port, domain, ...subnets));
  const sorted = entries.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return {
    host: sorted.map(({ host }) => host).join(''),
    addnHosts: sorted.map(({ addnHosts }) => addnHosts).join(''),
  };
}

interface Entry extends HostFiles {
  /** In whose order addresses stand as numbers. */
  readonly key: string;
}

const portEntries = remembered((port: Port, domain: string, ...subnets: readonly Subnet[]): readonly Entry[] =>
  port.fixedIps.flatMap((fixedIp) => {
    const subnet = subnets.find(({ id }) => id === fixedIp.subnetId);
    if (subnet === undefined) return [];
    const hostname = port.dnsName === '' ? defaultName(fixedIp.ipAddress) : port.dnsName;
    const fqdn = domain === '' ? hostname : `${hostname}.${domain}`;
    const line = hostLine({ port, subnet, fixedIp, fqdn });
    return [
      {
        key: addressKey(fixedIp.ipAddress),
        host: line === null ? '' : `${line}\n`,
        addnHosts: `${kernelAddressText(fixedIp.ipAddress)}\t${fqdn} ${hostname}\n`,
      },
    ];
  }),
);

function hostLine({ port, subnet, fixedIp, fqdn }: Allocation): string | null {
  const mac = port.macAddress.toLowerCase();
  const mode = subnet.ipVersion === 6 ? subnet.ipv6AddressMode : null;
  const options = extraOptions(port);
  const tag = options.length === 0 ? '' : `,set:${portTag(port)}`;
  if (mode === 'slaac') return null;
  if (mode === 'dhcpv6-stateless') return options.length === 0 ? null : `${mac}${tag}`;
  const ip = subnet.ipVersion === 6 ? `[${kernelAddressText(fixedIp.ipAddress)}]` : fixedIp.ipAddress;
  const clientId = options.find(({ name }) => name === 'client-id')?.value;
  return `${mac},${clientId === undefined ? '' : `id:${clientId},`}${fqdn},${ip}${tag}`;
}

/** `host-10-0-0-5`; a label can neither hold `::` nor begin or end with a hyphen, so IPv6 is written in full. */
function defaultName(ipAddress: string): string {
  return `host-${fullText(ipAddress).replaceAll(/[.:]/g, '-')}`;
}

function fullText(ipAddress: string): string {
  if (!ipAddress.includes(':')) return ipAddress;
  return ipv6Words(ipAddress)
    .map((word) => word.toString(16).padStart(4, '0'))
    .join(':');
}
