import { readdirSync, readFileSync } from 'node:fs';
import type { HostState } from '../../src/host/host-state.ts';
import { readDump } from '../../src/host/read-dump.ts';

const directory = new URL('../fixtures/neutron-21/', import.meta.url);

/** The three hosts of test/fixtures/neutron-21 as a real Neutron 21 wired them. */
export function observedStates(): Readonly<Record<string, HostState>> {
  return Object.fromEntries(['net1', 'cmp1', 'cmp2'].map((host) => [host, readHost(host)]));
}

function readHost(host: string): HostState {
  const names = readdirSync(new URL(`${host}/`, directory));
  return readDump(
    Object.fromEntries(names.map((name) => [name, readFileSync(new URL(`${host}/${name}`, directory), 'utf8')])),
  );
}
