/** What differs in the namespaces of a host: themselves, devices, addresses, routes, sysctls. */
import type { Change, LinkChange, ShaperChange } from './change.ts';
import {
  emptyNamespace,
  type HostState,
  type Link,
  type Namespace,
  OUR_GROUP,
  ROOT,
  type Route,
  type Shaper,
} from './host-state.ts';
import { isManagedNamespace, isOurLink, isOurNamespace, isOurRoute } from './ownership.ts';

/** Differences of namespaces and of what stands in them, but for rules and sets. */
export function namespaceChanges(desired: HostState, observed: HostState): readonly Change[] {
  const changes: Change[] = [];
  for (const [name, wanted] of Object.entries(desired.namespaces)) {
    const present = observed.namespaces[name];
    if (present === undefined && name !== ROOT) {
      if (!isOurNamespace(name)) {
        changes.push({ kind: 'await-namespace', name });
        continue;
      }
      changes.push({ kind: 'add-namespace', namespace: name });
    }
    const links = linkChanges(name, wanted, present ?? emptyNamespace, desired, observed);
    changes.push(
      ...links,
      ...shaperChanges(name, wanted, present ?? emptyNamespace, links),
      ...routeChanges(name, wanted, present ?? emptyNamespace),
      ...Object.entries(wanted.sysctls)
        .filter(([key, value]) => present?.sysctls[key] !== value)
        .map(([key, value]) => ({ kind: 'set-sysctl' as const, namespace: name, key, value })),
    );
  }
  for (const [name, present] of Object.entries(observed.namespaces)) {
    if (desired.namespaces[name] !== undefined || !isManagedNamespace(name)) continue;
    if (name === ROOT) {
      const links = linkChanges(name, emptyNamespace, present, desired, observed);
      changes.push(...links, ...shaperChanges(name, emptyNamespace, present, links));
    } else {
      changes.push({ kind: 'remove-namespace', namespace: name });
    }
  }
  return changes;
}

function linkChanges(
  namespace: string,
  wanted: Namespace,
  present: Namespace,
  desired: HostState,
  observed: HostState,
): readonly LinkChange[] {
  const changes: LinkChange[] = [];
  for (const [name, link] of Object.entries(wanted.links)) {
    const has = present.links[name];
    const far = link.peerNamespace ?? namespace;
    if (far !== ROOT && observed.namespaces[far] === undefined && !isOurNamespace(far)) continue;
    const base = link.kind === 'internal' ? internalChange(namespace, name, link, has, observed) : undefined;
    if (base !== undefined) {
      changes.push(base, ...addresses(namespace, name, link.addresses, []));
    } else if (has === undefined || (link.kind !== 'internal' && isAnother(link, has, namespace))) {
      if (link.kind === 'internal' || link.kind === 'other') continue;
      if (has !== undefined) changes.push({ kind: 'remove-link', namespace, name, link: has });
      changes.push({ kind: 'add-link', namespace, name, link });
      if (isManagedNamespace(namespace)) changes.push(...addresses(namespace, name, link.addresses, []));
    } else {
      const differing = linkDifference(namespace, link, has);
      if (Object.keys(differing).length > 0) changes.push({ kind: 'change-link', namespace, name, link: differing });
      if (isManagedNamespace(namespace)) {
        changes.push(...addresses(namespace, name, link.addresses, has.addresses));
      }
    }
  }
  for (const [name, link] of Object.entries(present.links)) {
    if (wanted.links[name] !== undefined || !isOurLink(namespace, link)) continue;
    const isMoved = link.kind === 'internal' && isWantedElsewhere(name, desired);
    if (!isMoved) changes.push({ kind: 'remove-link', namespace, name, link });
  }
  return changes;
}

/** A shaper goes with its device, and one that comes back has none. */
function shaperChanges(
  namespace: string,
  wanted: Namespace,
  present: Namespace,
  links: readonly LinkChange[],
): readonly ShaperChange[] {
  const gone = new Set(links.flatMap((change) => (change.kind === 'remove-link' ? [change.name] : [])));
  const stays = (dev: string) => present.links[dev] !== undefined && !gone.has(dev);
  const isSame = (one: Shaper, other: Shaper | undefined) =>
    one.kbps === other?.kbps && one.burstUs === other.burstUs && one.queueBytes === other.queueBytes;
  return [
    ...Object.entries(wanted.shapers)
      .filter(([dev, shaper]) => !stays(dev) || !isSame(shaper, present.shapers[dev]))
      .map(([dev, shaper]) => ({ kind: 'write-shaper' as const, namespace, dev, shaper })),
    ...Object.entries(present.shapers)
      .filter(([dev]) => stays(dev) && wanted.shapers[dev] === undefined)
      .map(([dev, shaper]) => ({ kind: 'remove-shaper' as const, namespace, dev, shaper })),
  ];
}

/** An internal port that is not yet where it belongs, or of which the vswitchd's restart left a dead copy there. */
function internalChange(
  namespace: string,
  name: string,
  link: Link,
  has: Link | undefined,
  observed: HostState,
): LinkChange | undefined {
  if (namespace === ROOT) return undefined;
  const elsewhere = Object.entries(observed.namespaces).find(
    ([other, { links }]) => other !== namespace && isManagedNamespace(other) && links[name] !== undefined,
  )?.[0];
  if (has !== undefined && elsewhere === undefined) return undefined;
  return { kind: 'move-link', namespace, name, from: elsewhere ?? ROOT, replaces: has !== undefined, link };
}

function isWantedElsewhere(name: string, desired: HostState): boolean {
  return Object.values(desired.namespaces).some(({ links }) => links[name]?.kind === 'internal');
}

/** Whether the device cannot become the wanted one by settings. */
function isAnother(wanted: Link, has: Link, namespace: string): boolean {
  if (wanted.kind !== has.kind) return true;
  if (wanted.kind !== 'veth' || wanted.peer === undefined) return false;
  if (has.peerNamespace === null) return false;
  return wanted.peer !== has.peer || (wanted.peerNamespace ?? namespace) !== (has.peerNamespace ?? namespace);
}

function linkDifference(namespace: string, wanted: Link, has: Link): Partial<Link> {
  const keys = ['macAddress', 'mtu', 'up', 'master', 'ageingTime'] as const;
  const differing = keys.filter((key) => wanted[key] !== undefined && wanted[key] !== has[key]);
  return {
    ...Object.fromEntries(differing.map((key) => [key, wanted[key]])),
    ...(wanted.txOffload === false && has.txOffload !== false ? { txOffload: false } : {}),
    ...(namespace === ROOT && wanted.kind !== 'internal' && has.group !== OUR_GROUP ? { group: OUR_GROUP } : {}),
  };
}

function addresses(
  namespace: string,
  dev: string,
  wanted: readonly string[],
  has: readonly string[],
): readonly LinkChange[] {
  return [
    ...wanted
      .filter((address) => !has.includes(address))
      .map((address) => ({ kind: 'add-address' as const, namespace, dev, address })),
    ...has
      .filter((address) => !wanted.includes(address))
      .map((address) => ({ kind: 'remove-address' as const, namespace, dev, address })),
  ];
}

function routeChanges(namespace: string, wanted: Namespace, present: Namespace): readonly LinkChange[] {
  if (!isOurNamespace(namespace)) return [];
  const place = (route: Route) => `${route.ipVersion} ${route.destination}`;
  const text = (route: Route) => [route.via, route.dev, route.source, route.protocol ?? 'static'].join(' ');
  const has = new Map(
    present.routes.filter(({ protocol }) => isOurRoute(protocol)).map((route) => [place(route), route]),
  );
  const places = new Set(wanted.routes.map(place));
  return [
    ...wanted.routes
      .filter((route) => {
        const old = has.get(place(route));
        return old === undefined || text(old) !== text(route);
      })
      .map((route) => ({ kind: 'write-route' as const, namespace, route: { protocol: 'static', ...route } })),
    ...[...has]
      .filter(([key]) => !places.has(key))
      .map(([, route]) => ({ kind: 'remove-route' as const, namespace, route })),
  ];
}
