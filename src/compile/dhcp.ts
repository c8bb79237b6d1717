import type { Link } from '../host/host-state.ts';
import type { DhcpServer, Port, Subnet } from '../model/share.ts';
import { defaultRoutes } from './default-routes.ts';
import { deviceAddresses } from './device-addresses.ts';
import { dhcpNamespace, tapName } from './device-names.ts';
import { dnsmasq } from './dnsmasq.ts';
import type { HostView, LocalNetwork } from './host-view.ts';
import { interfaceIds, localPort } from './local-port.ts';
import type { Piece } from './piece.ts';
import { wrappedChains } from './wrapped-chains.ts';

/** Prefix of the chains of the DHCP agent, as Neutron cuts it. */
const DHCP_AGENT = 'neutron-dhcp-age';

/** The namespace, device and dnsmasq of every DHCP server that this host runs. */
export function dhcp(view: HostView): readonly Piece[] {
  const servers = Object.values(view.share.dhcpServer).sort((a, b) => (a.id < b.id ? -1 : 1));
  return servers.flatMap((server) => dhcpServer(view, server));
}

function dhcpServer(view: HostView, { id, portId }: DhcpServer): readonly Piece[] {
  const local = view.networks.get(id);
  const port = view.share.port[portId];
  const subnets = (view.subnetsOf.get(id) ?? []).filter(({ enableDhcp }) => enableDhcp);
  if (local === undefined || port === undefined || !port.adminStateUp || subnets.length === 0) return [];
  return [
    localPort(tapName(port.id), 'internal', local, interfaceIds(port)),
    dhcpHome(view, local, port),
    { daemons: { [`dnsmasq:${id}`]: dnsmasq(view, local.network, port, subnets) } },
  ];
}

function dhcpHome({ share }: HostView, { network }: LocalNetwork, port: Port): Piece {
  const tap = tapName(port.id);
  const link: Link = {
    kind: 'internal',
    macAddress: port.macAddress.toLowerCase(),
    mtu: network.mtu,
    up: true,
    addresses: deviceAddresses(port, share.subnet),
  };
  const own = port.fixedIps.flatMap(({ subnetId }): Subnet | readonly Subnet[] => share.subnet[subnetId] ?? []);
  return {
    namespaces: {
      [dhcpNamespace(network.id)]: {
        links: { [tap]: link },
        routes: defaultRoutes(own, tap),
        sysctls: {
          'net.ipv4.conf.all.promote_secondaries': '1',
          'net.ipv4.ip_nonlocal_bind': '1',
          // A device takes it over when it comes in: the server's own addresses are given, not learned.
          'net.ipv6.conf.default.accept_ra': '0',
        },
        ipv4: wrappedChains(DHCP_AGENT, {
          raw: {},
          mangle: { PREROUTING: [`-j ${DHCP_AGENT}-mark`], POSTROUTING: [checksumFill(68)], mark: [] },
          filter: {},
        }),
        ipv6: wrappedChains(DHCP_AGENT, { raw: {}, mangle: { POSTROUTING: [checksumFill(546)] }, filter: {} }),
      },
    },
  };
}

/** Some DHCP clients check the UDP checksum, which the kernel leaves to a network card that a virtual device has not. */
function checksumFill(clientPort: number): string {
  return `-p udp -m udp --dport ${clientPort} -j CHECKSUM --checksum-fill`;
}
