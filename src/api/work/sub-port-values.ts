/** Sub-ports as a request names them. */
import { asRepr, asText, isList, isObject, type Json, type JsonObject } from '../engine/json.ts';
import { isUuid, type Validator, validator } from '../engine/validators.ts';

const schema = {
  type: 'array',
  items: {
    type: 'object',
    properties: {
      port_id: { type: 'string', format: 'uuid' },
      segmentation_type: { enum: ['vlan', 'inherit'] },
      segmentation_id: { type: ['integer', 'string', 'null'] },
    },
    required: ['port_id'],
  },
};

/** `type:subports`: each port once, each segmentation once. One that inherits has the segmentation of its network. */
export const subPorts: Validator = validator('type:subports', schema, (value) => {
  if (!isList(value)) return `Invalid data format for subports: '${asText(value)}' is not a list`;
  const ports = new Set<string>();
  const segmentations = new Set<string>();
  for (const one of value) {
    if (!isObject(one)) return `Invalid data format for subport: '${asText(one)}' is not a dict`;
    const portId = one['port_id'];
    if (portId === undefined) return 'A valid port UUID must be specified';
    if (!isUuid(portId)) return `Invalid UUID for subport: '${asText(portId)}'`;
    if (ports.has(portId)) return `Non unique UUID for subport: '${portId}'`;
    ports.add(portId);
    const reason = segmentationReason(one, segmentations);
    if (reason !== null) return reason;
  }
  return null;
});

function segmentationReason(one: JsonObject, seen: Set<string>): string | null {
  const { segmentation_type: type, segmentation_id: id = null } = one;
  if (type === 'inherit') return null;
  if (type === undefined || type === null || id === null) {
    return `Invalid subport details '${asRepr(one)}': missing segmentation information. Must specify both segmentation_id and segmentation_type`;
  }
  const key = `${asText(type)} ${asText(id)}`;
  if (seen.has(key)) return `Segmentation ID '${asText(id)}' for '${asText(one['port_id'] ?? '')}' is not unique`;
  seen.add(key);
  return null;
}

/** A VLAN that a frame can carry; null for anything else. */
export function vlanOf(value: Json | undefined): number | null {
  const number = typeof value === 'string' && /^\d{1,4}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 1 && number <= 4094 ? number : null;
}
