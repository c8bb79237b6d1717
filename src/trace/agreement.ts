import type { Hop, Line } from './line.ts';

/** One hop of two readings of a line: both have it, or only one. */
export interface JoinedHop {
  readonly hop: Hop;
  readonly seen: 'both' | 'intended' | 'observed';
}

/** The line as it should be and as it is, joined hop by hop. */
export interface Agreement {
  readonly agrees: boolean;
  readonly hops: readonly JoinedHop[];
}

/**
 * Joins two readings of one line. Hops are the same where they have one letter, host and device; a workload and a NIC to the
 * outside are not ours to name.
 */
export function agreement(intended: Line, observed: Line): Agreement {
  const hops: JoinedHop[] = [];
  const rest = [...intended.hops];
  for (const hop of observed.hops) {
    const at = rest.findIndex((one) => key(one) === key(hop));
    if (at === -1) {
      hops.push({ hop, seen: 'observed' });
      continue;
    }
    for (const missed of rest.splice(0, at)) hops.push({ hop: missed, seen: 'intended' });
    rest.shift();
    hops.push({ hop, seen: 'both' });
  }
  hops.push(...rest.map((hop): JoinedHop => ({ hop, seen: 'intended' })));
  const sameEnd = intended.verdict === observed.verdict && intended.stop?.code === observed.stop?.code;
  return { agrees: sameEnd && hops.every(({ seen }) => seen === 'both'), hops };
}

function key({ letter, host, device, namespace }: Hop): string {
  return `${letter} ${host} ${letter === 'A' || letter === 'Q' ? '' : `${namespace} ${device}`}`;
}
