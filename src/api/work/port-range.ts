/** Ports of a forwarding: one, or a range `80:89`. */
import { asText, type Json } from '../engine/json.ts';
import { type Validator, validator } from '../engine/validators.ts';
import type { Values } from '../engine/values.ts';
import { portForwardingErrors } from '../errors/port-forwarding-errors.ts';

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

const smallest = 1;
const largest = 65_535;

/** `type:port_range`, or null. */
export const portRangeOrNone: Validator = validator(
  'type:port_range',
  { type: ['string', 'integer', 'null'], pattern: '^[0-9]+(:[0-9]+)?$' },
  (value) => {
    if (value === null) return null;
    const ports = asText(value).split(':');
    if (ports.length > 2 || ports.includes('')) return 'Port range must be two integers separated by a colon';
    const wrong = ports.find((port) => !/^\d{1,5}$/.test(port) || Number(port) < smallest || Number(port) > largest);
    if (wrong !== undefined) return `Invalid port: ${wrong}`;
    return Number(ports[0]) > Number(ports[1] ?? ports[0])
      ? 'First port in a port range must be lower than the second port'
      : null;
  },
);

/** The ports of a side that the values name: by one port or by a range, not by both. Null: by neither. */
export function readRange(values: Values, side: 'internal' | 'external'): PortRange | null {
  const port = values[`${side}_port`] ?? null;
  const range = values[`${side}_port_range`] ?? null;
  if (port !== null && range !== null && !isSame(port, range)) {
    throw portForwardingErrors.bad(`Only one of ${side}_port and ${side}_port_range can be specified`);
  }
  const given = range ?? port;
  if (given === null) return null;
  const [first = 0, last = first] = asText(given).split(':').map(Number);
  return { first, last };
}

function isSame(port: Json, range: Json): boolean {
  return [asText(port), `${asText(port)}:${asText(port)}`].includes(asText(range));
}

/** Each port to its own, or all to one. */
export function checkRanges(external: PortRange, internal: PortRange): void {
  const size = ({ first, last }: PortRange) => last - first;
  if (size(internal) > 0 && size(internal) !== size(external)) throw portForwardingErrors.ranges();
}
