/** The neighbour table (ARP and ND), as `ip neigh` prints it for people. */
import type { Neighbour } from './host-state.ts';

/** Reads `ip neigh`. */
export function readNeighboursText(shown: string): readonly Neighbour[] {
  return [
    ...shown.matchAll(/^(\S+) dev (\S+)(?: lladdr (\S+))?(?: (?:ref|used|probes|router|proxy)\b.*?)?\s+([A-Z]+)\s*$/gm),
  ].map(([, ipAddress = '', dev = '', macAddress = '', state = '']) => ({ ipAddress, dev, macAddress, state }));
}
