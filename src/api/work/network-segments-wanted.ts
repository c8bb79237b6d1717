/** The segments that a request for a network names: by provider attributes, by `segments`, or not at all. */
import type { Config } from '../../config/config.ts';
import { toInteger } from '../engine/conversions.ts';
import { asText, isList, isObject, type Json, type JsonObject } from '../engine/json.ts';
import { validator } from '../engine/validators.ts';
import { integerOrNullOf, objectsOf, textOrNullOf, type Values } from '../engine/values.ts';
import { requestErrors } from '../errors/request-errors.ts';
import { segmentErrors } from '../errors/segment-errors.ts';
import { type SegmentSaid, tenantSegments, type WantedSegment, wantedSegment } from './segment.ts';

const providerKeys = ['provider:network_type', 'provider:physical_network', 'provider:segmentation_id'] as const;

/** `type:network_segments`. */
export const networkSegments = validator(
  'type:network_segments',
  { type: 'array', items: { type: 'object' } },
  (value) => {
    if (!isList(value)) return `'${asText(value)}' is not a list`;
    for (const one of value) {
      if (!isObject(one)) return `'${asText(one)}' is not a dictionary`;
      const unknown = Object.keys(one).filter((key) => !providerKeys.some((known) => known === key));
      if (unknown.length > 0) throw requestErrors.unrecognized(unknown);
    }
    return null;
  },
);

/** For each segment of the network the choices that it has, in order. Throws InvalidInput. */
export function wantedSegments(config: Config, values: Values): readonly (readonly WantedSegment[])[] {
  const said = saidBy(values);
  const several = objectsOf(values, 'segments') ?? [];
  const isSaid = Object.values(said).some((one) => one !== null);
  if (isSaid && several.length > 0) throw segmentErrors.withProviders();
  if (isSaid) return [[wantedSegment(config, said)]];
  if (several.length === 0) return [tenantSegments(config)];
  const wanted = several.map((one) => wantedSegment(config, saidBy(typed(one))));
  const named = wanted.filter((one) => one.kind === 'named').map((one) => JSON.stringify(one));
  if (new Set(named).size < named.length) throw segmentErrors.twice();
  return wanted.map((one) => [one]);
}

function saidBy(values: Values): SegmentSaid {
  return {
    networkType: textOrNullOf(values, 'provider:network_type') ?? null,
    physicalNetwork: textOrNullOf(values, 'provider:physical_network') ?? null,
    segmentationId: integerOrNullOf(values, 'provider:segmentation_id') ?? null,
  };
}

/** A segment of a list, whose keys no conversion reached. */
function typed(one: JsonObject): Values {
  const text = (value: Json | undefined) => (value === undefined || value === null ? null : asText(value));
  const number = one['provider:segmentation_id'];
  return {
    'provider:network_type': text(one['provider:network_type']),
    'provider:physical_network': text(one['provider:physical_network']),
    'provider:segmentation_id': number ? toInteger(number) : null,
  };
}
