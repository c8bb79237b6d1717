import { conflict, missing, wrong } from './api-error.ts';
import { requestErrors } from './request-errors.ts';

/** Errors of ports and their addresses. */
export const portErrors = {
  notFound: (id: string) => missing('PortNotFound', `Port ${id} could not be found.`),
  inUse: (portId: string, networkId: string, deviceId: string) =>
    conflict(
      'PortInUse',
      `Unable to complete operation on port ${portId} for network ${networkId}. Port already has an attached device ${deviceId}.`,
    ),
  ownedByService: (portId: string, owner: string) =>
    conflict(
      'ServicePortInUse',
      `Port ${portId} cannot be deleted directly via the port API: has device owner ${owner}.`,
    ),
  heldByLocalIp: (portId: string) =>
    conflict(
      'ServicePortInUse',
      `Port ${portId} cannot be deleted directly via the port API: still referenced by Local IPs.`,
    ),
  addressInUse: (ip: string, subnetId: string) =>
    conflict('IpAddressAlreadyAllocated', `IP address ${ip} already allocated in subnet ${subnetId}`),
  addressNotInNetwork: (ip: string) =>
    wrong('InvalidIpForNetwork', `IP address ${ip} is not a valid IP for any of the subnets on the specified network.`),
  addressNotInSubnet: () => wrong('InvalidIpForSubnet', 'IP address is not a valid IP for the specified subnet.'),
  addressOnAutoSubnet: (ip: string, subnetId: string) =>
    wrong(
      'AllocationOnAutoAddressSubnet',
      `IPv6 address ${ip} cannot be directly assigned to a port on subnet ${subnetId} as the subnet is configured for automatic addresses`,
    ),
  subnetNotOnNetwork: (networkId: string, subnetId: string) =>
    requestErrors.invalidInput(
      `Failed to create port on network ${networkId}, because fixed_ips included invalid subnet ${subnetId}`,
    ),
  noAddressLeft: (networkId: string) =>
    conflict('IpAddressGenerationFailure', `No more IP addresses available on network ${networkId}.`),
  noServiceSubnet: (networkId: string, owner: string) =>
    conflict(
      'IpAddressGenerationFailureNoMatchingSubnet',
      `No valid service subnet for the given device owner, network ${networkId}, service type ${owner}.`,
    ),
  macInUse: (networkId: string, mac: string) =>
    conflict(
      'MacAddressInUse',
      `Unable to complete operation for network ${networkId}. The mac address ${mac} is in use.`,
    ),
  groupsNeedPortSecurity: () =>
    wrong(
      'PortSecurityAndIPRequiredForSecurityGroups',
      'Port security must be enabled and port must have an IP address in order to use security groups.',
    ),
  portHasGroups: () =>
    conflict(
      'PortSecurityPortHasSecurityGroup',
      'Port has security group associated. Cannot disable port security or IP address until security group is removed.',
    ),
  pairsNeedPortSecurity: () =>
    conflict(
      'AddressPairAndPortSecurityRequired',
      'Port Security must be enabled in order to have allowed address pairs on a port.',
    ),
  duplicatePair: (mac: string, ip: string) =>
    wrong(
      'DuplicateAddressPairInRequest',
      `Request contains duplicate address pair: mac_address ${mac} ip_address ${ip}.`,
    ),
  tooManyPairs: (maximum: number) =>
    wrong('AllowedAddressPairExhausted', `The number of allowed address pair exceeds the maximum ${maximum}.`),
  deviceOfOthers: (deviceId: string) =>
    conflict(
      'DeviceIDNotOwnedByTenant',
      `The following device_id ${deviceId} is not owned by your tenant or matches another tenants router.`,
    ),
  notForOwner: (operation: string, owner: string, portId: string) =>
    conflict(
      'UnsupportedPortDeviceOwner',
      `Operation ${operation} is not supported for device_owner ${owner} on port ${portId}.`,
    ),
  bound: (portId: string, vifType: string, oldMac: string, newMac: string) =>
    conflict(
      'PortBound',
      `Unable to complete operation on port ${portId}, port is already bound, port type: ${vifType}, old_mac ${oldMac}, new_mac ${newMac}.`,
    ),
  bindingNotFound: (portId: string, host: string) =>
    missing('PortBindingNotFound', `Binding for port ${portId} for host ${host} could not be found.`),
  bindingExists: (portId: string, host: string) =>
    conflict('PortBindingAlreadyExists', `Binding for port ${portId} on host ${host} already exists.`),
  bindingActive: (portId: string, host: string) =>
    conflict('PortBindingAlreadyActive', `Binding for port ${portId} on host ${host} is already active.`),
  pairWithoutIp: () => wrong('AddressPairMissingIP', 'AllowedAddressPair must contain ip_address'),
} as const;
