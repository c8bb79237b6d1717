/** Numbers of rtnetlink (`linux/rtnetlink.h`, `if_link.h`, `if_addr.h`, `neighbour.h`, `net_namespace.h`, `pkt_sched.h`). */

export const message = {
  newLink: 16,
  deleteLink: 17,
  getLink: 18,
  newAddress: 20,
  deleteAddress: 21,
  getAddress: 22,
  newRoute: 24,
  deleteRoute: 25,
  getRoute: 26,
  newNeighbour: 28,
  getNeighbour: 30,
  newQueue: 36,
  deleteQueue: 37,
  getQueue: 38,
  newNamespaceId: 88,
  getNamespaceId: 90,
} as const;

export const linkAttribute = {
  address: 1,
  name: 3,
  mtu: 4,
  link: 5,
  master: 10,
  info: 18,
  perFamily: 26,
  group: 27,
  namespaceFile: 28,
  extendedMask: 29,
  linkNamespaceId: 37,
  /** Within `info`. */
  infoKind: 1,
  infoData: 2,
  /** Within `infoData`, of each kind its own. */
  vethPeer: 1,
  bridgeAgeing: 4,
  tunType: 3,
  /** Within `perFamily`, within IPv6. */
  addressGeneration: 8,
} as const;

export const addressAttribute = { address: 1, local: 2, broadcast: 4, protocol: 11 } as const;

export const routeAttribute = {
  destination: 1,
  device: 4,
  gateway: 5,
  preferredSource: 7,
  table: 15,
  gatewayOfFamily: 18,
} as const;

export const neighbourAttribute = { ipAddress: 1, macAddress: 2 } as const;

/** Of `linux/pkt_sched.h` and `linux/gen_stats.h`. */
export const queueAttribute = {
  kind: 1,
  options: 2,
  statistics: 7,
  /** Within `options`, of a token bucket. */
  bucket: 1,
  rate64: 4,
  /** Within `statistics`. */
  passed: 1,
  queue: 3,
} as const;

export const namespaceAttribute = { id: 1, file: 3 } as const;

/** Who made a route, in the words of iproute2. */
export const routeProtocols: ReadonlyMap<number, string> = new Map([
  [1, 'redirect'],
  [2, 'kernel'],
  [3, 'boot'],
  [4, 'static'],
  [9, 'ra'],
  [11, 'zebra'],
  [12, 'bird'],
  [16, 'dhcp'],
  [18, 'keepalived'],
  [42, 'babel'],
  [186, 'bgp'],
  [187, 'isis'],
  [188, 'ospf'],
  [189, 'rip'],
  [192, 'eigrp'],
]);
