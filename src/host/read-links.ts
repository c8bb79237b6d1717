/** Devices with their addresses, as `ip -j -d addr` prints them. */
import type { Link } from './host-state.ts';
import { isDerivedLinkLocal, type LinkEntry } from './link-entry.ts';
import { linuxBridge } from './linux-bridge.ts';

/** The part of the JSON of iproute2 that is read. */
interface IpAddr {
  readonly ifindex: number;
  readonly ifname: string;
  readonly link?: string | null;
  readonly link_index?: number;
  readonly link_netnsid?: number;
  readonly flags: readonly string[];
  readonly mtu: number;
  readonly master?: string;
  readonly group?: string;
  readonly address?: string;
  readonly linkinfo?: {
    readonly info_kind?: string;
    readonly info_data?: { readonly type?: string; readonly ageing_time?: number };
  };
  readonly addr_info?: readonly {
    readonly local?: string;
    readonly prefixlen: number;
    readonly protocol?: string;
  }[];
}

/** Reads the devices of one namespace. `namespaceNames` names the network namespaces that this one knows by number. */
export function readLinks(json: string, namespaceNames: ReadonlyMap<number, string> = new Map()): readonly LinkEntry[] {
  const devices = JSON.parse(json) as readonly Partial<IpAddr>[];
  return devices
    .filter((device): device is IpAddr => device.ifname !== undefined)
    .map((one) => entry(one, namespaceNames));
}

function entry(device: IpAddr, namespaceNames: ReadonlyMap<number, string>): LinkEntry {
  const kind = linkKind(device.linkinfo?.info_kind, device.linkinfo?.info_data?.type);
  const ageing = device.linkinfo?.info_data?.ageing_time;
  const master = linuxBridge(device.master);
  const crosses = kind === 'veth' && device.link_index !== undefined;
  const name = device.link_netnsid === undefined ? undefined : namespaceNames.get(device.link_netnsid);
  return {
    name: device.ifname,
    index: device.ifindex,
    link: {
      kind,
      ...(device.address === undefined ? {} : { macAddress: device.address }),
      mtu: device.mtu,
      up: device.flags.includes('UP'),
      ...(master === undefined ? {} : { master }),
      ...(kind === 'veth' && typeof device.link === 'string' ? { peer: device.link } : {}),
      ...(device.group === undefined || device.group === 'default' ? {} : { group: device.group }),
      ...(kind === 'bridge' && ageing !== undefined ? { ageingTime: ageing / 100 } : {}),
      addresses: (device.addr_info ?? [])
        .filter(({ local, protocol }) => local !== undefined && protocol !== 'kernel_ll')
        .filter(({ local }) => !isDerivedLinkLocal(local ?? '', device.address))
        .map(({ local, prefixlen }) => `${local}/${prefixlen}`),
    },
    ...(crosses ? { peerIndex: device.link_index } : {}),
    ...(crosses && name !== undefined ? { peerNamespace: name } : {}),
  };
}

/** Our word for what iproute2 calls the kind of a device, and for the type of a `tun` device. */
export function linkKind(kind: string | undefined, type: string | undefined): Link['kind'] {
  if (kind === 'veth' || kind === 'bridge') return kind;
  if (kind === 'openvswitch') return 'internal';
  return kind === 'tun' && type === 'tap' ? 'tap' : 'other';
}
