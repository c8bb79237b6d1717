/** Routes of the main table, as `ip route` prints them for people. */
import type { Route } from './host-state.ts';

/** Words that may stand before a destination; all but `unicast` are no way to anywhere. */
const TYPES = [
  'unicast',
  'local',
  'broadcast',
  'multicast',
  'anycast',
  'unreachable',
  'blackhole',
  'prohibit',
  'throw',
];

/** Reads what `ip -4 route` or `ip -6 route` prints, with or without `table all`. */
export function readRoutesText(shown: string, ipVersion: 4 | 6): readonly Route[] {
  return shown.split('\n').flatMap((line) => {
    const words = line.trim().split(/\s+/);
    const type = TYPES.includes(words[0] ?? '') ? (words.shift() ?? '') : 'unicast';
    const after = (word: string) => (words.includes(word) ? words[words.indexOf(word) + 1] : undefined);
    const [destination] = words;
    const dev = after('dev');
    if (type !== 'unicast' || (after('table') ?? 'main') !== 'main') return [];
    if (destination === undefined || destination === '' || dev === undefined) return [];
    const [via, protocol, source] = [after('via'), after('proto'), after('src')];
    return [
      {
        destination,
        ...(via === undefined ? {} : { via }),
        dev,
        ...(protocol === undefined ? {} : { protocol }),
        ...(source === undefined ? {} : { source }),
        ipVersion,
      },
    ];
  });
}

/** Prints a route as `ip route add` takes it. */
export function printRoute(route: Route): string {
  return [
    route.destination,
    ...(route.via === undefined ? [] : ['via', route.via]),
    'dev',
    route.dev,
    ...(route.protocol === undefined ? [] : ['proto', route.protocol]),
    ...(route.source === undefined ? [] : ['src', route.source]),
  ].join(' ');
}
