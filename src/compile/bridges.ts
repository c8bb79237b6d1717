import type { Flow, OvsPort } from '../host/host-state.ts';
import { OUR_COOKIE } from '../host/ownership.ts';
import { flow, inPort, output } from './compiled-flow.ts';
import { providerPatch } from './device-names.ts';
import { INTEGRATION, TUNNEL } from './flow-tables.ts';
import type { HostView } from './host-view.ts';
import type { Piece } from './piece.ts';

/** VLAN of ports that must not forward (Neutron's dead VLAN). */
export const DEAD_VLAN = 4095;

const OTHER_CONFIG = { 'mac-table-size': '50000' };

/** The bridges with their patch ports, and the flows that stand in them whatever the host carries. */
export function bridges({ wiring }: HostView): Piece {
  const providers = [...new Set(Object.values(wiring.bridgeMappings))].sort();
  const settings = { datapathType: wiring.datapathType, failMode: 'secure', otherConfig: OTHER_CONFIG } as const;
  const tunnels = wiring.localIp !== null;
  return {
    bridges: {
      'br-int': {
        ...settings,
        ports: {
          ...(tunnels ? { 'patch-tun': patch('patch-int') } : {}),
          ...Object.fromEntries(
            providers.map((bridge) => {
              const { onIntegration, onProvider } = providerPatch(bridge);
              return [onIntegration, patch(onProvider)];
            }),
          ),
        },
        flows: [...integrationFlows, ...providers.map((bridge) => dropOthers(providerPatch(bridge).onIntegration))],
      },
      ...(tunnels ? { 'br-tun': { ...settings, ports: { 'patch-int': patch('patch-tun') }, flows: tunnelFlows } } : {}),
      ...Object.fromEntries(
        providers.map((bridge) => {
          const { onIntegration, onProvider } = providerPatch(bridge);
          const flows = [dropOthers(onProvider), flow(0, 0, '', 'NORMAL')];
          return [bridge, { ports: { [onProvider]: patch(onIntegration) }, flows }];
        }),
      ),
    },
  };
}

function patch(peer: string): OvsPort {
  return { type: 'patch', options: { peer }, externalIds: {}, otherConfig: {} };
}

/** Only the VLANs of networks that this host carries cross between br-int and a provider bridge. */
function dropOthers(patchPort: string): Flow {
  return flow(0, 2, inPort(patchPort), 'drop');
}

const integrationFlows: readonly Flow[] = [
  flow(INTEGRATION.localSwitching, 65_535, `dl_vlan=${DEAD_VLAN}`, 'drop'),
  flow(INTEGRATION.localSwitching, 0, '', `goto_table:${INTEGRATION.transientFirst}`),
  flow(INTEGRATION.canaryTable, 0, '', 'drop'),
  flow(INTEGRATION.arpSpoof, 0, '', 'drop'),
  flow(INTEGRATION.packetRateLimit, 0, '', `goto_table:${INTEGRATION.transientFirst}`),
  flow(INTEGRATION.bandwidthRateLimit, 0, '', `goto_table:${INTEGRATION.transientFirst}`),
  flow(INTEGRATION.transientFirst, 0, '', `goto_table:${INTEGRATION.transient}`),
  flow(INTEGRATION.transient, 3, '', 'NORMAL'),
  flow(INTEGRATION.transientEgress, 3, '', 'NORMAL'),
];

/** What a tunnel brings in teaches the way back for five minutes, below the entries of l2 population. */
const LEARN = [
  `table=${TUNNEL.unicast}`,
  'hard_timeout=300',
  'priority=1',
  `cookie=${OUR_COOKIE}`,
  'NXM_OF_VLAN_TCI[0..11]',
  'NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[]',
  'load:0->NXM_OF_VLAN_TCI[]',
  'load:NXM_NX_TUN_ID[]->NXM_NX_TUN_ID[]',
  'output:OXM_OF_IN_PORT[]',
].join(',');

const tunnelFlows: readonly Flow[] = [
  flow(TUNNEL.start, 1, inPort('patch-int'), `goto_table:${TUNNEL.fromPatch}`),
  flow(TUNNEL.start, 0, '', 'drop'),
  flow(TUNNEL.fromPatch, 1, 'arp,dl_dst=ff:ff:ff:ff:ff:ff', `goto_table:${TUNNEL.arpResponder}`),
  flow(TUNNEL.fromPatch, 0, 'dl_dst=00:00:00:00:00:00/01:00:00:00:00:00', `goto_table:${TUNNEL.unicast}`),
  flow(TUNNEL.fromPatch, 0, 'dl_dst=01:00:00:00:00:00/01:00:00:00:00:00', `goto_table:${TUNNEL.flood}`),
  flow(TUNNEL.fromGre, 0, '', 'drop'),
  flow(TUNNEL.fromVxlan, 0, '', 'drop'),
  flow(TUNNEL.fromGeneve, 0, '', 'drop'),
  flow(TUNNEL.learn, 1, '', `learn(${LEARN}),${output('patch-int')}`),
  flow(TUNNEL.unicast, 0, '', `goto_table:${TUNNEL.flood}`),
  flow(TUNNEL.arpResponder, 0, '', `goto_table:${TUNNEL.flood}`),
  flow(TUNNEL.flood, 0, '', 'drop'),
];
