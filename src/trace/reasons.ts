/** Why a packet dies: what each code means, and what usually mends it. Stable names: people and scripts look for them. */
export const reasons = {
  ADDRESS_SPOOFED: {
    message: 'the source address or MAC is not the port’s, so anti-spoofing drops the packet',
    mend: 'send from the port’s own addresses, or allow the pair: openstack port set --allowed-address ip-address=IP,mac-address=MAC PORT',
  },
  ARP_SPOOFED: {
    message: 'the ARP sender address is not the port’s, so br-int drops the packet (table 24)',
    mend: 'openstack port set --allowed-address ip-address=IP PORT',
  },
  ARP_UNANSWERED: {
    message: 'nobody answers ARP for the next hop',
    mend: 'check that a port with this address exists and is ACTIVE: openstack port list --fixed-ip ip-address=IP',
  },
  ARP_WRONG_ANSWER: {
    message: 'ARP for the next hop is answered with a MAC that is not its own',
    mend: 'look for a second owner of the address; restart the agent on the host that answers',
  },
  DHCP_SERVER_SPOOFED: {
    message: 'a VM may not answer DHCP requests',
    mend: 'disable port security on the port if it is meant to be a DHCP server: openstack port set --disable-port-security PORT',
  },
  FDB_ENTRY_MISSING: {
    message: 'br-tun does not know behind which host the destination MAC is',
    mend: 'restart the agent on this host; check that the destination port is ACTIVE and its host is alive: openstack network agent list',
  },
  FIP_NOT_ASSOCIATED: {
    message: 'the outside cannot reach a fixed IP, and the port has no floating IP',
    mend: 'openstack floating ip create --port PORT NETWORK',
  },
  FIP_NO_ADDRESS: {
    message: 'no router’s external device holds the floating IP, so nobody answers ARP for it',
    mend: 'check the router’s host and its agent: openstack network agent list --router ROUTER',
  },
  FIP_NO_DNAT: {
    message: 'the router holds the floating IP but does not translate it',
    mend: 'restart the agent on the router’s host; the rule belongs in chain neutron-l3-agent-PREROUTING of table nat',
  },
  FLOW_DROP: { message: 'a flow drops the packet', mend: 'compare the flow with what the agent would write' },
  FORWARDING_OFF: {
    message: 'the namespace does not forward packets',
    mend: 'ip netns exec NAMESPACE sysctl -w net.ipv4.ip_forward=1',
  },
  HOST_NOT_OBSERVED: {
    message: 'nothing is known of this host',
    mend: 'check that its agent is alive: openstack network agent list',
  },
  LINK_DOWN: { message: 'the device is down', mend: 'ip link set DEVICE up' },
  LINK_MISSING: { message: 'the device does not exist', mend: 'restart the agent on this host' },
  LOCAL_VLAN_MISMATCH: {
    message: 'the destination’s port on br-int carries another local VLAN than the packet',
    mend: 'restart the agent on this host; compare: ovs-vsctl --columns=name,tag list Port',
  },
  MAC_LEARNED_ELSEWHERE: {
    message: 'the switch learned the destination MAC on another port',
    mend: 'ovs-appctl fdb/flush BRIDGE; look for a second owner of the MAC',
  },
  MTU_TOO_SMALL: {
    message: 'the packet is larger than the device’s MTU',
    mend: 'raise the device’s MTU or lower the network’s: openstack network set --mtu MTU NETWORK',
  },
  NOTHING_LISTENS: {
    message: 'the packet was delivered to a namespace that is not the destination',
    mend: 'check the route and the addresses',
  },
  NO_FLOW: {
    message: 'no flow matches, so the switch drops the packet',
    mend: 'restart the agent on this host: a bridge whose flows were lost is filled again',
  },
  NO_NEIGHBOUR: {
    message: 'no port has the next hop’s address, so nobody answers ARP for it',
    mend: 'openstack port list --fixed-ip ip-address=IP',
  },
  NO_ROUTE: {
    message: 'there is no route to the destination',
    mend: 'set a gateway on the router or the subnet, or add a static route',
  },
  PEER_MISSING: {
    message: 'the other end of the patch or veth pair does not exist',
    mend: 'restart the agent on this host',
  },
  PORT_DEAD: {
    message: 'the port is in VLAN 4095, where an agent parks ports that are not wired or are administratively down',
    mend: 'openstack port set --enable PORT; check the agent on this host',
  },
  PORT_ERROR: {
    message: 'Open vSwitch could not make the port',
    mend: 'ovs-vsctl list Interface DEVICE; look at column error',
  },
  PORT_NOT_WIRED: {
    message: 'the port’s device is not on this host',
    mend: 'check that the VM runs there and was plugged: openstack port show PORT, ovs-vsctl find Interface external_ids:iface-id=PORT',
  },
  PORT_UNBOUND: {
    message: 'the port is bound to no host',
    mend: 'boot or plug its VM, or: openstack port set --host HOST PORT',
  },
  RULE_DROP: {
    message: 'a firewall rule drops the packet',
    mend: 'look at the rule; it is not one that a security group makes',
  },
  SEGMENT_NOT_MAPPED: {
    message: 'no flow translates between the local VLAN and the provider network’s segment',
    mend: 'check bridge_mappings and the network’s provider attributes; restart the agent on this host',
  },
  SG_INVALID: {
    message: 'conntrack calls the packet INVALID: it belongs to no connection, or to one in another zone',
    mend: 'conntrack -L -w ZONE; conntrack -D to forget the connection',
  },
  SG_NO_MATCH: {
    message: 'no rule of the port’s security groups lets the packet through',
    mend: 'openstack security group rule create',
  },
  SNAT_MISSING: {
    message: 'the router lets a tenant’s address out untranslated, so nobody outside can answer',
    mend: 'restart the agent on the router’s host; the rule belongs in chain neutron-l3-agent-snat of table nat',
  },
  TUNNEL_FLOW_MISSING: {
    message: 'br-tun does not accept packets of this tunnel port (table 0)',
    mend: 'restart the agent on this host',
  },
  TUNNEL_MISSING: {
    message: 'there is no tunnel between the two hosts',
    mend: 'check local_ip and the agents of both hosts: ovs-vsctl show',
  },
  UNDERLAY_NO_ROUTE: { message: 'the host has no route to the tunnel’s other end', mend: 'ip route get REMOTE_IP' },
  VNI_NOT_MAPPED: {
    message:
      'this host gives the VNI no local VLAN (br-tun table 4): it has no port of the network, or its agent lost it',
    mend: 'check that the destination port is bound to this host; restart its agent',
  },
  WALK_TOO_LONG: {
    message: 'the packet goes in circles',
    mend: 'look for a loop of routes or bridges in the hops above',
  },
} as const;

export type ReasonCode = keyof typeof reasons;
