/** Devices, addresses and routes, by `ip -batch`: one for the host and one for each namespace. */
import { existsSync } from 'node:fs';
import type { Change, LinkChange, NamespaceChange } from '../host/change.ts';
import { type Link, OUR_GROUP, ROOT } from '../host/host-state.ts';
import { isManagedNamespace } from '../host/ownership.ts';
import { printRoute } from '../host/read-routes.ts';
import type { BatchLine } from './ip-batch.ts';

type AddLink = Extract<LinkChange, { kind: 'add-link' }>;
type MoveLink = Extract<LinkChange, { kind: 'move-link' }>;

/** Lines that take away what goes, but for internal ports, which OVS takes with it. One end of a veth pair is enough. */
export function removalLines(changes: readonly Change[], namespace: string): readonly BatchLine[] {
  const gone = new Set<string>();
  return changes.flatMap((change) => {
    if (change.kind !== 'remove-link' || change.namespace !== namespace) return [];
    const { name, link } = change;
    if (link.kind === 'internal' || gone.has(`${namespace} ${name}`)) return [];
    if (link.peer !== undefined) gone.add(`${link.peerNamespace ?? namespace} ${link.peer}`);
    return [{ text: `link delete ${name}`, change }];
  });
}

/** Lines for the host's own namespace: new namespaces, new devices of the host, their settings. */
export function hostLines(changes: readonly Change[]): readonly BatchLine[] {
  return [
    ...changes.flatMap((change) => (change.kind === 'add-namespace' ? namespaceLines(change as NamespaceChange) : [])),
    ...linkLines(changes, ROOT),
    ...addressLines(changes, ROOT),
  ];
}

/** Lines that give workloads their carrier, which come after everything that their packets meet. */
export function carrierLines(changes: readonly Change[]): readonly BatchLine[] {
  return changes.flatMap((change) =>
    change.kind === 'add-link' && isWorkloadEnd(change) && change.link.up === true
      ? [{ text: `link set ${change.name} up`, change }]
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

function namespaceLines(change: NamespaceChange): readonly BatchLine[] {
  // With a number of its own, its events are seen by one `ip monitor all-nsid`.
  return [
    { text: `netns add ${change.namespace}`, change },
    { text: `netns set ${change.namespace} auto`, change },
  ];
}

/** Lines inside a namespace once its devices are there: settings, addresses, routes, in this order. */
export function namespaceSettings(changes: readonly Change[], namespace: string): readonly BatchLine[] {
  const isNew = changes.some((change) => change.kind === 'add-namespace' && change.namespace === namespace);
  const moved = changes.flatMap((change): readonly BatchLine[] =>
    change.kind === 'move-link' && change.namespace === namespace
      ? [{ text: `link set ${change.name}${settingsText(change.link)}`, change }]
      : [],
  );
  return [
    ...(isNew ? [{ text: 'link set lo up' }] : []),
    ...removalLines(changes, namespace),
    ...linkLines(changes, namespace),
    ...moved,
    ...addressLines(changes, namespace),
  ];
}

/** Lines that take the dead copies of internal ports out of a namespace. */
export function replacementLines(changes: readonly Change[], namespace: string): readonly BatchLine[] {
  return changes.flatMap((change) =>
    change.kind === 'move-link' && change.namespace === namespace && change.replaces
      ? [{ text: `link delete ${change.name}`, change }]
      : [],
  );
}

/** Lines that move internal ports out of a namespace into theirs. */
export function moveLines(changes: readonly Change[], from: string): readonly BatchLine[] {
  return changes
    .filter((change): change is MoveLink => change.kind === 'move-link' && change.from === from)
    .map((change) => ({ text: `link set ${change.name} netns ${change.namespace}`, change }));
}

function linkLines(changes: readonly Change[], namespace: string): readonly BatchLine[] {
  const added = changes.filter((change): change is AddLink => change.kind === 'add-link');
  const made = new Set<AddLink>();
  const creations = added
    .filter((change) => change.namespace === namespace)
    .flatMap((change): readonly BatchLine[] => {
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
  const settings = changes.flatMap((change): readonly BatchLine[] => {
    if (!('namespace' in change) || change.namespace !== namespace) return [];
    if (change.kind === 'add-link') {
      const up = isWorkloadEnd(change) ? undefined : change.link.up;
      const rest = { ...change.link, mtu: undefined, macAddress: undefined, up };
      const text = `${quiet(change.namespace)}${settingsText(rest)}`;
      return text === '' ? [] : [{ text: `link set ${change.name}${text}`, change }];
    }
    if (change.kind !== 'change-link') return [];
    const { ageingTime, txOffload: _, ...rest } = change.link;
    const bridge =
      ageingTime === undefined
        ? []
        : [{ text: `link set ${change.name} type bridge ageing_time ${ageingTime * 100}`, change }];
    const text = settingsText(rest);
    return text === '' ? bridge : [{ text: `link set ${change.name}${text}`, change }, ...bridge];
  });
  return [...creations, ...settings];
}

function creation(change: AddLink, far: AddLink | undefined): readonly BatchLine[] {
  const { name, link, namespace } = change;
  const group = namespace === ROOT ? ` group ${OUR_GROUP}` : '';
  const own = `${name}${addressText(link)}${group}`;
  switch (link.kind) {
    case 'bridge':
      return [{ text: `link add ${own} type bridge ageing_time ${(link.ageingTime ?? 300) * 100}`, change }];
    case 'veth': {
      const peer = link.peer ?? `${name}-peer`;
      const netns = link.peerNamespace ? ` netns ${link.peerNamespace}` : '';
      const farGroup = (link.peerNamespace ?? namespace) === ROOT ? ` group ${OUR_GROUP}` : '';
      const other = `${peer}${far === undefined ? '' : addressText(far.link)}${farGroup}`;
      return [{ text: `link add ${own} type veth peer name ${other}${netns}`, change }];
    }
    case 'tap':
      return [
        { text: `tuntap add ${name} mode tap`, change },
        { text: `link set ${name}${addressText(link)}${group}`, change },
      ];
    case 'internal':
    case 'other':
      return [];
  }
}

function addressText(link: Partial<Link>): string {
  return [
    link.macAddress === undefined ? '' : ` address ${link.macAddress}`,
    link.mtu === undefined ? '' : ` mtu ${link.mtu}`,
  ].join('');
}

function settingsText(link: { readonly [Key in keyof Link]?: Link[Key] | undefined }): string {
  return [
    link.group === undefined ? '' : ` group ${link.group}`,
    link.master === undefined ? '' : ` master ${link.master}`,
    link.macAddress === undefined ? '' : ` address ${link.macAddress}`,
    link.mtu === undefined ? '' : ` mtu ${link.mtu}`,
    link.up === undefined ? '' : link.up ? ' up' : ' down',
  ].join('');
}

/**
 * Without an address the kernel sends no router solicitations or listener reports from the devices of the host's side,
 * which OVS would flood to every port.
 */
function quiet(namespace: string): string {
  return namespace === ROOT && existsSync('/proc/sys/net/ipv6') ? ' addrgenmode none' : '';
}

function addressLines(changes: readonly Change[], namespace: string): readonly BatchLine[] {
  const lines = (kinds: readonly Change['kind'][]) =>
    changes.flatMap((change): readonly BatchLine[] => {
      if (!kinds.includes(change.kind)) return [];
      const text = addressLine(change, namespace);
      return text === undefined ? [] : [{ text, change }];
    });
  return [...lines(['add-address', 'write-route']), ...lines(['remove-route', 'remove-address'])];
}

function addressLine(change: Change, namespace: string): string | undefined {
  if (!('namespace' in change) || change.namespace !== namespace) return undefined;
  switch (change.kind) {
    case 'add-address':
      return `address add ${change.address}${broadcast(change.address)} dev ${change.dev}`;
    case 'remove-address':
      return `address delete ${change.address} dev ${change.dev}`;
    case 'write-route':
      return `route replace ${printRoute(change.route)}`;
    case 'remove-route':
      return `route delete ${printRoute(change.route)}`;
    default:
      return undefined;
  }
}

function broadcast(address: string): string {
  const [, prefix] = address.split('/');
  return address.includes(':') || Number(prefix) > 30 ? '' : ' broadcast +';
}
