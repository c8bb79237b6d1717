/** What can be asked of a namespace's devices, addresses and routes, as messages of rtnetlink(7). Pure. */
import { OUR_GROUP, type Route, type Shaper } from '../../host/host-state.ts';
import { addressBytes, macBytes } from './ip-bytes.ts';
import { attribute, flags, type NetlinkMessage, text, uint32 } from './netlink-message.ts';
import { addressAttribute, linkAttribute, message, routeAttribute, routeProtocols } from './rtnetlink.ts';
import { printShaper, printShaperRemoval } from './shaper-bytes.ts';

export interface LinkSettings {
  readonly macAddress?: string | undefined;
  readonly mtu?: number | undefined;
  readonly group?: string | undefined;
  /** The bridge that it becomes a port of. */
  readonly master?: string | undefined;
  readonly up?: boolean | undefined;
  /** Bridges only: seconds. */
  readonly ageingTime?: number | undefined;
  /** Without an IPv6 address of its own. */
  readonly isQuiet?: boolean | undefined;
}

export type LinkRequest =
  | { readonly kind: 'add-bridge'; readonly name: string; readonly settings: LinkSettings }
  | {
      readonly kind: 'add-veth';
      readonly name: string;
      readonly settings: LinkSettings;
      readonly peer: {
        readonly name: string;
        readonly settings: LinkSettings;
        readonly namespace?: string | undefined;
      };
    }
  | { readonly kind: 'add-tap'; readonly name: string }
  | { readonly kind: 'set-link'; readonly name: string; readonly settings: LinkSettings }
  | { readonly kind: 'move-link'; readonly name: string; readonly namespace: string }
  | { readonly kind: 'delete-link'; readonly name: string }
  /** All devices in the group of those that leave, at once: the kernel waits some milliseconds for each that goes alone. */
  | { readonly kind: 'delete-leaving' }
  | { readonly kind: 'add-address' | 'delete-address'; readonly device: string; readonly address: string }
  | { readonly kind: 'write-route' | 'delete-route'; readonly route: Route }
  | { readonly kind: 'write-shaper'; readonly device: string; readonly shaper: Shaper }
  | { readonly kind: 'drop-shaper'; readonly device: string };

/** The group of devices that are about to be deleted together. */
export const LEAVING_GROUP = String(Number(OUR_GROUP) + 1);

/** What stands in a message by number. */
export interface Numbers {
  /** Of a device of the namespace. Throws where there is none. */
  index(device: string): number;
  /** Of an open file that stands for a namespace. Throws where there is none. */
  file(namespace: string): number;
}

/** The message of a request but for `add-tap`, which rtnetlink does not know. */
export function printRequest(
  request: Exclude<LinkRequest, { readonly kind: 'add-tap' }>,
  numbers: Numbers,
): Omit<NetlinkMessage, 'sequence'> {
  switch (request.kind) {
    case 'add-bridge':
      return link(CREATE, request.name, request.settings, numbers, [kind('bridge', request.settings)]);
    case 'add-veth': {
      const { name, settings, namespace } = request.peer;
      const peer = [
        linkHead(settings),
        attribute(linkAttribute.name, text(name)),
        ...settingAttributes(settings, numbers),
        ...(namespace === undefined ? [] : [attribute(linkAttribute.namespaceFile, uint32(numbers.file(namespace)))]),
      ];
      const info = attribute(
        linkAttribute.info,
        attribute(linkAttribute.infoKind, text('veth')),
        attribute(linkAttribute.infoData, attribute(linkAttribute.vethPeer, ...peer)),
      );
      return link(CREATE, request.name, request.settings, numbers, [info]);
    }
    case 'set-link': {
      const { ageingTime } = request.settings;
      const info = ageingTime === undefined ? [] : [kind('bridge', request.settings)];
      return link(flags.request, request.name, request.settings, numbers, info);
    }
    case 'move-link': {
      const namespace = attribute(linkAttribute.namespaceFile, uint32(numbers.file(request.namespace)));
      return link(flags.request, request.name, {}, numbers, [namespace]);
    }
    case 'delete-link':
      return { ...link(flags.request, request.name, {}, numbers, []), type: message.deleteLink };
    case 'delete-leaving':
      return {
        type: message.deleteLink,
        flags: flags.request,
        body: Buffer.concat([linkHead({}), attribute(linkAttribute.group, uint32(Number(LEAVING_GROUP)))]),
      };
    case 'add-address':
    case 'delete-address':
      return address(request.kind === 'add-address', request.address, numbers.index(request.device));
    case 'write-route':
    case 'delete-route':
      return route(request.kind === 'write-route', request.route, numbers.index(request.route.dev));
    case 'write-shaper':
      return printShaper(numbers.index(request.device), request.shaper);
    case 'drop-shaper':
      return printShaperRemoval(numbers.index(request.device));
  }
}

/** Devices that must have their number before the request can be printed. */
export function devicesNamedIn(request: LinkRequest): readonly string[] {
  switch (request.kind) {
    case 'add-bridge':
    case 'add-veth':
    case 'set-link':
      return request.settings.master === undefined ? [] : [request.settings.master];
    case 'add-address':
    case 'delete-address':
    case 'write-shaper':
    case 'drop-shaper':
      return [request.device];
    case 'write-route':
    case 'delete-route':
      return [request.route.dev];
    default:
      return [];
  }
}

/** Whether the request makes or takes away a device, so that numbers asked for before it may be wrong after it. */
export function changesNumbers({ kind }: LinkRequest): boolean {
  return kind.startsWith('add-') ? kind !== 'add-address' : /^(delete-l|move)/.test(kind);
}

const CREATE = flags.request | flags.create | flags.excl;
/** From `linux/if_addr.h` and `linux/rtnetlink.h`. */
const IFF_UP = 1;
const scope = { universe: 0, link: 253, host: 254, nowhere: 255 };
const MAIN_TABLE = 254;
const UNICAST = 1;
const NO_ADDRESSES = 1;
const [IPV4, IPV6] = [2, 10];

function link(
  messageFlags: number,
  name: string,
  settings: LinkSettings,
  numbers: Numbers,
  more: readonly Buffer[],
): Omit<NetlinkMessage, 'sequence'> {
  const body = [
    linkHead(settings),
    attribute(linkAttribute.name, text(name)),
    ...settingAttributes(settings, numbers),
    ...more,
  ];
  return { type: message.newLink, flags: messageFlags, body: Buffer.concat(body) };
}

/** `struct ifinfomsg`; which device it is says its name. */
function linkHead({ up }: LinkSettings): Buffer {
  const head = Buffer.alloc(16);
  if (up !== undefined) {
    head.writeUInt32LE(up ? IFF_UP : 0, 8);
    head.writeUInt32LE(IFF_UP, 12);
  }
  return head;
}

function settingAttributes({ macAddress, mtu, group, master, isQuiet }: LinkSettings, numbers: Numbers) {
  return [
    ...(macAddress === undefined ? [] : [attribute(linkAttribute.address, macBytes(macAddress))]),
    ...(mtu === undefined ? [] : [attribute(linkAttribute.mtu, uint32(mtu))]),
    ...(group === undefined ? [] : [attribute(linkAttribute.group, uint32(Number(group)))]),
    ...(master === undefined ? [] : [attribute(linkAttribute.master, uint32(numbers.index(master)))]),
    ...(isQuiet ? [quiet()] : []),
  ];
}

function quiet(): Buffer {
  const mode = attribute(linkAttribute.addressGeneration, Buffer.from([NO_ADDRESSES]));
  return attribute(linkAttribute.perFamily, attribute(IPV6, mode));
}

function kind(name: 'bridge', { ageingTime = 300 }: LinkSettings): Buffer {
  const ageing = attribute(linkAttribute.bridgeAgeing, uint32(Math.round(ageingTime * 100)));
  const data = attribute(linkAttribute.infoData, ageing);
  return attribute(linkAttribute.info, attribute(linkAttribute.infoKind, text(name)), data);
}

function address(isNew: boolean, withPrefix: string, index: number): Omit<NetlinkMessage, 'sequence'> {
  const [plain = '', prefix] = withPrefix.split('/');
  const bytes = addressBytes(plain);
  const isIpv4 = bytes.length === 4;
  const prefixLength = prefix === undefined ? bytes.length * 8 : Number(prefix);
  const head = Buffer.alloc(8);
  head[0] = isIpv4 ? IPV4 : IPV6;
  head[1] = prefixLength;
  head[3] = isIpv4 && bytes[0] === 127 ? scope.host : scope.universe;
  head.writeUInt32LE(index, 4);
  const body = [
    head,
    attribute(addressAttribute.local, bytes),
    attribute(addressAttribute.address, bytes),
    ...(isNew && isIpv4 && prefixLength <= 30
      ? [attribute(addressAttribute.broadcast, broadcast(bytes, prefixLength))]
      : []),
  ];
  return {
    type: isNew ? message.newAddress : message.deleteAddress,
    flags: isNew ? CREATE : flags.request,
    body: Buffer.concat(body),
  };
}

function broadcast(bytes: Buffer, prefixLength: number): Buffer {
  const result = Buffer.alloc(4);
  result.writeUInt32BE((bytes.readUInt32BE() | (0xffffffff >>> prefixLength)) >>> 0);
  return result;
}

function route(isNew: boolean, route: Route, index: number): Omit<NetlinkMessage, 'sequence'> {
  const { destination, via, protocol, source, ipVersion } = route;
  const [plain = '', prefix] = destination === 'default' ? ['', '0'] : destination.split('/');
  const head = Buffer.alloc(12);
  head[0] = ipVersion === 4 ? IPV4 : IPV6;
  head[1] = prefix === undefined ? (ipVersion === 4 ? 32 : 128) : Number(prefix);
  head[4] = MAIN_TABLE;
  head[5] = protocolNumber(protocol ?? (isNew ? 'boot' : undefined));
  head[6] = ipVersion === 6 ? scope.universe : !isNew ? scope.nowhere : via === undefined ? scope.link : scope.universe;
  head[7] = isNew ? UNICAST : 0;
  const body = [
    head,
    ...(plain === '' ? [] : [attribute(routeAttribute.destination, addressBytes(plain))]),
    ...(via === undefined ? [] : [attribute(routeAttribute.gateway, addressBytes(via))]),
    attribute(routeAttribute.device, uint32(index)),
    ...(source === undefined ? [] : [attribute(routeAttribute.preferredSource, addressBytes(source))]),
  ];
  return {
    type: isNew ? message.newRoute : message.deleteRoute,
    flags: isNew ? flags.request | flags.create | flags.replace : flags.request,
    body: Buffer.concat(body),
  };
}

/** 0 is any. */
function protocolNumber(name: string | undefined): number {
  if (name === undefined) return 0;
  const known = [...routeProtocols].find(([, one]) => one === name);
  return known === undefined ? Number(name) : known[0];
}
