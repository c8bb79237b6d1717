/** What rtnetlink tells of a namespace's devices, addresses, routes and neighbours, in the words of `HostState`. Pure. */
import type { Link, Neighbour, Route } from '../../host/host-state.ts';
import { isDerivedLinkLocal, type LinkEntry } from '../../host/link-entry.ts';
import { linkKind } from '../../host/link-kind.ts';
import { linuxBridge } from '../../host/linux-bridge.ts';
import { addressText, macText } from './ip-bytes.ts';
import { type NetlinkMessage, readAttributes, readText } from './netlink-message.ts';
import {
  addressAttribute,
  linkAttribute,
  message,
  neighbourAttribute,
  routeAttribute,
  routeProtocols,
} from './rtnetlink.ts';

/** Answers to the four questions. */
export interface LinkReplies {
  readonly links: readonly NetlinkMessage[];
  readonly addresses: readonly NetlinkMessage[];
  readonly routes: readonly NetlinkMessage[];
  readonly neighbours: readonly NetlinkMessage[];
}

export interface NamespaceLinks {
  readonly entries: readonly LinkEntry[];
  readonly routes: readonly Route[];
  readonly neighbours: readonly Neighbour[];
}

/** `namespaceNames` names the network namespaces that this one knows by number. */
export function readReplies(replies: LinkReplies, namespaceNames: ReadonlyMap<number, string>): NamespaceLinks {
  const devices = replies.links.filter(({ type }) => type === message.newLink).map(readDevice);
  const names = new Map(devices.map(({ index, name }) => [index, name] as const));
  const addresses = addressesByDevice(replies.addresses);
  return {
    entries: devices.map((device) => entry(device, names, addresses.get(device.index) ?? [], namespaceNames)),
    routes: replies.routes.flatMap((one) => readRoute(one, names)),
    neighbours: replies.neighbours.flatMap((one) => readNeighbour(one, names)),
  };
}

/** Numbers under which a namespace knows others, of those that its devices have their other end in. */
export function farNamespaceIds(links: readonly NetlinkMessage[]): ReadonlySet<number> {
  const ids = links.flatMap(({ body }) => readAttributes(body, LINK_HEAD).get(linkAttribute.linkNamespaceId) ?? []);
  return new Set(ids.map((id) => id.readInt32LE()));
}

const LINK_HEAD = 16;
const ADDRESS_HEAD = 8;
const ROUTE_HEAD = 12;
const NEIGHBOUR_HEAD = 12;
const IFF_UP = 1;
const IPV4 = 2;
const IPV6 = 10;
const MAIN_TABLE = 254;
const UNICAST = 1;
/** An IPv6 route that the kernel made for one destination out of another one. */
const CLONED = 0x200;
const KERNEL_LINK_LOCAL = 2;
const TUN_IS_TAP = 2;
/** In the order of their bits; the one for devices without neighbours is left out, as `ip` leaves it out. */
const neighbourStates = ['INCOMPLETE', 'REACHABLE', 'STALE', 'DELAY', 'PROBE', 'FAILED', undefined, 'PERMANENT'];

interface Device {
  readonly index: number;
  readonly name: string;
  readonly isUp: boolean;
  readonly attributes: ReadonlyMap<number, Buffer>;
  readonly kind: Link['kind'];
  readonly data: ReadonlyMap<number, Buffer>;
}

function readDevice({ body }: NetlinkMessage): Device {
  const attributes = readAttributes(body, LINK_HEAD);
  const info = readAttributes(attributes.get(linkAttribute.info) ?? EMPTY);
  const data = readAttributes(info.get(linkAttribute.infoData) ?? EMPTY);
  const kind = info.get(linkAttribute.infoKind);
  const isTap = data.get(linkAttribute.tunType)?.[0] === TUN_IS_TAP;
  return {
    index: body.readInt32LE(4),
    name: readText(attributes.get(linkAttribute.name) ?? EMPTY),
    isUp: (body.readUInt32LE(8) & IFF_UP) !== 0,
    attributes,
    kind: linkKind(kind === undefined ? undefined : readText(kind), isTap ? 'tap' : undefined),
    data,
  };
}

function entry(
  { index, name, isUp, attributes, kind, data }: Device,
  names: ReadonlyMap<number, string>,
  addresses: readonly Address[],
  namespaceNames: ReadonlyMap<number, string>,
): LinkEntry {
  const number = (type: number) => attributes.get(type)?.readInt32LE();
  const mac = attributes.get(linkAttribute.address);
  const macAddress = mac === undefined || mac.length === 0 ? undefined : macText(mac);
  const master = linuxBridge(names.get(number(linkAttribute.master) ?? 0));
  const group = number(linkAttribute.group) ?? 0;
  const peerIndex = kind === 'veth' ? number(linkAttribute.link) : undefined;
  const namespaceId = number(linkAttribute.linkNamespaceId);
  const peer = namespaceId === undefined ? names.get(peerIndex ?? 0) : undefined;
  const crosses = peerIndex !== undefined && namespaceId !== undefined;
  const peerNamespace = crosses ? namespaceNames.get(namespaceId) : undefined;
  const ageing = kind === 'bridge' ? data.get(linkAttribute.bridgeAgeing)?.readUInt32LE() : undefined;
  return {
    name,
    index,
    link: {
      kind,
      ...(macAddress === undefined ? {} : { macAddress }),
      mtu: number(linkAttribute.mtu) ?? 0,
      up: isUp,
      ...(master === undefined ? {} : { master }),
      ...(peer === undefined ? {} : { peer }),
      ...(group === 0 ? {} : { group: String(group >>> 0) }),
      ...(ageing === undefined ? {} : { ageingTime: ageing / 100 }),
      addresses: addresses
        .filter(({ text, isKernels }) => !isKernels && !isDerivedLinkLocal(text, macAddress))
        .map(({ text }) => text),
    },
    ...(crosses ? { peerIndex } : {}),
    ...(peerNamespace === undefined ? {} : { peerNamespace }),
  };
}

interface Address {
  /** With prefix length. */
  readonly text: string;
  /** The kernel made it, and says so (from Linux 5.18 on). */
  readonly isKernels: boolean;
}

function addressesByDevice(messages: readonly NetlinkMessage[]): ReadonlyMap<number, readonly Address[]> {
  const addresses = new Map<number, Address[]>();
  for (const { type, body } of messages) {
    if (type !== message.newAddress || (body[0] !== IPV4 && body[0] !== IPV6)) continue;
    const attributes = readAttributes(body, ADDRESS_HEAD);
    const bytes = attributes.get(addressAttribute.local) ?? attributes.get(addressAttribute.address);
    if (bytes === undefined) continue;
    const index = body.readUInt32LE(4);
    const isKernels = attributes.get(addressAttribute.protocol)?.[0] === KERNEL_LINK_LOCAL;
    addresses.set(index, [...(addresses.get(index) ?? []), { text: `${addressText(bytes)}/${body[1]}`, isKernels }]);
  }
  return addresses;
}

/** Unicast routes of the main table through one device. */
function readRoute({ type, body }: NetlinkMessage, names: ReadonlyMap<number, string>): readonly Route[] {
  const family = body[0];
  if (type !== message.newRoute || (family !== IPV4 && family !== IPV6)) return [];
  const attributes = readAttributes(body, ROUTE_HEAD);
  const table = attributes.get(routeAttribute.table)?.readUInt32LE() ?? body[4];
  const dev = names.get(attributes.get(routeAttribute.device)?.readUInt32LE() ?? 0);
  if (table !== MAIN_TABLE || body[7] !== UNICAST || dev === undefined) return [];
  if ((body.readUInt32LE(8) & CLONED) !== 0) return [];
  const destination = attributes.get(routeAttribute.destination);
  const prefixLength = body[1] ?? 0;
  // A gateway of the other family stands behind that family's number.
  const gateway = attributes.get(routeAttribute.gateway) ?? attributes.get(routeAttribute.gatewayOfFamily)?.subarray(2);
  const source = attributes.get(routeAttribute.preferredSource);
  const protocol = body[5] ?? 0;
  return [
    {
      destination:
        destination === undefined
          ? 'default'
          : `${addressText(destination)}${prefixLength === destination.length * 8 ? '' : `/${prefixLength}`}`,
      ...(gateway === undefined ? {} : { via: addressText(gateway) }),
      dev,
      ...(protocol === 0 ? {} : { protocol: routeProtocols.get(protocol) ?? String(protocol) }),
      ...(source === undefined ? {} : { source: addressText(source) }),
      ipVersion: family === IPV4 ? 4 : 6,
    },
  ];
}

function readNeighbour({ type, body }: NetlinkMessage, names: ReadonlyMap<number, string>): readonly Neighbour[] {
  const attributes = readAttributes(body, NEIGHBOUR_HEAD);
  const address = attributes.get(neighbourAttribute.ipAddress);
  const dev = names.get(body.readInt32LE(4));
  const bits = body.readUInt16LE(8);
  const state = neighbourStates.find((one, bit) => one !== undefined && (bits & (1 << bit)) !== 0);
  if (type !== message.newNeighbour || address === undefined || dev === undefined || state === undefined) return [];
  const macAddress = macText(attributes.get(neighbourAttribute.macAddress) ?? EMPTY);
  return [{ ipAddress: addressText(address), dev, macAddress, state }];
}

const EMPTY = Buffer.alloc(0);
