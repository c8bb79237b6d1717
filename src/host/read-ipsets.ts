/** IP sets as `ipset save` prints them and `ipset restore` takes them. */
import type { IpSet } from './host-state.ts';

/** Reads a save. Sets of other types than `hash:net` are never ours and are left out. */
export function readIpsets(saved: string): Readonly<Record<string, IpSet>> {
  const sets = new Map<string, { readonly family: 'inet' | 'inet6'; readonly members: string[] }>();
  for (const line of saved.split('\n')) {
    const create = /^create (\S+) hash:net .*\bfamily (inet6?)\b/.exec(line);
    if (create !== null) {
      sets.set(create[1] ?? '', { family: create[2] === 'inet6' ? 'inet6' : 'inet', members: [] });
    }
    const add = /^add (\S+) (.+)$/.exec(line);
    if (add !== null) sets.get(add[1] ?? '')?.members.push((add[2] ?? '').trim());
  }
  return Object.fromEntries(
    [...sets].map(([name, { family, members }]) => [name, { type: 'hash:net', family, members: members.sort() }]),
  );
}

/** Prints sets as `ipset restore` takes them. */
export function printIpsets(sets: Readonly<Record<string, IpSet>>): string {
  return Object.entries(sets)
    .flatMap(([name, set]) => [
      `create ${name} ${set.type} family ${set.family}\n`,
      ...set.members.map((member) => `add ${name} ${member}\n`),
    ])
    .join('');
}
