import type { Shaper } from '../host/host-state.ts';
import type { Evidence } from './line.ts';

/** `, at most 10 Mbit/s`; nothing where there is no limit. */
export function limitWords(shaper: Shaper | undefined): string {
  return shaper === undefined ? '' : `, at most ${rateWords(shaper.kbps)}`;
}

/** The limit with what passed it and what did not, where that was read. */
export function limitEvidence(device: string, shaper: Shaper | undefined): readonly Evidence[] {
  if (shaper === undefined) return [];
  const { kbps, burstUs, queueBytes, counters } = shaper;
  const settings = `tbf, ${rateWords(kbps)}, bursts of ${burstUs / 1000} ms, ${queueBytes} bytes may wait`;
  const seen =
    counters === undefined
      ? ''
      : `; passed ${counters.packets} packets (${counters.bytes} bytes), dropped ${counters.dropped}, ${counters.waitingBytes} bytes wait`;
  return [{ command: `tc -s qdisc show dev ${device}`, text: settings + seen }];
}

function rateWords(kbps: number): string {
  if (kbps >= 1_000_000) return `${kbps / 1_000_000} Gbit/s`;
  return kbps >= 1000 ? `${kbps / 1000} Mbit/s` : `${kbps} kbit/s`;
}
