import type { Flow, OvsPort } from '../host/host-state.ts';
import type { Port } from '../model/share.ts';
import { sortByAddress } from './block.ts';
import { flow, inPort, output } from './compiled-flow.ts';
import { tunnelName } from './device-names.ts';
import { isTunnelType, TUNNEL, TUNNEL_TYPES, type TunnelType } from './flow-tables.ts';
import type { HostView, LocalNetwork } from './host-view.ts';
import { tunnelKey } from './local-vlan.ts';
import type { Piece } from './piece.ts';
import { remembered } from './remembered.ts';

/**
 * What br-tun knows of the other hosts, from the model instead of from flooding: a tunnel port to each host that shares a network
 * with this one, unicast by MAC address, the answers to ARP, and floods only to hosts that have the network.
 */
export function l2Population(view: HostView): readonly Piece[] {
  const { networks, wiring } = view;
  const { localIp } = wiring;
  if (localIp === null) return [];
  const remoteIps = remoteIpsOf(view, localIp);
  const tunnels = new Map<string, Tunnel>();
  const flows: Flow[] = [];
  for (const local of networks.values()) {
    const { networkType } = local.network;
    if (!isTunnelType(networkType)) continue;
    const used = addNetwork(view, local, networkTunnels(networkType, remoteIps), flows);
    for (const tunnel of used) tunnels.set(tunnel.name, tunnel);
  }
  const sorted = [...tunnels.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const fromTunnel = sorted.map(({ name, type }) => flow(0, 1, inPort(name), `goto_table:${TUNNEL_TYPES[type]}`));
  const ports = Object.fromEntries(sorted.map(({ name, type, ip }) => [name, tunnelPort(type, localIp, ip)]));
  return [{ bridges: { 'br-tun': { ports, flows: [...fromTunnel, ...flows] } } }];
}

interface Tunnel {
  readonly name: string;
  readonly type: TunnelType;
  readonly ip: string;
}

/** Where the other hosts end their tunnels, as far as this host can reach them from its own address. */
function remoteIpsOf({ share, wiring }: HostView, localIp: string): ReadonlyMap<string, string> {
  const endpoints = Object.values(share.tunnelEndpoint).filter(
    ({ id, ip }) => id !== wiring.host && ip !== localIp && ip.includes(':') === localIp.includes(':'),
  );
  return new Map(endpoints.map(({ id, ip }) => [id, ip]));
}

function networkTunnels(type: TunnelType, remoteIps: ReadonlyMap<string, string>): ReadonlyMap<string, Tunnel> {
  return new Map([...remoteIps].map(([host, ip]) => [host, { name: tunnelName(type, ip), type, ip }]));
}

/** Adds the flows of one network, and gives the tunnels that it needs: those to hosts that have a port of it. */
function addNetwork(
  { portsOf, wiring }: HostView,
  local: LocalNetwork,
  tunnels: ReadonlyMap<string, Tunnel>,
  flows: Flow[],
): readonly Tunnel[] {
  const key = tunnelKey(local.network.segmentationId ?? 0);
  const used = new Set<Tunnel>();
  for (const port of portsOf.get(local.network.id) ?? []) {
    const tunnel = port.adminStateUp && port.host !== wiring.host ? tunnels.get(port.host) : undefined;
    if (tunnel === undefined) continue;
    used.add(tunnel);
    for (const one of portFlows(port, local.vlan, key, tunnel.name)) flows.push(one);
  }
  if (used.size > 0) {
    const outputs = sortByAddress([...used], ({ ip }) => ip).map(({ name }) => output(name));
    flows.push(
      flow(TUNNEL.flood, 1, `dl_vlan=${local.vlan}`, ['pop_vlan', `set_field:${key}->tun_id`, ...outputs].join(',')),
    );
  }
  return [...used];
}

function tunnelPort(type: TunnelType, localIp: string, remoteIp: string): OvsPort {
  return {
    type,
    options: {
      df_default: 'true',
      egress_pkt_mark: '0',
      in_key: 'flow',
      local_ip: localIp,
      out_key: 'flow',
      remote_ip: remoteIp,
    },
    externalIds: {},
    otherConfig: {},
  };
}

const portFlows = remembered((port: Port, vlan: number, key: string, tunnel: string): readonly Flow[] => {
  const mac = port.macAddress.toLowerCase();
  const addresses = port.fixedIps.filter(({ ipAddress }) => !ipAddress.includes(':'));
  const actions = `pop_vlan,set_field:${key}->tun_id,${output(tunnel)}`;
  return [
    flow(TUNNEL.unicast, 2, `dl_vlan=${vlan},dl_dst=${mac}`, actions),
    ...addresses.map(({ ipAddress }) => arpAnswer(vlan, ipAddress, mac)),
  ];
});

/** Turns a question for the address into the answer, and sends it back where it came from. */
function arpAnswer(vlan: number, ipAddress: string, mac: string): Flow {
  const actions = [
    'set_field:2->arp_op',
    'move:NXM_NX_ARP_SHA[]->NXM_NX_ARP_THA[]',
    'move:NXM_OF_ARP_SPA[]->NXM_OF_ARP_TPA[]',
    `set_field:${mac}->arp_sha`,
    `set_field:${ipAddress}->arp_spa`,
    'move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[]',
    `set_field:${mac}->eth_src`,
    'IN_PORT',
  ];
  return flow(TUNNEL.arpResponder, 1, `arp,dl_vlan=${vlan},arp_tpa=${ipAddress}`, actions.join(','));
}
