/** Changes of devices, addresses and routes as requests to the kernel: some for the host, some for each namespace. */
import { existsSync } from 'node:fs';
import type { Change, LinkChange } from '../host/change.ts';
import { type Link, OUR_GROUP, ROOT, type Shaper } from '../host/host-state.ts';
import { isManagedNamespace } from '../host/ownership.ts';
import { LEAVING_GROUP, type LinkRequest, type LinkSettings } from './native/link-request.ts';

/** A request, and the changes that it is for. */
export interface LinkLine {
  readonly request: LinkRequest;
  readonly changes: readonly Change[];
}

type AddLink = Extract<LinkChange, { kind: 'add-link' }>;
type ChangeLink = Extract<LinkChange, { kind: 'change-link' }>;
type MoveLink = Extract<LinkChange, { kind: 'move-link' }>;

/** Takes away what goes, but for internal ports, which OVS takes with it. One end of a veth pair is enough. */
export function removals(changes: readonly Change[], namespace: string): readonly LinkLine[] {
  const gone = new Set<string>();
  const lines = changes.flatMap((change): readonly (LinkLine & { readonly name: string })[] => {
    if (change.kind !== 'remove-link' || change.namespace !== namespace) return [];
    const { name, link } = change;
    if (link.kind === 'internal' || gone.has(`${namespace} ${name}`)) return [];
    if (link.peer !== undefined) gone.add(`${link.peerNamespace ?? namespace} ${link.peer}`);
    return [{ name, request: { kind: 'delete-link', name }, changes: [change] }];
  });
  if (lines.length < 2) return lines;
  return [
    ...lines.map(({ name, ...line }) => ({ ...line, request: settingOf(name, { group: LEAVING_GROUP }) })),
    { request: { kind: 'delete-leaving' }, changes: lines.flatMap((line) => line.changes) },
  ];
}

/** For the host's own namespace: its new devices, their settings and limits. A limit that goes first lets out what waits. */
export function hostLines(changes: readonly Change[]): readonly LinkLine[] {
  return [...linkLines(changes, ROOT), ...addressLines(changes, ROOT), ...shaperLines(changes)];
}

function shaperLines(changes: readonly Change[]): readonly LinkLine[] {
  return changes.flatMap((change): readonly LinkLine[] => {
    if (change.kind !== 'write-shaper' && change.kind !== 'remove-shaper') return [];
    const shaper = change.kind === 'write-shaper' ? change.shaper : wideOpen;
    return [{ request: { kind: 'write-shaper', device: change.dev, shaper }, changes: [change] }];
  });
}

const wideOpen: Shaper = { kbps: 1_000_000_000, burstUs: 1000, queueBytes: 2 ** 27 };

/** Takes the limits off devices. What waits behind one is lost. */
export function shaperRemovals(changes: readonly Extract<Change, { kind: 'remove-shaper' }>[]): readonly LinkLine[] {
  return changes.map((change) => ({ request: { kind: 'drop-shaper', device: change.dev }, changes: [change] }));
}

/** Gives workloads their carrier, which comes after everything that their packets meet. */
export function carrierLines(changes: readonly Change[]): readonly LinkLine[] {
  return changes.flatMap((change) =>
    change.kind === 'add-link' && isWorkloadEnd(change) && change.link.up === true
      ? [{ request: settingOf(change.name, { up: true }), changes: [change] }]
      : [],
  );
}

/** The host's end of a pair whose other end stands in a namespace that is not ours. */
function isWorkloadEnd({ namespace, link }: AddLink): boolean {
  const { kind, peerNamespace } = link;
  return (
    kind === 'veth' && namespace === ROOT && typeof peerNamespace === 'string' && !isManagedNamespace(peerNamespace)
  );
}

/** Inside a namespace once its devices are there: settings, addresses, routes, in this order. */
export function namespaceSettings(changes: readonly Change[], namespace: string): readonly LinkLine[] {
  const isNew = changes.some((change) => change.kind === 'add-namespace' && change.namespace === namespace);
  const moved = changes.flatMap((change): readonly LinkLine[] =>
    change.kind === 'move-link' && change.namespace === namespace
      ? [{ request: settingOf(change.name, settingsOf(change.link)), changes: [change] }]
      : [],
  );
  return [
    ...(isNew ? [{ request: settingOf('lo', { up: true }), changes: [] }] : []),
    ...removals(changes, namespace),
    ...linkLines(changes, namespace),
    ...moved,
    ...addressLines(changes, namespace),
  ];
}

/** Takes the dead copies of internal ports out of a namespace. */
export function replacements(changes: readonly Change[], namespace: string): readonly LinkLine[] {
  return changes.flatMap((change) =>
    change.kind === 'move-link' && change.namespace === namespace && change.replaces
      ? [{ request: { kind: 'delete-link', name: change.name }, changes: [change] }]
      : [],
  );
}

/** Moves internal ports out of a namespace into theirs. */
export function moves(changes: readonly Change[], from: string): readonly LinkLine[] {
  return changes
    .filter((change): change is MoveLink => change.kind === 'move-link' && change.from === from)
    .map((change) => ({
      request: { kind: 'move-link', name: change.name, namespace: change.namespace },
      changes: [change],
    }));
}

function linkLines(changes: readonly Change[], namespace: string): readonly LinkLine[] {
  const added = changes.filter((change): change is AddLink => change.kind === 'add-link');
  const made = new Set<AddLink>();
  const creations = added
    .filter((change) => change.namespace === namespace)
    .flatMap((change): readonly LinkLine[] => {
      if (made.has(change)) return [];
      const far = added.find(
        (other) =>
          other.name === change.link.peer && other.namespace === (change.link.peerNamespace ?? change.namespace),
      );
      // A pair between a namespace and the host is made from the host's side.
      if (change.namespace !== ROOT && far?.namespace === ROOT) return [];
      if (far !== undefined) made.add(far);
      return creation(change, far);
    });
  const settings = changes.flatMap((change): readonly LinkLine[] => {
    if (!('namespace' in change) || change.namespace !== namespace) return [];
    if (change.kind === 'add-link') {
      const { group, master, up } = change.link;
      const isQuiet = namespace === ROOT && hasIpv6();
      return setting(change, { group, master, up: isWorkloadEnd(change) ? undefined : up, isQuiet });
    }
    return change.kind === 'change-link' ? setting(change, settingsOf(change.link)) : [];
  });
  return [...creations, ...settings];
}

function creation(change: AddLink, far: AddLink | undefined): readonly LinkLine[] {
  const { name, link, namespace } = change;
  const groupOf = (where: string) => (where === ROOT ? OUR_GROUP : undefined);
  const settings = { macAddress: link.macAddress, mtu: link.mtu, group: groupOf(namespace) };
  const changes = [change];
  switch (link.kind) {
    case 'bridge': {
      const { ageingTime } = link;
      return [{ request: { kind: 'add-bridge', name, settings: { ...settings, ageingTime } }, changes }];
    }
    case 'veth': {
      const peer = {
        name: link.peer ?? `${name}-peer`,
        namespace: link.peerNamespace || undefined,
        settings: {
          macAddress: far?.link.macAddress,
          mtu: far?.link.mtu,
          group: groupOf(link.peerNamespace ?? namespace),
        },
      };
      return [{ request: { kind: 'add-veth', name, settings, peer }, changes }];
    }
    case 'tap':
      return [
        { request: { kind: 'add-tap', name }, changes },
        { request: settingOf(name, settings), changes },
      ];
    case 'internal':
    case 'other':
      return [];
  }
}

function settingOf(name: string, settings: LinkSettings): LinkRequest {
  return { kind: 'set-link', name, settings };
}

function setting(change: AddLink | ChangeLink, settings: LinkSettings): readonly LinkLine[] {
  const isNothing = Object.values(settings).every((value) => value === undefined || value === false);
  // That it goes down is something.
  if (isNothing && settings.up === undefined) return [];
  return [{ request: settingOf(change.name, settings), changes: [change] }];
}

function settingsOf({ macAddress, mtu, group, master, up, ageingTime }: Partial<Link>): LinkSettings {
  return { macAddress, mtu, group, master, up, ageingTime };
}

/**
 * Without an address the kernel sends no router solicitations or listener reports from the devices of the host's side,
 * which OVS would flood to every port.
 */
function hasIpv6(): boolean {
  return existsSync('/proc/sys/net/ipv6');
}

function addressLines(changes: readonly Change[], namespace: string): readonly LinkLine[] {
  const lines = (kinds: readonly Change['kind'][]) =>
    changes.flatMap((change): readonly LinkLine[] => {
      if (!kinds.includes(change.kind)) return [];
      const request = addressRequest(change, namespace);
      return request === undefined ? [] : [{ request, changes: [change] }];
    });
  return [...lines(['add-address', 'write-route']), ...lines(['remove-route', 'remove-address'])];
}

function addressRequest(change: Change, namespace: string): LinkRequest | undefined {
  if (!('namespace' in change) || change.namespace !== namespace) return undefined;
  switch (change.kind) {
    case 'add-address':
      return { kind: 'add-address', device: change.dev, address: change.address };
    case 'remove-address':
      return { kind: 'delete-address', device: change.dev, address: change.address };
    case 'write-route':
      return { kind: 'write-route', route: change.route };
    case 'remove-route':
      return { kind: 'delete-route', route: change.route };
    default:
      return undefined;
  }
}
