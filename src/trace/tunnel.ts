import type { HostState, OvsPort } from '../host/host-state.ts';

/** The other end of a tunnel. */
export type TunnelEnd =
  | { readonly kind: 'found'; readonly host: string; readonly bridge: string; readonly port: string }
  /** The host is known, but has no tunnel port back. */
  | { readonly kind: 'noPort'; readonly host: string }
  | { readonly kind: 'unknown' };

/** Finds the tunnel port that takes what is sent from `localIp` to `remoteIp`: the same type, with the two addresses swapped. */
export function findTunnelEnd(
  states: Readonly<Record<string, HostState>>,
  type: OvsPort['type'],
  remoteIp: string,
  localIp: string,
): TunnelEnd {
  for (const [host, state] of Object.entries(states)) {
    for (const [bridge, { ports }] of Object.entries(state.bridges)) {
      const found = Object.entries(ports).find(
        ([, port]) =>
          port.type === type &&
          port.options['local_ip'] === remoteIp &&
          (port.options['remote_ip'] === localIp || port.options['remote_ip'] === 'flow'),
      );
      if (found !== undefined) return { kind: 'found', host, bridge, port: found[0] };
    }
  }
  const owner = Object.entries(states).find(([, state]) => hasAddress(state, remoteIp));
  return owner === undefined ? { kind: 'unknown' } : { kind: 'noPort', host: owner[0] };
}

function hasAddress(state: HostState, address: string): boolean {
  const tunnels = Object.values(state.bridges).flatMap((bridge) => Object.values(bridge.ports));
  if (tunnels.some((port) => port.options['local_ip'] === address)) return true;
  const links = Object.values(state.namespaces).flatMap((namespace) => Object.values(namespace.links));
  return links.some((link) => link.addresses.some((held) => held.split('/')[0] === address));
}

/** Bytes that a tunnel adds to the inner IP packet over IPv4: inner Ethernet, tunnel header, UDP where it has one, outer IP. */
export function tunnelOverheadBytes(type: OvsPort['type']): number {
  switch (type) {
    case 'vxlan':
    case 'geneve':
      return 14 + 8 + 8 + 20;
    case 'gre':
      return 14 + 8 + 20;
    case 'patch':
    case 'internal':
    case '':
      return 0;
  }
}
