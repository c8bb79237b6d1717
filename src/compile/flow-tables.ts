/** Numbers of the flow tables, as Neutron's Open vSwitch agent lays them out. */

/** br-int. */
export const INTEGRATION = {
  localSwitching: 0,
  canaryTable: 23,
  arpSpoof: 24,
  macSpoof: 25,
  packetRateLimit: 30,
  bandwidthRateLimit: 31,
  transient: 60,
  transientFirst: 59,
  transientEgress: 62,
} as const;

/** br-tun. */
export const TUNNEL = {
  start: 0,
  fromPatch: 2,
  fromGre: 3,
  fromVxlan: 4,
  fromGeneve: 6,
  learn: 10,
  unicast: 20,
  arpResponder: 21,
  flood: 22,
} as const;

/** Tunnel types with the table that turns their key into a local VLAN. */
export const TUNNEL_TYPES = {
  vxlan: TUNNEL.fromVxlan,
  gre: TUNNEL.fromGre,
  geneve: TUNNEL.fromGeneve,
} as const;

export type TunnelType = keyof typeof TUNNEL_TYPES;

export function isTunnelType(type: string): type is TunnelType {
  return Object.hasOwn(TUNNEL_TYPES, type);
}
