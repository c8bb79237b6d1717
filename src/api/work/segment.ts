/** Which segment a network gets: what an admin names, or a free one of the configured ranges, unique by constraint. */
import { sql } from 'kysely';
import type { Config } from '../../config/config.ts';
import type { Trx } from '../engine/resource.ts';
import { integerOrNullOf, textOrNullOf, type Values } from '../engine/values.ts';
import { networkErrors } from '../errors/network-errors.ts';
import { requestErrors } from '../errors/request-errors.ts';

export interface Segment {
  readonly network_type: 'flat' | 'vlan' | 'vxlan';
  readonly physical_network: string | null;
  /** Null for flat. */
  readonly segmentation_id: number | null;
}

/** A segment of which the number is still to be drawn from these ranges. */
export interface SegmentChoice {
  readonly network_type: 'vlan' | 'vxlan';
  readonly physical_network: string | null;
  readonly ranges: readonly NumberRange[];
}

export interface NumberRange {
  readonly minimum: number;
  readonly maximum: number;
}

const tunnelOverheadBytes = 50;
const largestVni = 2 ** 24 - 1;

/** The segment that the request names, or the choices it has, in order. Throws InvalidInput. */
export function wantedSegment(config: Config, values: Values): Segment | readonly SegmentChoice[] {
  const type = textOrNullOf(values, 'provider:network_type') ?? null;
  const physical = textOrNullOf(values, 'provider:physical_network') ?? null;
  const number = integerOrNullOf(values, 'provider:segmentation_id') ?? null;
  if (type === null) {
    if (physical !== null || number !== null) throw requestErrors.invalidInput('network_type required');
    return config.network.tenant_network_types.flatMap((one) => tenantChoices(config, one));
  }
  switch (type) {
    case 'flat':
      return flatSegment(config, physical, number);
    case 'vlan':
      return vlanSegment(config, physical, number);
    case 'vxlan':
      return vxlanSegment(config, physical, number);
    default:
      throw requestErrors.invalidInput(`network_type value '${type}' not supported`);
  }
}

/** Greatest MTU of a network of this type. */
export function maximumMtu(config: Config, networkType: string): number {
  const underlay = config.network.global_physnet_mtu;
  return networkType === 'vxlan' ? underlay - tunnelOverheadBytes : underlay;
}

/** Up to `count` free numbers of the ranges: random ones, and the first free one in case those are all taken. */
export async function freeNumbers(trx: Trx, choice: SegmentChoice, count: number): Promise<readonly number[]> {
  const total = choice.ranges.reduce((sum, range) => sum + range.maximum - range.minimum + 1, 0);
  if (total <= 0) return [];
  const drawn = Array.from({ length: count }, () => nth(choice.ranges, Math.floor(Math.random() * total)));
  const { rows } = await sql<{ number: number }>`
    with taken as (
      select segmentation_id as number from networks
      where network_type = ${choice.network_type} and physical_network is not distinct from ${choice.physical_network}
    ), ranges as (
      select * from unnest(${choice.ranges.map((one) => one.minimum)}::integer[], ${choice.ranges.map((one) => one.maximum)}::integer[])
        as r (minimum, maximum)
    )
    select number from (
      select number, 0 as late from unnest(${drawn}::integer[]) as number where number not in (select number from taken)
      union all
      (select c.number, 1 from (select minimum as number from ranges union all select number + 1 from taken) c
       where c.number not in (select number from taken)
         and exists (select 1 from ranges where c.number between minimum and maximum)
       order by c.number limit 1)
    ) found order by late`.execute(trx);
  return rows.map((row) => row.number);
}

function nth(ranges: readonly NumberRange[], place: number): number {
  let rest = place;
  for (const range of ranges) {
    const size = range.maximum - range.minimum + 1;
    if (rest < size) return range.minimum + rest;
    rest -= size;
  }
  throw new Error('place beyond the ranges');
}

function tenantChoices(config: Config, type: string): readonly SegmentChoice[] {
  if (type === 'vxlan') return [{ network_type: 'vxlan', physical_network: null, ranges: vniRanges(config) }];
  if (type !== 'vlan') return [];
  return vlanRanges(config)
    .filter((one) => one.range !== null)
    .map((one) => ({
      network_type: 'vlan',
      physical_network: one.physicalNetwork,
      ranges: one.range ? [one.range] : [],
    }));
}

function flatSegment(config: Config, physical: string | null, number: number | null): Segment {
  if (physical === null) throw requestErrors.invalidInput('physical_network required for flat provider network');
  if (number !== null) throw requestErrors.invalidInput('segmentation_id prohibited for flat provider network');
  const allowed = config.network.flat_networks;
  if (!allowed.includes('*') && !allowed.includes(physical)) {
    throw requestErrors.invalidInput(`physical_network '${physical}' unknown for flat provider network`);
  }
  return { network_type: 'flat', physical_network: physical, segmentation_id: null };
}

function vlanSegment(
  config: Config,
  physical: string | null,
  number: number | null,
): Segment | readonly SegmentChoice[] {
  const known = vlanRanges(config).filter((one) => physical === null || one.physicalNetwork === physical);
  if (physical !== null && known.length === 0) {
    throw requestErrors.invalidInput(`physical_network '${physical}' unknown for VLAN provider network`);
  }
  if (number === null)
    return tenantChoices(config, 'vlan').filter((one) => physical === null || one.physical_network === physical);
  if (physical === null)
    throw requestErrors.invalidInput('segmentation_id requires physical_network for VLAN provider network');
  if (number < 1 || number > 4094) throw requestErrors.invalidInput('segmentation_id out of range (1 through 4094)');
  return { network_type: 'vlan', physical_network: physical, segmentation_id: number };
}

function vxlanSegment(
  config: Config,
  physical: string | null,
  number: number | null,
): Segment | readonly SegmentChoice[] {
  if (physical !== null) throw requestErrors.invalidInput('provider:physical_network specified for vxlan network');
  if (number === null) return tenantChoices(config, 'vxlan');
  if (number < 1 || number > largestVni) {
    throw requestErrors.invalidInput(`segmentation_id out of range (1 through ${largestVni})`);
  }
  return { network_type: 'vxlan', physical_network: null, segmentation_id: number };
}

function vniRanges(config: Config): readonly NumberRange[] {
  return config.network.vni_ranges.map((text) => {
    const [minimum = 0, maximum = minimum] = text.split(':').map(Number);
    return { minimum, maximum };
  });
}

function vlanRanges(
  config: Config,
): readonly { readonly physicalNetwork: string; readonly range: NumberRange | null }[] {
  return config.network.network_vlan_ranges.map((text) => {
    const [physicalNetwork = '', minimum, maximum] = text.split(':');
    const range = minimum === undefined ? null : { minimum: Number(minimum), maximum: Number(maximum ?? minimum) };
    return { physicalNetwork, range };
  });
}

/** The error for a segment that an admin named and that another network has. */
export function segmentInUse(segment: Segment): Error {
  return networkErrors.segmentInUse(segment.network_type, segment.physical_network, segment.segmentation_id);
}
