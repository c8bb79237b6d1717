import { type ApiError, conflict, missing, wrong } from './api-error.ts';
import { requestErrors } from './request-errors.ts';

/** Errors of segments, of the ranges that their numbers come from, and of what else networks are made of. */
export const segmentErrors = {
  notFound: (id: string): ApiError => missing('SegmentNotFound', `Segment ${id} could not be found.`),
  inUse: (id: string, reason: string) => conflict('SegmentInUse', `Segment '${id}' cannot be deleted: ${reason}.`),
  withProviders: () =>
    wrong(
      'SegmentsSetInConjunctionWithProviders',
      'Invalid input for operation: Segments and provider values cannot both be set..',
    ),
  twice: () =>
    wrong('SegmentsContainDuplicateEntry', 'Invalid input for operation: Duplicate segment entry in request..'),
  prohibited: (what: string, networkType: string) =>
    requestErrors.invalidInput(`${what} prohibited for ${networkType} provider network`),
  networkTypeUnsupported: (networkType: string) =>
    requestErrors.invalidInput(`network_type value '${networkType}' not supported`),
  providerReadOnly: () =>
    requestErrors.invalidInput(
      'Plugin does not support updating the following provider network attributes: provider:network_type, provider:physical_network, segments',
    ),
  severalSegments: () =>
    requestErrors.invalidInput('Provider network attributes can be updated only in single segment provider networks.'),
  otherNetwork: (networkId: string, segmentId: string) =>
    wrong(
      'NetworkIdsDontMatch',
      `The subnet's network id, '${networkId}', doesn't match the network_id of segment '${segmentId}'`,
    ),
  notAllAssociated: (networkId: string) =>
    wrong(
      'SubnetsNotAllAssociatedWithSegments',
      `All of the subnets on network '${networkId}' must either all be associated with segments or all not associated with any segment.`,
    ),
  associationStays: () =>
    wrong(
      'SubnetSegmentAssociationChangeNotAllowed',
      'A subnet that is already associated with a segment cannot have its segment association changed.',
    ),
  oneSegmentOnly: (networkId: string) =>
    wrong(
      'NoUpdateSubnetWhenMultipleSegmentsOnNetwork',
      `The network '${networkId}' has multiple segments, it is only possible to associate an existing subnet with a segment on networks with a single segment.`,
    ),
  rangeNotFound: (id: string) =>
    missing('NetworkSegmentRangeNotFound', `Network Segment Range ${id} could not be found.`),
  rangeReferenced: (id: string) =>
    conflict(
      'NetworkSegmentRangeReferencedByProject',
      `Network Segment Range ${id} is referenced by one or more tenant networks.`,
    ),
  rangeReadOnly: (id: string) =>
    wrong(
      'NetworkSegmentRangeDefaultReadOnly',
      `Network Segment Range ${id} is a default segment range which could not be updated or deleted.`,
    ),
  rangesOverlap: (ids: readonly string[]) =>
    conflict('NetworkSegmentRangeOverlaps', `Network segment range overlaps with range(s) with id ${ids.join(', ')}`),
  rangeTypeUnsupported: (networkType: string) =>
    wrong(
      'NetworkSegmentRangeNetTypeNotSupported',
      `Network type ${networkType} does not support network segment ranges.`,
    ),
  rangeWithoutPhysicalNetwork: () =>
    wrong(
      'BadRequest',
      "Bad network_segment_range request: Network type vlan requires 'physical_network' to be specified while creating new range.",
    ),
  invalidVlanRange: (range: string, reason: string) =>
    wrong('NetworkVlanRangeError', `Invalid network VLAN range: '${range}' - '${reason}'.`),
  invalidTunnelRange: (range: string, reason: string) =>
    wrong('NetworkTunnelRangeError', `Invalid network tunnel range: '${range}' - ${reason}.`),
  vlanTransparency: () => wrong('VlanTransparencyDriverError', 'Backend does not support VLAN Transparency.'),
  qinq: () => wrong('VlanQinqDriverError', 'Backend does not support VLAN QinQ.'),
} as const;
