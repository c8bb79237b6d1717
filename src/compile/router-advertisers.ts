import type { Port } from '../model/share.ts';
import type { HostView } from './host-view.ts';
import { kernelAddressText, linkLocalAddress } from './kernel-address.ts';

const ROUTER_INTERFACES = new Set([
  'network:router_interface',
  'network:router_interface_distributed',
  'network:ha_router_replicated_interface',
]);

/** A router's port in a tenant's network. */
export function isRouterInterface(port: Port): boolean {
  return ROUTER_INTERFACES.has(port.deviceOwner);
}

/** Link-local addresses of a network's routers, from which its ports may be told of a way out. */
export function routerAdvertisers({ portsOf, subnetsOf }: HostView, networkId: string): readonly string[] {
  const interfaces = (portsOf.get(networkId) ?? []).filter((port) => isRouterInterface(port) && hasIpv6(port));
  const gateways = (subnetsOf.get(networkId) ?? []).flatMap(({ gatewayIp }) =>
    gatewayIp?.toLowerCase().startsWith('fe80:') ? [kernelAddressText(gatewayIp)] : [],
  );
  return [...new Set([...interfaces.map(({ macAddress }) => linkLocalAddress(macAddress)), ...gateways])].sort();
}

/** Whether the port has an IPv6 address. */
export function hasIpv6({ fixedIps }: Port): boolean {
  return fixedIps.some(({ ipAddress }) => ipAddress.includes(':'));
}
