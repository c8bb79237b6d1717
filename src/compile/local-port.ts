import type { OvsPort } from '../host/host-state.ts';
import type { Port } from '../model/share.ts';
import { DEAD_VLAN } from './bridges.ts';
import { flow, inPort } from './compiled-flow.ts';
import type { LocalNetwork } from './host-view.ts';
import type { Piece } from './piece.ts';

/**
 * A port of br-int with the local VLAN of its network, recorded in `other_config` as Neutron does, so that the number can be read
 * back. Without a network the port is in the dead VLAN and what it sends is dropped.
 */
export function localPort(
  name: string,
  type: OvsPort['type'],
  local: LocalNetwork | null,
  externalIds: Readonly<Record<string, string>>,
): Piece {
  const port: OvsPort = {
    type,
    tag: local?.vlan ?? DEAD_VLAN,
    options: {},
    externalIds,
    otherConfig: local === null ? {} : localVlanRecord(local),
  };
  return {
    bridges: {
      'br-int': { ports: { [name]: port }, flows: local === null ? [flow(0, 2, inPort(name), 'drop')] : [] },
    },
  };
}

/** The external ids by which a port of br-int is known as the model's. */
export function interfaceIds(port: Port): Readonly<Record<string, string>> {
  return { 'iface-id': port.id, 'iface-status': 'active', 'attached-mac': port.macAddress.toLowerCase() };
}

function localVlanRecord({ network, vlan }: LocalNetwork): Readonly<Record<string, string>> {
  return {
    net_uuid: network.id,
    network_type: network.networkType,
    physical_network: network.physicalNetwork ?? 'None',
    ...(network.segmentationId === null ? {} : { segmentation_id: String(network.segmentationId) }),
    tag: String(vlan),
  };
}
