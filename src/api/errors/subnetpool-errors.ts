import { badRequest, conflict, missing, wrong } from './api-error.ts';
import { requestErrors } from './request-errors.ts';

/** Errors of subnet pools and address scopes. */
export const subnetpoolErrors = {
  notFound: (id: string) => missing('SubnetPoolNotFound', `Subnet pool ${id} could not be found.`),
  noPrefixes: () => wrong('EmptySubnetPoolPrefixList', 'Empty subnet pool prefix list.'),
  mixedVersions: () => wrong('PrefixVersionMismatch', 'Cannot mix IPv4 and IPv6 prefixes in a subnet pool.'),
  bounds: (name: string, value: number, baseName: string, base: number) =>
    wrong('IllegalSubnetPoolPrefixBounds', `Illegal prefix bounds: ${name}=${value}, ${baseName}=${base}.`),
  prefixUpdate: (reason: string) => wrong('IllegalSubnetPoolPrefixUpdate', `Illegal update to prefixes: ${reason}.`),
  update: (reason: string) => wrong('IllegalSubnetPoolUpdate', `Illegal subnetpool update : ${reason}.`),
  defaultExists: () =>
    requestErrors.invalidInput(
      'A default subnetpool for this IP family has already been set. Only one default may exist per IP family',
    ),
  inUse: () => wrong('SubnetPoolDeleteError', 'Unable to delete subnet pool: Subnet pool has existing allocations.'),
  invalidBody: () => badRequest('Request body contains invalid data'),
  /** Neutron lets this end in an internal error; a pool that is full is no fault of the server. */
  noSpace: (prefixLength: number) =>
    conflict(
      'SubnetAllocationError',
      `Failed to allocate subnet: Insufficient prefix space to allocate subnet size /${prefixLength}.`,
    ),
  cidrNotFree: () =>
    conflict(
      'SubnetAllocationError',
      'Failed to allocate subnet: Cannot allocate requested subnet from the available set of prefixes.',
    ),
  tooLong: (prefixLength: number, maximum: number) =>
    wrong(
      'MaxPrefixSubnetAllocationError',
      `Unable to allocate subnet with prefix length ${prefixLength}, maximum allowed prefix is ${maximum}.`,
    ),
  tooShort: (prefixLength: number, minimum: number) =>
    wrong(
      'MinPrefixSubnetAllocationError',
      `Unable to allocate subnet with prefix length ${prefixLength}, minimum allowed prefix is ${minimum}.`,
    ),
  overQuota: () => conflict('SubnetPoolQuotaExceeded', 'Per-tenant subnet pool prefix quota exceeded.'),
  otherPoolOnNetwork: () =>
    wrong(
      'NetworkSubnetPoolAffinityError',
      'Subnets hosted on the same network must be allocated from the same subnet pool.',
    ),
  otherScopeOnNetwork: () =>
    wrong(
      'NetworkAddressScopeAffinityError',
      'Subnets of the same address family hosted on the same network must all participate in the same address scope.',
    ),
  badSubnet: (reason: string) => wrong('BadRequest', `Bad subnets request: ${reason}.`),
  scopeNotFound: (id: string) => missing('AddressScopeNotFound', `Address scope ${id} could not be found.`),
  scopeInUse: (id: string) =>
    conflict(
      'AddressScopeInUse',
      `Unable to complete operation on address scope ${id}. There are one or more subnet pools in use on the address scope.`,
    ),
  scopeUnshare: (id: string) =>
    wrong('AddressScopeUpdateError', `Unable to update address scope ${id} : Shared address scope can't be unshared.`),
  prefixConflict: () =>
    conflict(
      'AddressScopePrefixConflict',
      'Failed to associate address scope: subnetpools within an address scope must have unique prefixes.',
    ),
  scopeVersion: (poolId: string, scopeId: string, version: number) =>
    wrong(
      'IllegalSubnetPoolIpVersionAssociationToAddressScope',
      `Illegal subnetpool association: subnetpool ${poolId} cannot associate with address scope ${scopeId} because subnetpool ip_version is not ${version}.`,
    ),
} as const;
