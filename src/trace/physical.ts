import type { HostState } from '../host/host-state.ts';

/** A NIC by which a host's bridge reaches a provider network. */
export interface PhysicalPort {
  readonly host: string;
  readonly bridge: string;
  readonly port: string;
}

/** Every NIC on a bridge that is joined to br-int by a patch pair `int-BRIDGE` – `phy-BRIDGE`. */
export function physicalPorts(states: Readonly<Record<string, HostState>>): readonly PhysicalPort[] {
  return Object.entries(states).flatMap(([host, state]) =>
    Object.entries(state.bridges)
      .filter(([, bridge]) =>
        Object.entries(bridge.ports).some(([name, port]) => port.type === 'patch' && name.startsWith('phy-')),
      )
      .flatMap(([bridge, { ports }]) =>
        Object.entries(ports).flatMap(([port, { type }]) => (type === '' ? [{ host, bridge, port }] : [])),
      ),
  );
}
