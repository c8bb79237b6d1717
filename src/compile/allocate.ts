import { type HostState, ROOT } from '../host/host-state.ts';
import type { Share } from '../model/share.ts';
import { DEAD_VLAN } from './bridges.ts';
import { deviceSuffix } from './device-names.ts';
import { isServicePort } from './host-view.ts';
import type { Wiring } from './wiring.ts';

/** The numbers that a host gives out itself. */
export type LocalNumbers = Pick<Wiring, 'localVlans' | 'conntrackZones'>;

interface Range {
  readonly first: number;
  readonly last: number;
}

const LOCAL_VLANS: Range = { first: 1, last: DEAD_VLAN - 1 };
/** Neutron's hybrid driver leaves the zones of local VLANs alone. */
const CONNTRACK_ZONES: Range = { first: 4097, last: 65_535 };

/**
 * Gives every network of the share a local VLAN and every filtered port of `host` a conntrack zone.
 *
 * A number once given stays: it is taken from `previous`, else read back from the host (OVS ports' `other_config`, the zones in the
 * raw table). What is new gets the lowest free number, and not yet one that the host still uses for something that is gone,
 * so that two never share one while a host changes over. What finds none left has none. Without `host` every port gets a zone.
 */
export function allocate(share: Share, observed: HostState, previous?: LocalNumbers, host?: string): LocalNumbers {
  const filtered = Object.values(share.port)
    .filter((port) => port.portSecurityEnabled && !isServicePort(port) && (host === undefined || port.host === host))
    .map(({ id }) => id);
  const zones = observedZones(observed);
  return {
    localVlans: allocateNumbers({
      keys: Object.keys(share.network),
      known: [previous?.localVlans ?? {}, observedVlans(observed)],
      range: LOCAL_VLANS,
    }),
    conntrackZones: allocateNumbers({
      keys: filtered,
      known: [previous?.conntrackZones ?? {}, zones],
      keyIn: deviceSuffix,
      range: CONNTRACK_ZONES,
    }),
  };
}

interface AllocateInput {
  readonly keys: readonly string[];
  /** What was given before: ours by key, then what the host shows by `keyIn(key)`. */
  readonly known: readonly [previous: Readonly<Record<string, number>>, observed: Readonly<Record<string, number>>];
  readonly keyIn?: (key: string) => string;
  readonly range: Range;
}

function allocateNumbers({ keys, known: [previous, observed], keyIn, range }: AllocateInput) {
  const sorted = [...keys].sort();
  const given: Record<string, number> = {};
  const taken = new Set<number>();
  const give = (key: string, number: number | undefined): void => {
    if (number === undefined || given[key] !== undefined || taken.has(number)) return;
    if (number < range.first || number > range.last) return;
    given[key] = number;
    taken.add(number);
  };
  for (const key of sorted) give(key, previous[key]);
  for (const key of sorted) give(key, observed[keyIn?.(key) ?? key]);
  const inUse = new Set([...Object.values(observed), ...Object.values(previous)]);
  const next = cursor(range, (number) => !taken.has(number) && !inUse.has(number));
  const reused = cursor(range, (number) => !taken.has(number));
  for (const key of sorted) if (given[key] === undefined) give(key, next() ?? reused());
  return given;
}

/** Gives the free numbers of a range one after the other, then undefined. */
function cursor({ first, last }: Range, isFree: (number: number) => boolean): () => number | undefined {
  let number = first - 1;
  return () => {
    while (++number <= last) if (isFree(number)) return number;
    return undefined;
  };
}

/** A dead port keeps the record of the VLAN that it had, which no longer says anything. */
function observedVlans(observed: HostState): Readonly<Record<string, number>> {
  const vlans: Record<string, number> = {};
  for (const { tag, otherConfig } of Object.values(observed.bridges['br-int']?.ports ?? {})) {
    const network = otherConfig['net_uuid'];
    if (network !== undefined && otherConfig['tag'] === String(tag) && tag !== undefined) vlans[network] ??= tag;
  }
  return vlans;
}

/** By the part of the port's id that stands in device names. */
function observedZones(observed: HostState): Readonly<Record<string, number>> {
  const zones: Record<string, number> = {};
  const root = observed.namespaces[ROOT];
  for (const ruleset of [root?.ipv4, root?.ipv6]) {
    for (const { rules } of Object.values(ruleset?.raw ?? {})) {
      for (const rule of rules) {
        const found = /(?:-i qbr|--physdev-in qvb|--physdev-in tap)(\S{11}) .*-j CT --zone (\d+)/.exec(rule);
        if (found?.[1] !== undefined) zones[found[1]] ??= Number(found[2]);
      }
    }
  }
  return zones;
}
