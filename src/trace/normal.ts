import type { OvsBridge } from '../host/host-state.ts';
import { type Fields, formatMac } from './fields.ts';

/** What the action NORMAL, an ordinary learning switch, does with a frame. */
export type Switching =
  | { readonly kind: 'known' | 'flooded'; readonly vlan: number; readonly outputs: readonly SwitchedFrame[] }
  | { readonly kind: 'dropped'; readonly vlan: number; readonly why: NormalDrop };

export interface SwitchedFrame {
  readonly port: string;
  readonly fields: Fields;
}

export type NormalDrop =
  | 'tagged-on-access-port'
  | 'reserved-multicast'
  | 'learned-on-its-own-port'
  | 'no-other-port-in-vlan';

/**
 * Switches a frame by VLAN tag and MAC table, as OVS does (ovs-vswitchd.conf.db(5), Port `tag` and `vlan_mode`): a port with a
 * tag is an access port, one without is a trunk of all VLANs. A bridge whose MAC table was not read floods.
 */
export function switchNormally(bridge: OvsBridge, bridgeName: string, inPort: string, fields: Fields): Switching {
  const tci = Number(fields['vlan_tci'] ?? 0n);
  const frameVlan = (tci & 0x1000) === 0 ? 0 : tci & 0xfff;
  const access = bridge.ports[inPort]?.tag;
  if (access !== undefined && frameVlan !== 0)
    return { kind: 'dropped', vlan: frameVlan, why: 'tagged-on-access-port' };
  const vlan = access ?? frameVlan;
  const destination = fields['eth_dst'] ?? 0n;
  // 01:80:c2:00:00:0x is between neighbouring bridges alone (IEEE 802.1Q, 8.6.3).
  if (destination >> 4n === 0x0180c200000n) return { kind: 'dropped', vlan, why: 'reserved-multicast' };
  const learned = isMulticast(destination) ? undefined : learnedPort(bridge, bridgeName, vlan, formatMac(destination));
  if (learned === inPort) return { kind: 'dropped', vlan, why: 'learned-on-its-own-port' };
  // Changing a port's tag makes OVS forget what it learned there, so an entry that contradicts the tag is not in use.
  if (learned !== undefined && [undefined, vlan].includes(bridge.ports[learned]?.tag)) {
    return { kind: 'known', vlan, outputs: [frameFor(bridge, learned, vlan, fields)] };
  }
  const ports = [...Object.keys(bridge.ports), bridgeName].filter(
    (port, index, all) => port !== inPort && all.indexOf(port) === index && carries(bridge, port, vlan, fields),
  );
  if (ports.length === 0) return { kind: 'dropped', vlan, why: 'no-other-port-in-vlan' };
  return { kind: 'flooded', vlan, outputs: ports.map((port) => frameFor(bridge, port, vlan, fields)) };
}

function learnedPort(bridge: OvsBridge, bridgeName: string, vlan: number, macAddress: string): string | undefined {
  const port = bridge.macTable?.find((entry) => entry.vlan === vlan && entry.macAddress === macAddress)?.port;
  return port === 'LOCAL' ? bridgeName : port;
}

/** An access port takes no frame that has a second tag inside. */
function carries(bridge: OvsBridge, port: string, vlan: number, fields: Fields): boolean {
  const tag = bridge.ports[port]?.tag;
  return tag === undefined || (tag === vlan && ((fields['inner_tci'] ?? 0n) & 0xfffn) === 0n);
}

function frameFor(bridge: OvsBridge, port: string, vlan: number, fields: Fields): SwitchedFrame {
  const untagged = bridge.ports[port]?.tag !== undefined || vlan === 0;
  const priority = (fields['vlan_tci'] ?? 0n) & 0xe000n;
  return { port, fields: { ...fields, vlan_tci: untagged ? 0n : BigInt(vlan | 0x1000) | priority } };
}

function isMulticast(macAddress: bigint): boolean {
  return ((macAddress >> 40n) & 1n) === 1n;
}
