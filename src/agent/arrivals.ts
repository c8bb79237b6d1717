/** Which addresses a router began to answer for, and which floating IPs went away: what neighbours and conntrack must hear. Pure. */
import type { HostState } from '../host/host-state.ts';
import type { FloatingIp, ForwardingIp, Share } from '../model/share.ts';

export interface Arrival {
  readonly namespace: string;
  readonly device: string;
  /** IPv4, without prefix length. */
  readonly address: string;
}

/** IPv4 addresses on `qg-` devices that `after` has and `before` had not, there or elsewhere in the namespace. */
export function arrivals(before: HostState, after: HostState): readonly Arrival[] {
  return gatewayAddresses(after).filter(
    ({ namespace, device, address }) =>
      !before.namespaces[namespace]?.links[device]?.addresses.some((one) => withoutPrefix(one) === address),
  );
}

export interface Departure {
  readonly namespace: string;
  readonly floatingIpAddress: string;
}

/** Floating IPs that no longer lead where they led, on routers that are still here. */
export function departures(before: Share, after: Share): readonly Departure[] {
  const olds = [...Object.values(before.floatingIp), ...Object.values(before.forwardingIp)];
  return olds.flatMap((old) => {
    const now = after.floatingIp[old.id] ?? after.forwardingIp[old.id];
    if (after.router[old.routerId] === undefined || (now !== undefined && leadsWhere(old, now))) return [];
    return [{ namespace: `qrouter-${old.routerId}`, floatingIpAddress: old.floatingIpAddress }];
  });
}

/** Ports that are forwarded in addition part no connection. */
function leadsWhere(old: FloatingIp | ForwardingIp, now: FloatingIp | ForwardingIp): boolean {
  if (old.routerId !== now.routerId) return false;
  if ('forwardings' in old && 'forwardings' in now) {
    return old.forwardings.every((one) =>
      now.forwardings.some((other) => JSON.stringify(other) === JSON.stringify(one)),
    );
  }
  return 'fixedIpAddress' in old && 'fixedIpAddress' in now && old.fixedIpAddress === now.fixedIpAddress;
}

function gatewayAddresses(state: HostState): readonly Arrival[] {
  return Object.entries(state.namespaces).flatMap(([namespace, { links }]) =>
    Object.entries(links).flatMap(([device, link]) =>
      device.startsWith('qg-')
        ? link.addresses
            .filter((one) => !one.includes(':'))
            .map((one) => ({ namespace, device, address: withoutPrefix(one) }))
        : [],
    ),
  );
}

function withoutPrefix(address: string): string {
  return address.split('/')[0] ?? address;
}
