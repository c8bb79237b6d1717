import { conflict, missing, wrong } from './api-error.ts';

/** Errors of NDP proxies, and of routers that have them. */
export const ndpProxyErrors = {
  notFound: (id: string) => missing('NDPProxyNotFound', `NDP proxy ${id} could not be found.`),
  gatewayInUse: (routerId: string) =>
    conflict(
      'RouterGatewayInUseByNDPProxy',
      `Unable to unset external gateway of router ${routerId}, There are one or more ndp proxies still in use on the router.`,
    ),
  interfaceInUse: (routerId: string, subnetId: string) =>
    conflict(
      'RouterInterfaceInUseByNDPProxy',
      `Unable to remove subnet ${subnetId} from router ${routerId}, There are one or more ndp proxies still in use on the subnet.`,
    ),
  gatewayNotValid: (routerId: string, reason: string) =>
    conflict('RouterGatewayNotValid', `Can not enable ndp proxy no router ${routerId}, ${reason}.`),
  sixthGatewayInUse: (routerId: string) =>
    conflict(
      'RouterIPv6GatewayInUse',
      `Can't remove the IPv6 subnet from external gateway of router ${routerId}, the IPv6 subnet in use by the router's ndp proxy.`,
    ),
  notEnabled: (routerId: string) =>
    conflict(
      'RouterNDPProxyNotEnable',
      `The enable_ndp_proxy parameter of router ${routerId} must be set as True while create ndp proxy entry on it.`,
    ),
  inUse: (routerId: string) =>
    conflict(
      'RouterInUseByNDPProxy',
      `Unable to disable ndp proxy of router ${routerId}, There are one or more ndp proxies still in use on the router.`,
    ),
  unreachable: (portId: string, routerId: string) =>
    conflict('PortUnreachableRouter', `The port ${portId} cannot reach the router ${routerId} by IPv6 subnet.`),
  scopesDiffer: (outer: string, inner: string) =>
    conflict(
      'AddressScopeConflict',
      `The IPv6 address scope ${outer} of external network conflict with internal network's IPv6 address scope ${inner}.`,
    ),
  withoutAddress: (portId: string) =>
    wrong('BadRequest', `Bad ndp_proxy request: Requested port ${portId} must allocate one IPv6 address at least.`),
  invalidAddress: (address: string, reason: string) =>
    wrong('InvalidAddress', `The address ${address} is invalid, reason: ${reason}.`),
  exists: (address: string, routerId: string) =>
    conflict(
      'NeutronDbObjectDuplicateEntry',
      `Failed to create a duplicate NDPProxy: ${address} on router ${routerId}`,
    ),
} as const;
