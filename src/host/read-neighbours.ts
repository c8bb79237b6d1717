/** The neighbour table (ARP and ND), as `ip neigh` prints it: as JSON, or for people. */
import type { Neighbour } from './host-state.ts';

interface IpNeigh {
  readonly dst: string;
  readonly dev: string;
  readonly lladdr?: string;
  readonly state?: readonly string[];
}

/** Reads `ip -j neigh`. Entries without a MAC address (incomplete, failed) have an empty one. */
export function readNeighbours(json: string): readonly Neighbour[] {
  return (JSON.parse(json) as readonly Partial<IpNeigh>[]).flatMap(({ dst, dev, lladdr, state }) =>
    dst === undefined || dev === undefined
      ? []
      : [{ ipAddress: dst, dev, macAddress: lladdr ?? '', state: state?.[0] ?? '' }],
  );
}

/** Reads `ip neigh`. */
export function readNeighboursText(shown: string): readonly Neighbour[] {
  return [
    ...shown.matchAll(/^(\S+) dev (\S+)(?: lladdr (\S+))?(?: (?:ref|used|probes|router|proxy)\b.*?)?\s+([A-Z]+)\s*$/gm),
  ].map(([, ipAddress = '', dev = '', macAddress = '', state = '']) => ({ ipAddress, dev, macAddress, state }));
}
