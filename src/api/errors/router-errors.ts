import { conflict, missing, wrong } from './api-error.ts';

/** Errors of routers and floating IPs. */
export const routerErrors = {
  notFound: (id: string) => missing('RouterNotFound', `Router ${id} could not be found`),
  zoneNotFound: (zone: string) => missing('AvailabilityZoneNotFound', `AvailabilityZone ${zone} could not be found.`),
  inUse: (id: string, portIds: readonly string[]) =>
    conflict('RouterInUse', `Router ${id} has ports still attached: ${portIds.join(', ')}`),
  bad: (message: string) => wrong('BadRequest', `Bad router request: ${message}.`),
  interfaceNotFound: (routerId: string, portId: string) =>
    missing('RouterInterfaceNotFound', `Router ${routerId} does not have an interface with id ${portId}`),
  interfaceNotFoundForSubnet: (routerId: string, subnetId: string) =>
    missing('RouterInterfaceNotFoundForSubnet', `Router ${routerId} has no interface on subnet ${subnetId}`),
  interfaceNeededByFloatingIp: (routerId: string, subnetId: string) =>
    conflict(
      'RouterInterfaceInUseByFloatingIP',
      `Router interface for subnet ${subnetId} on router ${routerId} cannot be deleted, as it is required by one or more floating IPs.`,
    ),
  interfaceNeededByRoute: (routerId: string, subnetId: string) =>
    conflict(
      'RouterInterfaceInUseByRoute',
      `Router interface for subnet ${subnetId} on router ${routerId} cannot be deleted, as it is required by one or more routes.`,
    ),
  gatewayNeededByFloatingIp: (routerId: string, networkId: string) =>
    conflict(
      'RouterExternalGatewayInUseByFloatingIp',
      `Gateway cannot be updated for router ${routerId}, since a gateway to external network ${networkId} is required by one or more floating IPs.`,
    ),
  interfaceIsGatewayOfFloatingIp: (routerId: string, subnetId: string) =>
    conflict(
      'RouterInterfaceInUseAsGatewayByFloatingIP',
      `Router interface for subnet ${subnetId} on router ${routerId} cannot be deleted, as it is required, as a gateway, by one or more floating IPs.`,
    ),
  cannotMatchGateways: (routerId: string, reason: string) =>
    wrong(
      'UnableToMatchGateways',
      `Unable to match a requested gateway port to existing gateway ports for router ${routerId}: ${reason}`,
    ),
  cannotAddGateways: (routerId: string, reason: string) =>
    wrong('UnableToAddExtraGateways', `Unable to add extra gateways to a router ${routerId}: ${reason}`),
  cannotRemoveGateways: (routerId: string, reason: string) =>
    wrong('UnableToRemoveGateways', `Unable to remove extra gateways from a router ${routerId}: ${reason}`),
  subnetMismatch: (portId: string, subnetId: string) =>
    wrong('SubnetMismatchForPort', `Subnet on port ${portId} does not match the requested subnet ${subnetId}.`),
  invalidRoutes: (routes: string, reason: string) =>
    wrong('InvalidRoutes', `Invalid format for routes: ${routes}, ${reason}`),
  noExternalAddress: (networkId: string) =>
    wrong('ExternalIpAddressExhausted', `Unable to find any IP address on external network ${networkId}.`),
  floatingIpNotFound: (id: string) => missing('FloatingIPNotFound', `Floating IP ${id} could not be found`),
  portOfOtherProject: (portId: string) =>
    wrong(
      'BadRequest',
      `Bad floatingip request: Cannot process floating IP association with Port ${portId}, since that port is owned by a different project.`,
    ),
  notExternal: (networkId: string) =>
    wrong('BadRequest', `Bad floatingip request: Network ${networkId} is not a valid external network.`),
  badFloatingIp: (message: string) => wrong('BadRequest', `Bad floatingip request: ${message}.`),
  alreadyAssociated: (
    address: string,
    id: string,
    port: { readonly portId: string; readonly fixedIp: string; readonly networkId: string },
  ) =>
    conflict(
      'FloatingIPPortAlreadyAssociated',
      `Cannot associate floating IP ${address} (${id}) with port ${port.portId} using fixed IP ${port.fixedIp}, as that fixed IP already has a floating IP on external network ${port.networkId}.`,
    ),
  notReachable: (networkId: string, subnetId: string, portId: string) =>
    missing(
      'ExternalGatewayForFloatingIPNotFound',
      `External network ${networkId} is not reachable from subnet ${subnetId}.  Therefore, cannot associate Port ${portId} with a Floating IP.`,
    ),
} as const;
