/** Changing a network's provider attributes: the number of its only segment, and nothing else. */
import type { Row, Work } from '../engine/resource.ts';
import { integerOrNullOf, textOrNullOf, type Values } from '../engine/values.ts';
import { segmentErrors } from '../errors/segment-errors.ts';
import { renumberSegment } from './network-segments.ts';
import { wantedSegment } from './segment.ts';

const fixed = ['provider:network_type', 'provider:physical_network', 'segments'] as const;

/** Throws InvalidInput for what stays, a conflict for a number that another network has. */
export async function changeProvider(work: Work, current: Row, changes: Values): Promise<void> {
  for (const attribute of fixed) {
    const given = changes[attribute];
    if (given !== undefined && JSON.stringify(given) !== JSON.stringify(current[attribute] ?? null)) {
      throw segmentErrors.providerReadOnly();
    }
  }
  const number = integerOrNullOf(changes, 'provider:segmentation_id');
  // Zero and null are no numbers: Neutron leaves the segment as it is.
  if (!number || number === current['provider:segmentation_id']) return;
  const networkType = textOrNullOf(current, 'provider:network_type') ?? null;
  if (networkType === null) throw segmentErrors.severalSegments();
  const wanted = wantedSegment(work.config, {
    networkType,
    physicalNetwork: textOrNullOf(current, 'provider:physical_network') ?? null,
    segmentationId: number,
  });
  if (wanted.kind === 'named') await renumberSegment(work, current.id, wanted.segment);
}
