import type { Namespace, Route } from '../host/host-state.ts';
import { isInCidr, parseAddress } from '../model/addresses.ts';

/** Where a namespace sends a packet. */
export type RouteDecision =
  | { readonly kind: 'local'; readonly device: string }
  | {
      readonly kind: 'forward';
      readonly device: string;
      /** Whom to ask for a MAC: the gateway, or the destination itself. */
      readonly nextHop: string;
      /** As `ip route` prints it. */
      readonly text: string;
    }
  | { readonly kind: 'none' };

/**
 * Looks up a destination as the kernel does with its two ordinary tables: own addresses first, then the longest prefix of the
 * main table. Addresses give their connected routes, also where a state does not list them.
 */
export function lookUpRoute(namespace: Namespace, destination: string): RouteDecision {
  const wanted = parseAddress(destination);
  if (wanted === null) return { kind: 'none' };
  for (const [device, link] of Object.entries(namespace.links)) {
    const own = link.addresses.some((address) => {
      const held = parseAddress(address.split('/')[0] ?? '');
      return held?.version === wanted.version && held.value === wanted.value;
    });
    if (own) return { kind: 'local', device };
  }
  let best: { route: Route; length: number } | null = null;
  for (const route of [...namespace.routes, ...connectedRoutes(namespace)]) {
    if (route.ipVersion !== wanted.version) continue;
    const length = prefixLength(route);
    const covers = route.destination === 'default' || isInCidr(destination, withLength(route));
    if (covers && (best === null || length > best.length)) best = { route, length };
  }
  if (best === null) return { kind: 'none' };
  const { route } = best;
  return { kind: 'forward', device: route.dev, nextHop: route.via ?? destination, text: routeText(route) };
}

function connectedRoutes(namespace: Namespace): readonly Route[] {
  return Object.entries(namespace.links).flatMap(([dev, link]) =>
    link.up === false
      ? []
      : link.addresses.map((address) => ({
          destination: address,
          dev,
          protocol: 'kernel',
          ipVersion: address.includes(':') ? (6 as const) : (4 as const),
        })),
  );
}

function prefixLength(route: Route): number {
  if (route.destination === 'default') return 0;
  const length = route.destination.split('/')[1];
  return length === undefined ? (route.ipVersion === 4 ? 32 : 128) : Number(length);
}

function withLength(route: Route): string {
  return route.destination.includes('/') ? route.destination : `${route.destination}/${prefixLength(route)}`;
}

function routeText(route: Route): string {
  return `${route.destination}${route.via === undefined ? '' : ` via ${route.via}`} dev ${route.dev}`;
}
