import { ApiError, badRequest, conflict, missing, wrong } from './api-error.ts';
import { requestErrors } from './request-errors.ts';

/** Errors of networks and subnets. */
export const networkErrors = {
  notFound: (id: string) => missing('NetworkNotFound', `Network ${id} could not be found.`),
  inUse: (id: string, portIds: readonly string[]) =>
    conflict(
      'NetworkInUse',
      `Unable to complete operation on network ${id}. There are one or more ports still in use on the network, id for these ports is: ${portIds.join(',')}.`,
    ),
  mtuTooBig: (maximum: number) => requestErrors.invalidInput(`Requested MTU is too big, maximum is ${maximum}`),
  mtuTooSmall: (mtu: number, minimum: number) =>
    wrong('InvalidInput', `Invalid input for operation: Subnet MTU ${mtu} is smaller than the minimum ${minimum}.`),
  noSegmentLeft: () =>
    new ApiError(
      503,
      'NoNetworkAvailable',
      'Unable to create the network. No available network found in maximum allowed attempts.',
    ),
  segmentInUse: (networkType: string, physicalNetwork: string | null, segmentationId: number | null) => {
    if (networkType === 'flat') {
      return conflict(
        'FlatNetworkInUse',
        `Unable to create the flat network. Physical network ${physicalNetwork} is in use.`,
      );
    }
    if (networkType === 'vlan') {
      return conflict(
        'VlanIdInUse',
        `Unable to create the network. The VLAN ${segmentationId} on physical network ${physicalNetwork} is in use.`,
      );
    }
    return conflict('TunnelIdInUse', `Unable to create the network. The tunnel ID ${segmentationId} is in use.`);
  },
  sharedSetting: (name: string) =>
    conflict(
      'InvalidSharedSetting',
      `Unable to reconfigure sharing settings for network ${name}. Multiple tenants are using it.`,
    ),
  externalInUse: (id: string) =>
    conflict(
      'ExternalNetworkInUse',
      `External network ${id} cannot be updated to be made non-external, since it has existing gateway ports.`,
    ),
  subnetNotFound: (id: string) => missing('SubnetNotFound', `Subnet ${id} could not be found.`),
  subnetInUse: (id: string) =>
    conflict(
      'SubnetInUse',
      `Unable to complete operation on subnet ${id}: One or more ports have an IP allocation from this subnet.`,
    ),
  subnetsOverlap: (cidr: string, networkId: string) =>
    requestErrors.invalidInput(
      `Requested subnet with cidr: ${cidr} for network: ${networkId} overlaps with another subnet`,
    ),
  invalidPool: (pool: string) => wrong('InvalidAllocationPool', `The allocation pool ${pool} is not valid.`),
  poolOutOfBounds: (pool: string, cidr: string) =>
    wrong('OutOfBoundsAllocationPool', `The allocation pool ${pool} spans beyond the subnet cidr ${cidr}.`),
  poolsOverlap: (one: string, other: string, cidr: string) =>
    conflict('OverlappingAllocationPools', `Found overlapping allocation pools: ${one} ${other} for subnet ${cidr}.`),
  gatewayInPool: (gatewayIp: string, pool: string) =>
    conflict('GatewayConflictWithAllocationPools', `Gateway ip ${gatewayIp} conflicts with allocation pool ${pool}.`),
  defaultExternalExists: (id: string) =>
    conflict('DefaultExternalNetworkExists', `A default external network already exists: ${id}.`),
  serviceTypesNotList: () => badRequest('Subnet service types must be a list.'),
  serviceTypeNotText: (value: string) =>
    wrong('InvalidInputSubnetServiceType', `Subnet service type ${value} is not a string.`),
  serviceTypeNoOwner: (value: string) =>
    wrong('InvalidSubnetServiceType', `Subnet service type ${value} does not correspond to a valid device owner.`),
  tooManyNameservers: (subnet: string, limit: number) =>
    wrong(
      'DNSNameServersExhausted',
      `Unable to complete operation for ${subnet}. The number of DNS nameservers exceeds the limit ${limit}.`,
    ),
  tooManyHostRoutes: (subnet: string, limit: number) =>
    wrong(
      'HostRoutesExhausted',
      `Unable to complete operation for ${subnet}. The number of host routes exceeds the limit ${limit}.`,
    ),
  gatewayInUse: (gatewayIp: string, portId: string) =>
    conflict('GatewayIpInUse', `Current gateway ip ${gatewayIp} already in use by port ${portId}. Unable to update.`),
} as const;
