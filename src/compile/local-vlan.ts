import type { Flow, OvsBridge } from '../host/host-state.ts';
import { flow, inPort } from './compiled-flow.ts';
import { providerPatch } from './device-names.ts';
import { INTEGRATION, isTunnelType, TUNNEL, TUNNEL_TYPES } from './flow-tables.ts';
import type { HostView, LocalNetwork } from './host-view.ts';
import type { Piece } from './piece.ts';

/** `vlan_vid` carries the bit that says that there is a tag (OpenFlow 1.2, OFPVID_PRESENT). */
const VID_PRESENT = 4096;

/** Between a network's segment and the VLAN that stands for it on br-int: the VNI in br-tun, the provider's VLAN in br-int and its bridge. */
export function localVlan({ networks, wiring }: HostView): readonly Piece[] {
  return [...networks.values()].map((local) => ({ bridges: translations(local, wiring.bridgeMappings) }));
}

function translations(
  { network, vlan }: LocalNetwork,
  bridgeMappings: Readonly<Record<string, string>>,
): Readonly<Record<string, Partial<OvsBridge>>> {
  const { networkType, segmentationId, physicalNetwork } = network;
  if (isTunnelType(networkType)) {
    return segmentationId === null
      ? {}
      : { 'br-tun': { flows: [fromTunnel(TUNNEL_TYPES[networkType], segmentationId, vlan)] } };
  }
  const bridge = physicalNetwork === null ? undefined : bridgeMappings[physicalNetwork];
  if (bridge === undefined) return {};
  const { onIntegration, onProvider } = providerPatch(bridge);
  return {
    'br-int': { flows: [fromProvider(onIntegration, segmentationId, vlan)] },
    [bridge]: { flows: [toProvider(onProvider, segmentationId, vlan)] },
  };
}

function fromTunnel(table: number, segmentationId: number, vlan: number): Flow {
  const actions = `push_vlan:0x8100,${setVlan(vlan)},goto_table:${TUNNEL.learn}`;
  return flow(table, 1, `tun_id=${tunnelKey(segmentationId)}`, actions);
}

function fromProvider(patchPort: string, segmentationId: number | null, vlan: number): Flow {
  const next = `goto_table:${INTEGRATION.transientFirst}`;
  return segmentationId === null
    ? flow(0, 3, `${inPort(patchPort)},vlan_tci=0x0000/0x1fff`, `push_vlan:0x8100,${setVlan(vlan)},${next}`)
    : flow(0, 3, `${inPort(patchPort)},dl_vlan=${segmentationId}`, `${setVlan(vlan)},${next}`);
}

function toProvider(patchPort: string, segmentationId: number | null, vlan: number): Flow {
  const actions = segmentationId === null ? 'pop_vlan,NORMAL' : `${setVlan(segmentationId)},NORMAL`;
  return flow(0, 4, `${inPort(patchPort)},dl_vlan=${vlan}`, actions);
}

function setVlan(vlan: number): string {
  return `set_field:${VID_PRESENT + vlan}->vlan_vid`;
}

/** A tunnel key as OVS prints it: hexadecimal, but zero without a prefix. */
export function tunnelKey(segmentationId: number): string {
  return segmentationId === 0 ? '0' : `0x${segmentationId.toString(16)}`;
}
