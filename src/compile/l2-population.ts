import type { Flow, OvsPort } from '../host/host-state.ts';
import type { Port } from '../model/share.ts';
import { byAddress } from './block.ts';
import { flow, inPort, output } from './compiled-flow.ts';
import { tunnelName } from './device-names.ts';
import { isTunnelType, TUNNEL, TUNNEL_TYPES, type TunnelType } from './flow-tables.ts';
import type { HostView, LocalNetwork } from './host-view.ts';
import { tunnelKey } from './local-vlan.ts';
import type { Piece } from './piece.ts';

/**
 * What br-tun knows of the other hosts, from the model instead of from flooding: a tunnel port to each host that shares a network
 * with this one, unicast by MAC address, the answers to ARP, and floods only to hosts that have the network.
 */
export function l2Population(view: HostView): readonly Piece[] {
  const { networks, wiring, share, portsOf } = view;
  const { localIp } = wiring;
  if (localIp === null) return [];
  const remotes = new Map(
    Object.values(share.tunnelEndpoint)
      .filter(({ id, ip }) => id !== wiring.host && ip !== localIp && ip.includes(':') === localIp.includes(':'))
      .map(({ id, ip }) => [id, ip]),
  );
  const used = new Map<string, { readonly type: TunnelType; readonly ip: string }>();
  const flows: Flow[] = [];
  for (const local of networks.values()) {
    const { id, networkType } = local.network;
    if (!isTunnelType(networkType)) continue;
    const toIp = (port: Port) => (port.host === wiring.host ? undefined : remotes.get(port.host));
    const ips = new Set<string>();
    for (const port of portsOf.get(id) ?? []) {
      const ip = port.adminStateUp ? toIp(port) : undefined;
      if (ip === undefined) continue;
      ips.add(ip);
      flows.push(...portFlows(local, port, tunnelName(networkType, ip)));
    }
    for (const ip of ips) used.set(tunnelName(networkType, ip), { type: networkType, ip });
    if (ips.size > 0) {
      flows.push(
        floodFlow(
          local,
          [...ips].sort(byAddress).map((ip) => tunnelName(networkType, ip)),
        ),
      );
    }
  }
  const ports = [...used].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    {
      bridges: {
        'br-tun': {
          ports: Object.fromEntries(ports.map(([name, { type, ip }]) => [name, tunnelPort(type, localIp, ip)])),
          flows: [
            ...ports.map(([name, { type }]) => flow(0, 1, inPort(name), `goto_table:${TUNNEL_TYPES[type]}`)),
            ...flows,
          ],
        },
      },
    },
  ];
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

function portFlows({ network, vlan }: LocalNetwork, port: Port, tunnel: string): readonly Flow[] {
  const mac = port.macAddress.toLowerCase();
  const addresses = port.fixedIps.filter(({ ipAddress }) => !ipAddress.includes(':'));
  return [
    flow(
      TUNNEL.unicast,
      2,
      `dl_vlan=${vlan},dl_dst=${mac}`,
      `pop_vlan,set_field:${tunnelKey(network.segmentationId ?? 0)}->tun_id,${output(tunnel)}`,
    ),
    ...addresses.map(({ ipAddress }) => arpAnswer(vlan, ipAddress, mac)),
  ];
}

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

function floodFlow({ network, vlan }: LocalNetwork, tunnels: readonly string[]): Flow {
  const key = `set_field:${tunnelKey(network.segmentationId ?? 0)}->tun_id`;
  return flow(TUNNEL.flood, 1, `dl_vlan=${vlan}`, ['pop_vlan', key, ...tunnels.map(output)].join(','));
}
