import { type Link, ROOT } from '../host/host-state.ts';
import type { Port } from '../model/share.ts';
import { qbrName, qvbName, qvoName, tapName } from './device-names.ts';
import type { HostView, VmPort } from './host-view.ts';
import { interfaceIds, localPort } from './local-port.ts';
import type { Piece } from './piece.ts';
import type { Plug } from './wiring.ts';

/**
 * The chain tap – qbr – qvb/qvo of every port that the agent plugs, and the place on br-int of every port, whoever plugged it.
 * A chain that os-vif made stays os-vif's: it only gets its VLAN.
 */
export function hybridPlug(view: HostView): readonly Piece[] {
  return view.vmPorts.flatMap((vmPort) => {
    const { port, plug, ovsPort, local } = vmPort;
    if (plug === undefined || port === undefined) return [localPort(ovsPort, '', local, { 'iface-id': vmPort.id })];
    return [chain(view, vmPort, port, plug), localPort(ovsPort, '', local, interfaceIds(port))];
  });
}

function chain({ share, wiring }: HostView, { id }: VmPort, port: Port, plug: Plug): Piece {
  const mtu = share.network[port.networkId]?.mtu;
  const common = { up: true, addresses: [], ...(mtu === undefined ? {} : { mtu }) };
  const [tap, qbr, qvb, qvo] = [tapName(id), qbrName(id), qvbName(id), qvoName(id)];
  // The userspace datapath reads qvo by AF_PACKET, which hands over frames as they are: without checksum, above the MTU.
  const offload = wiring.datapathType === 'netdev' ? { txOffload: false } : {};
  const links: Record<string, Link> = {
    [qbr]: { kind: 'bridge', ageingTime: 0, ...common },
    [qvb]: { kind: 'veth', peer: qvo, master: qbr, ...offload, ...common },
    [qvo]: { kind: 'veth', peer: qvb, ...common },
    [tap]: { ...tapEnd(plug), master: qbr, ...common },
  };
  const root = { links, sysctls: hostSideSysctls(qbr, [tap, qbr, qvb, qvo]) };
  if (plug.kind === 'tap') return { namespaces: { [ROOT]: root } };
  const device: Link = {
    kind: 'veth',
    peer: tap,
    peerNamespace: ROOT,
    macAddress: port.macAddress.toLowerCase(),
    ...common,
  };
  return { namespaces: { [ROOT]: root, [plug.namespace]: { links: { [plug.device]: device } } } };
}

function tapEnd(plug: Plug): Link {
  switch (plug.kind) {
    case 'tap':
      return { kind: 'tap', addresses: [] };
    case 'netns':
      return { kind: 'veth', peer: plug.device, peerNamespace: plug.namespace, addresses: [] };
  }
}

/** The host itself must not speak on a workload's wire: neither IPv6 of its own (MLD, DAD, RS) nor ARP for its addresses. */
function hostSideSysctls(qbr: string, devices: readonly string[]): Readonly<Record<string, string>> {
  return {
    [`net.ipv4.conf.${qbr}.arp_ignore`]: '1',
    [`net.ipv4.conf.${qbr}.arp_announce`]: '2',
    ...Object.fromEntries(devices.map((device) => [`net.ipv6.conf.${device}.disable_ipv6`, '1'])),
  };
}
