/**
 * What one host must know of the network model: its share.
 *
 * The server's feed writes it, the agent keeps it on disk, `compile` turns it into the state that the host should have.
 * Every object is small, complete and plain, so that a change replaces whole objects and never patches one.
 */

/** Neutron's `provider:network_type` values that a host can carry. */
export type NetworkType = 'flat' | 'vlan' | 'vxlan' | 'gre' | 'geneve' | 'local';

export interface Network {
  readonly id: string;
  readonly name: string;
  readonly projectId: string;
  readonly networkType: NetworkType;
  /** Name of the provider network; null for tunnels. */
  readonly physicalNetwork: string | null;
  /** VLAN id or VNI; null for flat. */
  readonly segmentationId: number | null;
  readonly mtu: number;
  readonly external: boolean;
  readonly adminStateUp: boolean;
}

export interface Subnet {
  readonly id: string;
  readonly name: string;
  readonly networkId: string;
  readonly ipVersion: 4 | 6;
  /** `10.0.0.0/24`, host bits zero. */
  readonly cidr: string;
  readonly gatewayIp: string | null;
  readonly enableDhcp: boolean;
  readonly dnsNameservers: readonly string[];
  readonly hostRoutes: readonly HostRoute[];
  readonly ipv6RaMode: string | null;
  readonly ipv6AddressMode: string | null;
}

export interface HostRoute {
  readonly destination: string;
  readonly nexthop: string;
}

export interface FixedIp {
  readonly subnetId: string;
  readonly ipAddress: string;
}

export interface AddressPair {
  readonly macAddress: string;
  readonly ipAddress: string;
}

export interface ExtraDhcpOption {
  readonly name: string;
  readonly value: string;
  readonly ipVersion: 4 | 6;
}

export interface Port {
  readonly id: string;
  readonly name: string;
  readonly networkId: string;
  readonly projectId: string;
  readonly macAddress: string;
  readonly adminStateUp: boolean;
  readonly fixedIps: readonly FixedIp[];
  /** `compute:nova`, `network:dhcp`, `network:router_interface`, `network:router_gateway`, `network:floatingip`, … */
  readonly deviceOwner: string;
  readonly deviceId: string;
  /** `binding:host_id`; empty while unbound. */
  readonly host: string;
  readonly portSecurityEnabled: boolean;
  readonly securityGroupIds: readonly string[];
  readonly allowedAddressPairs: readonly AddressPair[];
  readonly extraDhcpOptions: readonly ExtraDhcpOption[];
  readonly dnsName: string;
}

export interface SecurityGroupRule {
  readonly id: string;
  readonly direction: 'ingress' | 'egress';
  readonly ethertype: 'IPv4' | 'IPv6';
  /** A protocol name or number as Neutron keeps it; null is any. */
  readonly protocol: string | null;
  /** For ICMP the type (min) and the code (max), as in Neutron. */
  readonly portRangeMin: number | null;
  readonly portRangeMax: number | null;
  readonly remoteIpPrefix: string | null;
  /** A security group, or an address group. */
  readonly remoteGroupId: string | null;
}

export interface SecurityGroup {
  readonly id: string;
  readonly name: string;
  readonly stateful: boolean;
  readonly rules: readonly SecurityGroupRule[];
}

/** Addresses of a group that some rule names as remote: of a security group's ports, or of an address group. `id` is the group's. */
export interface SecurityGroupMembers {
  readonly id: string;
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
}

export interface Router {
  readonly id: string;
  readonly name: string;
  readonly projectId: string;
  readonly adminStateUp: boolean;
  readonly gatewayPortId: string | null;
  readonly enableSnat: boolean;
  readonly interfacePortIds: readonly string[];
  readonly routes: readonly HostRoute[];
}

/** A floating IP that is associated, on a router of this host. */
export interface FloatingIp {
  readonly id: string;
  readonly routerId: string;
  readonly floatingIpAddress: string;
  readonly fixedIpAddress: string;
  readonly portId: string;
}

/** Ports of a forwarding floating IP that lead to ports of a fixed IP: each to its own, or all to one. */
export interface PortForwarding {
  readonly id: string;
  readonly protocol: string;
  readonly externalFirst: number;
  readonly externalLast: number;
  readonly internalIpAddress: string;
  readonly internalFirst: number;
  readonly internalLast: number;
}

/** A floating IP that leads to no port and forwards ports, on a router of this host. */
export interface ForwardingIp {
  readonly id: string;
  readonly routerId: string;
  readonly floatingIpAddress: string;
  readonly forwardings: readonly PortForwarding[];
}

/** A DHCP server that this host runs. `id` is the network's; `portId` the `network:dhcp` port's. */
export interface DhcpServer {
  readonly id: string;
  readonly portId: string;
}

/** How much of one direction a policy lets through. */
export interface BandwidthLimit {
  readonly maxKbps: number;
  /** What may pass at once after a pause, in kilobits; 0 leaves it to the host. */
  readonly maxBurstKbps: number;
}

/** What the QoS policy of a port of this host, its own or else its network's, says of the port's traffic. `id` is the port's. */
export interface PortQos {
  readonly id: string;
  readonly policyId: string;
  /** Of what the workload sends. */
  readonly egress: BandwidthLimit | null;
  /** Of what the workload receives. */
  readonly ingress: BandwidthLimit | null;
  readonly dscpMark: number | null;
}

/** Where another host ends its tunnels. `id` is the host's name. */
export interface TunnelEndpoint {
  readonly id: string;
  readonly ip: string;
}

/** The kinds of a share, each with the type of its objects. */
export interface ShareKinds {
  readonly network: Network;
  readonly subnet: Subnet;
  readonly port: Port;
  readonly securityGroup: SecurityGroup;
  readonly securityGroupMembers: SecurityGroupMembers;
  readonly router: Router;
  readonly floatingIp: FloatingIp;
  readonly forwardingIp: ForwardingIp;
  readonly dhcpServer: DhcpServer;
  readonly tunnelEndpoint: TunnelEndpoint;
  readonly portQos: PortQos;
}

export type ShareKind = keyof ShareKinds;

/**
 * All objects of one host, by kind and id.
 *
 * A host holds: the networks in which some port is bound to it, all subnets and all ports of those networks (the ports
 * elsewhere for the forwarding tables and for DHCP), the security groups of the ports bound to it, the members of the groups
 * that these name as remote, the routers and DHCP servers scheduled to it with their gateway ports, the floating IPs of those
 * routers, the tunnel endpoints of the hosts that share a tunnelled network with it, and what QoS policies say of the ports
 * bound to it.
 */
export type Share = {
  readonly [Kind in ShareKind]: Readonly<Record<string, ShareKinds[Kind]>>;
};

/** One object of a share on its way to a host. */
export type SharedObject = {
  [Kind in ShareKind]: { readonly kind: Kind; readonly value: ShareKinds[Kind] };
}[ShareKind];

/** The share of a host that has nothing. */
export const emptyShare: Share = {
  network: {},
  subnet: {},
  port: {},
  securityGroup: {},
  securityGroupMembers: {},
  router: {},
  floatingIp: {},
  forwardingIp: {},
  dhcpServer: {},
  tunnelEndpoint: {},
  portQos: {},
};
