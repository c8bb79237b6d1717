/** Learned addresses as `ovs-appctl fdb/show` prints them. */
import type { MacEntry } from './host-state.ts';

/** Reads the table; lines of another form (its heading) are passed over. Ports are named by `portNames` where known. */
export function readMacTable(shown: string, portNames: ReadonlyMap<number, string>): readonly MacEntry[] {
  return [...shown.matchAll(/^\s*(\S+)\s+(\d+)\s+((?:[0-9a-f]{2}:){5}[0-9a-f]{2})\s+(\d+|static)\s*$/gm)].map(
    (entry) => ({
      port: portNames.get(Number(entry[1])) ?? entry[1] ?? '',
      vlan: Number(entry[2]),
      macAddress: entry[3] ?? '',
      ageSeconds: entry[4] === 'static' ? 0 : Number(entry[4]),
    }),
  );
}
