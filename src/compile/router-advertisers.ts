import type { Port } from '../model/share.ts';
import type { HostView } from './host-view.ts';
import { kernelAddressText } from './kernel-address.ts';
import { linkLocalAddress } from './spoof-guard.ts';

const ROUTER_INTERFACES = new Set([
  'network:router_interface',
  'network:router_interface_distributed',
  'network:ha_router_replicated_interface',
]);

/** A router's port in a tenant's network. */
export function isRouterInterface(port: Port): boolean {
  return ROUTER_INTERFACES.has(port.deviceOwner);
}

/** Link-local addresses from which a port with an IPv6 address may be told of a router: those of its network's routers. */
export function routerAdvertisers({ portsOf, subnetsOf }: HostView, port: Port): readonly string[] {
  if (!port.fixedIps.some(({ ipAddress }) => ipAddress.includes(':'))) return [];
  const interfaces = (portsOf.get(port.networkId) ?? []).filter(
    (one) => isRouterInterface(one) && one.fixedIps.some(({ ipAddress }) => ipAddress.includes(':')),
  );
  const gateways = (subnetsOf.get(port.networkId) ?? []).flatMap(({ gatewayIp }) =>
    gatewayIp?.toLowerCase().startsWith('fe80:') ? [kernelAddressText(gatewayIp)] : [],
  );
  return [...new Set([...interfaces.map(({ macAddress }) => linkLocalAddress(macAddress)), ...gateways])].sort();
}
