/**
 * Names of devices and namespaces, as Neutron and os-vif give them: a prefix and as much of the id as a device name holds
 * (15 characters, IFNAMSIZ - 1, of which Neutron uses 14).
 */

/** The part of a port's id that stands in the names of its devices. */
export function deviceSuffix(portId: string): string {
  return portId.slice(0, 11);
}

export const tapName = (portId: string): string => `tap${deviceSuffix(portId)}`;
export const qbrName = (portId: string): string => `qbr${deviceSuffix(portId)}`;
export const qvbName = (portId: string): string => `qvb${deviceSuffix(portId)}`;
export const qvoName = (portId: string): string => `qvo${deviceSuffix(portId)}`;
export const qrName = (portId: string): string => `qr-${deviceSuffix(portId)}`;
export const qgName = (portId: string): string => `qg-${deviceSuffix(portId)}`;

export const dhcpNamespace = (networkId: string): string => `qdhcp-${networkId}`;
export const routerNamespace = (routerId: string): string => `qrouter-${routerId}`;

/** The ends of the patch pair between br-int and a provider bridge: on br-int, and on the bridge. */
export function providerPatch(bridge: string): { readonly onIntegration: string; readonly onProvider: string } {
  return { onIntegration: peerName('int-', bridge), onProvider: peerName('phy-', bridge) };
}

/** Name of the tunnel port to a remote address, such as `vxlan-0a62000b`. */
export function tunnelName(type: string, remoteIp: string): string {
  const bytes = remoteIp.includes(':') ? null : remoteIp.split('.').map((byte) => Number(byte));
  return `${type}-${bytes === null ? hash(remoteIp, 8) : bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** OpenFlow cuts port names at 15 characters, so a longer one carries a hash of what was cut off. */
function peerName(prefix: string, bridge: string): string {
  const name = prefix + bridge;
  return name.length <= 15 ? name : `${name.slice(0, 9)}${hash(bridge, 6)}`;
}

/** FNV-1a, 32 bits, in hexadecimal. */
function hash(text: string, digits: number): string {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return value.toString(16).padStart(8, '0').slice(-digits);
}
