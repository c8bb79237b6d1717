import type { HostState } from '../host/host-state.ts';

/** The other end of a patch port on the same host, where both ends name each other; null where there is none. */
export function patchPeer(state: HostState, port: string): { readonly bridge: string; readonly port: string } | null {
  const bridges = Object.entries(state.bridges);
  const peer = bridges.map(([, { ports }]) => ports[port]?.options['peer']).find((name) => name !== undefined);
  if (peer === undefined) return null;
  const found = bridges.find(([, { ports }]) => ports[peer]?.type === 'patch' && ports[peer]?.options['peer'] === port);
  return found === undefined ? null : { bridge: found[0], port: peer };
}
