/**
 * The catalogue of the API's errors: Neutron's exception name, its message, the status. Nothing else makes errors.
 */

/** An expected failure of a request, answered as `{"NeutronError": {type, message, detail}}`. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly type: string;
  readonly status: number;

  constructor(status: number, type: string, message: string) {
    super(message);
    this.status = status;
    this.type = type;
  }
}

const badRequest = (message: string): ApiError => new ApiError(400, 'HTTPBadRequest', message);
const conflict = (type: string, message: string): ApiError => new ApiError(409, type, message);
const missing = (type: string, message: string): ApiError => new ApiError(404, type, message);
const wrong = (type: string, message: string): ApiError => new ApiError(400, type, message);

/** Errors of the engine, the same for every resource. */
export const requestErrors = {
  notFound: () => missing('HTTPNotFound', 'The resource could not be found.'),
  methodNotAllowed: () =>
    new ApiError(
      405,
      'HTTPMethodNotAllowed',
      'The server could not comply with the request since it is either malformed or otherwise incorrect.',
    ),
  malformedBody: () => badRequest('Body contains invalid data'),
  bodyRequired: () => badRequest('Resource body required'),
  resourcesRequired: () => badRequest('Resources required'),
  rootMissing: (name: string) => badRequest(`Unable to find '${name}' in request body`),
  bodyNotObject: (name: string) => badRequest(`Object '${name}' contains invalid data`),
  unrecognized: (names: readonly string[]) => badRequest(`Unrecognized attribute(s) '${names.join(', ')}'`),
  required: (name: string) => badRequest(`Failed to parse request. Required attribute '${name}' not specified`),
  notAllowedInPost: (name: string) => badRequest(`Attribute '${name}' not allowed in POST`),
  readOnly: (name: string) => badRequest(`Cannot update read-only attribute ${name}`),
  invalidAttribute: (name: string, reason: string) => badRequest(`Invalid input for ${name}. Reason: ${reason}.`),
  invalidInput: (message: string) => wrong('InvalidInput', `Invalid input for operation: ${message}.`),
  otherProject: () =>
    badRequest(
      "Specifying 'project_id' or 'tenant_id' other than the authenticated project in request requires admin privileges",
    ),
  projectsDiffer: () => badRequest("'project_id' and 'tenant_id' are present in the request and differ"),
  invalidFilter: (names: readonly string[]) =>
    badRequest(`[${names.map((name) => `'${name}'`).join(', ')}] is invalid attribute for filtering`),
  invalidSortKey: (names: readonly string[]) =>
    badRequest(`[${names.map((name) => `'${name}'`).join(', ')}] is invalid attribute for sort_keys`),
  invalidSortDirection: () => badRequest("sort_dir must be 'asc' or 'desc'"),
  sortLengthsDiffer: () => badRequest('The number of sort_keys and sort_dirs must be same'),
  badLimit: (value: string) =>
    wrong('BadRequest', `Bad limit request: Limit must be an integer 0 or greater and not '${value}'.`),
  badChangedSince: (value: string) =>
    wrong(
      'InvalidInput',
      `Invalid input for operation: The input changed_since must be in the following format: YYYY-MM-DDTHH:MM:SS[+-]ZZZZ, and not ${value}.`,
    ),
  notAuthorized: (rule: string) => new ApiError(403, 'PolicyNotAuthorized', `${rule} is disallowed by policy`),
  overQuota: (resources: readonly string[]) =>
    conflict('OverQuota', `Quota exceeded for resources: [${resources.map((name) => `'${name}'`).join(', ')}].`),
  revisionMismatch: (id: string, wanted: number) =>
    new ApiError(
      412,
      'RevisionNumberConstraintFailed',
      `Constrained to ${wanted}, but current revision of ${id} is different`,
    ),
  badRevision: (value: string) => badRequest(`Bad If-Match header value: ${value}`),
  tagNotFound: (tag: string) => missing('TagNotFound', `Tag ${tag} could not be found.`),
  busy: () =>
    new ApiError(503, 'DatabaseBusy', 'The request met others that change the same objects. Please try again.'),
  unexpected: () =>
    new ApiError(
      500,
      'HTTPInternalServerError',
      'Request Failed: internal server error while processing your request.',
    ),
} as const;

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
  subnetPoolRequired: () =>
    wrong('BadRequest', 'Bad subnets request: a subnetpool must be specified in the absence of a cidr.'),
  subnetPoolNotFound: (id: string) => missing('SubnetPoolNotFound', `Subnet pool ${id} could not be found.`),
  invalidPool: (pool: string) => wrong('InvalidAllocationPool', `The allocation pool ${pool} is not valid.`),
  poolOutOfBounds: (pool: string, cidr: string) =>
    wrong('OutOfBoundsAllocationPool', `The allocation pool ${pool} spans beyond the subnet cidr ${cidr}.`),
  poolsOverlap: (one: string, other: string, cidr: string) =>
    conflict('OverlappingAllocationPools', `Found overlapping allocation pools: ${one} ${other} for subnet ${cidr}.`),
  gatewayInPool: (gatewayIp: string, pool: string) =>
    conflict('GatewayConflictWithAllocationPools', `Gateway ip ${gatewayIp} conflicts with allocation pool ${pool}.`),
  gatewayInUse: (gatewayIp: string, portId: string) =>
    conflict('GatewayIpInUse', `Current gateway ip ${gatewayIp} already in use by port ${portId}. Unable to update.`),
} as const;

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
  pairWithoutIp: () => wrong('AddressPairMissingIP', 'AllowedAddressPair must contain ip_address'),
} as const;

/** Errors of routers and floating IPs. */
export const routerErrors = {
  notFound: (id: string) => missing('RouterNotFound', `Router ${id} could not be found`),
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
  subnetMismatch: (portId: string, subnetId: string) =>
    wrong('SubnetMismatchForPort', `Subnet on port ${portId} does not match the requested subnet ${subnetId}.`),
  invalidRoutes: (routes: string, reason: string) =>
    wrong('InvalidRoutes', `Invalid format for routes: ${routes}, ${reason}`),
  noExternalAddress: (networkId: string) =>
    wrong('ExternalIpAddressExhausted', `Unable to find any IP address on external network ${networkId}.`),
  floatingIpNotFound: (id: string) => missing('FloatingIPNotFound', `Floating IP ${id} could not be found`),
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

/** Errors of security groups and their rules. */
export const securityGroupErrors = {
  notFound: (id: string) => missing('SecurityGroupNotFound', `Security group ${id} does not exist`),
  inUse: (id: string) => conflict('SecurityGroupInUse', `Security Group ${id} in use.`),
  ruleNotFound: (id: string) => missing('SecurityGroupRuleNotFound', `Security group rule ${id} does not exist`),
  ruleExists: (id: string) =>
    conflict('SecurityGroupRuleExists', `Security group rule already exists. Rule id is ${id}.`),
  defaultExists: () => conflict('SecurityGroupDefaultAlreadyExists', 'Default security group already exists.'),
  cannotRemoveDefault: () =>
    conflict('SecurityGroupCannotRemoveDefault', 'Insufficient rights for removing default security group.'),
  cannotUpdateDefault: () =>
    conflict('SecurityGroupCannotUpdateDefault', 'Updating default security group not allowed.'),
  invalidRange: () =>
    wrong('SecurityGroupInvalidPortRange', 'For TCP/UDP protocols, port_range_min must be <= port_range_max'),
  invalidPortValue: (port: string) => wrong('SecurityGroupInvalidPortValue', `Invalid value for port ${port}`),
  invalidIcmp: (field: string, attribute: string, value: number) =>
    wrong(
      'SecurityGroupInvalidIcmpValue',
      `Invalid value for ICMP ${field} (${attribute}) ${value}. It must be 0 to 255.`,
    ),
  icmpTypeMissing: (code: number) =>
    wrong(
      'SecurityGroupMissingIcmpType',
      `ICMP code (port-range-max) ${code} is provided but ICMP type (port-range-min) is missing.`,
    ),
  protocolRequired: () =>
    wrong('SecurityGroupProtocolRequiredWithPorts', 'Must also specify protocol if port range is given.'),
  invalidProtocol: (protocol: string, values: string) =>
    wrong(
      'SecurityGroupRuleInvalidProtocol',
      `Security group rule protocol ${protocol} not supported. Only protocol values ${values} and integer representations [0 to 255] are supported.`,
    ),
  portsWithProtocol: (protocol: string) =>
    wrong(
      'SecurityGroupInvalidProtocolForPort',
      `Invalid protocol ${protocol} for port range, only supported for TCP, UDP, UDPLITE, SCTP and DCCP.`,
    ),
  invalidPrefix: (value: string) => wrong('SecurityGroupRuleInvalidEtherType', `Invalid remote_ip_prefix ${value}`),
  remoteGroupAndPrefix: () =>
    wrong(
      'SecurityGroupMultipleRemoteEntites',
      'Only remote_ip_prefix or remote_group_id or remote_address_group_id may be provided.',
    ),
  etherTypeConflict: (ethertype: string, prefix: string) =>
    wrong('SecurityGroupRuleParameterConflict', `Conflicting value ethertype ${ethertype} for CIDR ${prefix}`),
  protocolConflict: (ethertype: string, protocol: string) =>
    wrong('SecurityGroupEthertypeConflictWithProtocol', `Invalid ethertype ${ethertype} for protocol ${protocol}.`),
} as const;

/** Errors of agents and quotas. */
export const operatorErrors = {
  agentNotFound: (id: string) => missing('AgentNotFound', `Agent ${id} could not be found.`),
  quotaUnknownResource: (name: string) => requestErrors.unrecognized([name]),
} as const;

/** An extension that this server does not have. */
export const missingExtension = (alias: string): ApiError =>
  missing('HTTPNotFound', `Extension with alias ${alias} does not exist`);
