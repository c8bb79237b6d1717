import type { Daemon } from '../host/host-state.ts';
import { addressBits, netmask, toCidr } from '../model/addresses.ts';
import type { Network, Port, Subnet } from '../model/share.ts';
import { dhcpNamespace } from './device-names.ts';
import { addnHosts, dhcpHosts } from './dhcp-hosts.ts';
import { dhcpOptions, isDhcpv6 } from './dhcp-options.ts';
import type { HostView } from './host-view.ts';
import { kernelNetwork } from './kernel-address.ts';

const LEASE_SECONDS = 86_400;
/** Neutron's `dnsmasq_lease_max`. */
const MOST_LEASES = 1n << 24n;
/** Neutron's default `dns_domain`. */
const DEFAULT_DOMAIN = 'openstacklocal';

/** The DHCP server of a network with the files that it reads; `leases` it writes itself. */
export function dnsmasq(view: HostView, network: Network, dhcpPort: Port, subnets: readonly Subnet[]): Daemon {
  const { wiring, portsOf } = view;
  const directory = `${wiring.stateDirectory}/dhcp/${network.id}`;
  const domain = wiring.dnsDomain ?? DEFAULT_DOMAIN;
  const ports = portsOf.get(network.id) ?? [];
  const clients = ports.filter(({ id, deviceOwner }) => id !== dhcpPort.id && deviceOwner !== 'network:dhcp');
  return {
    kind: 'dnsmasq',
    namespace: dhcpNamespace(network.id),
    argv: [
      'dnsmasq',
      '--no-hosts',
      '--no-resolv',
      `--pid-file=${directory}/pid`,
      `--dhcp-hostsfile=${directory}/host`,
      `--addn-hosts=${directory}/addn_hosts`,
      `--dhcp-optsfile=${directory}/opts`,
      `--dhcp-leasefile=${directory}/leases`,
      '--dhcp-match=set:ipxe,175',
      '--dhcp-userclass=set:ipxe6,iPXE',
      '--local-service',
      '--bind-dynamic',
      ...subnets.flatMap(dhcpRange),
      `--dhcp-option-force=option:mtu,${network.mtu}`,
      `--dhcp-lease-max=${leaseMax(subnets)}`,
      '--conf-file=/dev/null',
      `--domain=${domain}`,
    ],
    files: {
      [`${directory}/host`]: dhcpHosts(clients, subnets, domain),
      [`${directory}/addn_hosts`]: addnHosts(clients, subnets, domain),
      [`${directory}/opts`]: dhcpOptions({ subnets, ports, dhcpPort, domain }),
    },
  };
}

/** dnsmasq serves only addresses that the model gave (`static`), and no IPv6 prefix longer than a client's /64 half. */
function dhcpRange(subnet: Subnet): readonly string[] {
  const cidr = toCidr(subnet.cidr);
  if (subnet.ipVersion === 6 && (!isDhcpv6(subnet) || cidr.prefixLength < 64)) return [];
  const size = subnet.ipVersion === 4 ? netmask(cidr.prefixLength) : String(cidr.prefixLength);
  return [`--dhcp-range=set:subnet-${subnet.id},${kernelNetwork(cidr)},static,${size},${LEASE_SECONDS}s`];
}

function leaseMax(subnets: readonly Subnet[]): bigint {
  const addresses = subnets
    .filter((subnet) => dhcpRange(subnet).length > 0)
    .reduce((sum, { cidr }) => {
      const { version, prefixLength } = toCidr(cidr);
      return sum + (1n << BigInt(addressBits(version) - prefixLength));
    }, 0n);
  return addresses < MOST_LEASES ? addresses : MOST_LEASES;
}
