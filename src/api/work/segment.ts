/** What a segment may be, by its type: Neutron's type drivers. */
import type { Config } from '../../config/config.ts';
import type { NetworkType } from '../../model/share.ts';
import { requestErrors } from '../errors/request-errors.ts';
import { segmentErrors } from '../errors/segment-errors.ts';

/** What a request says; null is not said. */
export interface SegmentSaid {
  readonly networkType: string | null;
  readonly physicalNetwork: string | null;
  readonly segmentationId: number | null;
}

export interface Segment {
  readonly network_type: NetworkType;
  readonly physical_network: string | null;
  /** Null for flat and local. */
  readonly segmentation_id: number | null;
}

/** Types of which numbers can be drawn. */
export type NumberedType = Extract<NetworkType, 'vlan' | 'vxlan' | 'gre' | 'geneve'>;

export type WantedSegment =
  | { readonly kind: 'named'; readonly segment: Segment }
  /** Of which the number is still to be drawn; of VLANs maybe also the provider network. */
  | { readonly kind: 'drawn'; readonly network_type: NumberedType; readonly physical_network: string | null };

const largestVlan = 4_094;
const largestNumbers: Readonly<Record<NumberedType, number>> = {
  vlan: largestVlan,
  vxlan: 2 ** 24 - 1,
  geneve: 2 ** 24 - 1,
  gre: 2 ** 32 - 1,
};

/** What tunnels add to each packet over IPv4. */
const overheadBytes: Readonly<Record<NetworkType, number>> = {
  flat: 0,
  vlan: 0,
  local: 0,
  vxlan: 50,
  geneve: 50,
  gre: 42,
};

export const isNumberedType = (type: string): type is NumberedType => type in largestNumbers;
const isType = (type: string): type is NetworkType => type in overheadBytes;

/** Whether a segment of this type can have this number. */
export function isSegmentNumber(type: NumberedType, number: number): boolean {
  return number >= 1 && number <= largestNumbers[type];
}

/** Greatest MTU of a network with segments of these types. */
export function maximumMtu(config: Config, types: readonly string[]): number {
  const overhead = types.map((type) => (isType(type) ? overheadBytes[type] : 0));
  return config.network.global_physnet_mtu - Math.max(0, ...overhead);
}

/** The segments that a project may get without naming any, in the order of preference. */
export function tenantSegments(config: Config): readonly WantedSegment[] {
  return config.network.tenant_network_types.flatMap((type): readonly WantedSegment[] => {
    if (!config.network.type_drivers.includes(type)) return [];
    if (type === 'local') return [named('local', null, null)];
    return isNumberedType(type) ? [{ kind: 'drawn', network_type: type, physical_network: null }] : [];
  });
}

/** The segment that a request names. Throws InvalidInput. That a VLAN's provider network is known is asked elsewhere. */
export function wantedSegment(config: Config, said: SegmentSaid): WantedSegment {
  const { networkType, physicalNetwork, segmentationId } = said;
  if (networkType === null) throw requestErrors.invalidInput('network_type required');
  if (!isType(networkType) || !config.network.type_drivers.includes(networkType)) {
    throw segmentErrors.networkTypeUnsupported(networkType);
  }
  switch (networkType) {
    case 'flat':
      return flatSegment(config, physicalNetwork, segmentationId);
    case 'local':
      if (physicalNetwork !== null) throw segmentErrors.prohibited('physical_network', 'local');
      if (segmentationId !== null) throw segmentErrors.prohibited('segmentation_id', 'local');
      return named('local', null, null);
    case 'vlan':
      if (segmentationId === null) return { kind: 'drawn', network_type: 'vlan', physical_network: physicalNetwork };
      if (physicalNetwork === null) {
        throw requestErrors.invalidInput('segmentation_id requires physical_network for VLAN provider network');
      }
      return named('vlan', physicalNetwork, checkNumber('vlan', segmentationId));
    case 'vxlan':
    case 'gre':
    case 'geneve':
      if (physicalNetwork !== null) {
        throw requestErrors.invalidInput(`provider:physical_network specified for ${networkType} network`);
      }
      return segmentationId === null
        ? { kind: 'drawn', network_type: networkType, physical_network: null }
        : named(networkType, null, checkNumber(networkType, segmentationId));
  }
}

function named(networkType: NetworkType, physicalNetwork: string | null, number: number | null): WantedSegment {
  return {
    kind: 'named',
    segment: { network_type: networkType, physical_network: physicalNetwork, segmentation_id: number },
  };
}

function flatSegment(config: Config, physicalNetwork: string | null, number: number | null): WantedSegment {
  if (physicalNetwork === null) {
    throw requestErrors.invalidInput('physical_network required for flat provider network');
  }
  if (number !== null) throw segmentErrors.prohibited('segmentation_id', 'flat');
  const allowed = config.network.flat_networks;
  if (!allowed.includes('*') && !allowed.includes(physicalNetwork)) {
    throw requestErrors.invalidInput(`physical_network '${physicalNetwork}' unknown for flat provider network`);
  }
  return named('flat', physicalNetwork, null);
}

function checkNumber(type: NumberedType, number: number): number {
  if (!isSegmentNumber(type, number)) {
    throw requestErrors.invalidInput(`segmentation_id out of range (1 through ${largestNumbers[type]})`);
  }
  return number;
}
