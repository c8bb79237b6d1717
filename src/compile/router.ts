import type { Link, Route } from '../host/host-state.ts';
import { addressBits, isInCidr, toAddress, toCidr } from '../model/addresses.ts';
import type { FloatingIp, ForwardingIp, Port, Router, Subnet } from '../model/share.ts';
import { sortByAddress } from './block.ts';
import { defaultRoutes } from './default-routes.ts';
import { deviceAddresses } from './device-addresses.ts';
import { qgName, qrName, routerNamespace } from './device-names.ts';
import { type HostView, liveNetwork } from './host-view.ts';
import { kernelAddressText, kernelBlock } from './kernel-address.ts';
import { interfaceIds, localPort } from './local-port.ts';
import { type RouterDevice, routerRules } from './nat.ts';
import type { Piece } from './piece.ts';

/** The namespace of every router that is up: its devices on br-int, addresses, routes, and what it does to packets. */
export function routers(view: HostView): readonly Piece[] {
  const { share } = view;
  const floating = byRouter(share.floatingIp);
  const forwarding = byRouter(share.forwardingIp);
  return Object.values(share.router)
    .filter(({ adminStateUp }) => adminStateUp)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .flatMap((router) => routerPieces(view, router, floating.get(router.id) ?? [], forwarding.get(router.id) ?? []));
}

function byRouter<Value extends { readonly routerId: string }>(values: Readonly<Record<string, Value>>) {
  const groups = new Map<string, Value[]>();
  for (const one of Object.values(values)) groups.set(one.routerId, [...(groups.get(one.routerId) ?? []), one]);
  return groups;
}

function routerPieces(
  view: HostView,
  router: Router,
  floating: readonly FloatingIp[],
  forwarding: readonly ForwardingIp[],
): readonly Piece[] {
  const { share } = view;
  const interfaces = router.interfacePortIds
    .flatMap((id) => share.port[id] ?? [])
    .filter(({ adminStateUp }) => adminStateUp)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((port) => ({ port, device: device(view, port, qrName(port.id)) }));
  const gatewayPort = router.gatewayPortId === null ? undefined : share.port[router.gatewayPortId];
  const gateway =
    gatewayPort?.adminStateUp === true
      ? { port: gatewayPort, device: device(view, gatewayPort, qgName(gatewayPort.id)) }
      : undefined;
  const fips = gateway === undefined ? [] : sortByAddress(floating, ({ floatingIpAddress }) => floatingIpAddress);
  const forwards = gateway === undefined ? [] : sortByAddress(forwarding, ({ floatingIpAddress }) => floatingIpAddress);
  const all = [...interfaces, ...(gateway === undefined ? [] : [gateway])];
  const links = Object.fromEntries(
    all.map(({ port, device: { name, addresses } }) => [name, link(view, port, addresses)]),
  );
  if (gateway !== undefined) {
    const { name, addresses } = gateway.device;
    const more = [...fips, ...forwards].map(({ floatingIpAddress }) => hostAddress(floatingIpAddress));
    links[name] = link(view, gateway.port, [...addresses, ...more]);
  }
  const rules = routerRules({
    interfaces: interfaces.map((one) => one.device),
    gateway: gateway?.device,
    enableSnat: router.enableSnat,
    floatingIps: fips,
    forwardingIps: forwards,
  });
  return [
    ...all.map(({ port, device: { name } }) =>
      localPort(
        name,
        'internal',
        liveNetwork({ ...port, host: view.wiring.host }, view.wiring, view.networks),
        interfaceIds(port),
      ),
    ),
    {
      namespaces: {
        [routerNamespace(router.id)]: {
          links,
          routes: routes(view, router, interfaces, gateway),
          sysctls: SYSCTLS,
          ...rules,
        },
      },
    },
  ];
}

interface Attachment {
  readonly port: Port;
  readonly device: RouterDevice;
}

function device({ share }: HostView, port: Port, name: string): RouterDevice {
  return { name, addresses: deviceAddresses(port, share.subnet) };
}

function link({ share }: HostView, port: Port, addresses: readonly string[]): Link {
  const mtu = share.network[port.networkId]?.mtu;
  return {
    kind: 'internal',
    macAddress: port.macAddress.toLowerCase(),
    ...(mtu === undefined ? {} : { mtu }),
    up: true,
    addresses,
  };
}

/** A floating IP stands on the gateway device as a single address, so that the kernel answers ARP for it. */
function hostAddress(text: string): string {
  const { version } = toAddress(text);
  return `${kernelAddressText(text)}/${addressBits(version)}`;
}

const SYSCTLS = {
  'net.ipv4.ip_forward': '1',
  'net.ipv4.conf.all.arp_ignore': '1',
  'net.ipv4.conf.all.arp_announce': '2',
  'net.ipv4.conf.all.promote_secondaries': '1',
  // Replies may leave by another device than the one that the route back names.
  'net.ipv4.conf.all.rp_filter': '0',
  'net.ipv4.conf.default.rp_filter': '0',
  'net.ipv6.conf.all.forwarding': '1',
};

function routes(
  view: HostView,
  router: Router,
  interfaces: readonly Attachment[],
  gateway: Attachment | undefined,
): readonly Route[] {
  const attached = [...interfaces, ...(gateway === undefined ? [] : [gateway])].flatMap(({ port, device: { name } }) =>
    subnetsOfPort(view, port).map((subnet) => ({ subnet, dev: name })),
  );
  const extra = router.routes.flatMap(({ destination, nexthop }): readonly Route[] => {
    const { version } = toAddress(nexthop);
    const way = attached.find(({ subnet }) => subnet.ipVersion === version && isInCidr(nexthop, subnet.cidr));
    if (way === undefined) return [];
    const cidr = toCidr(destination);
    const to = cidr.prefixLength === 0 ? 'default' : kernelBlock(cidr);
    return [{ destination: to, via: kernelAddressText(nexthop), dev: way.dev, protocol: 'static', ipVersion: version }];
  });
  const outward = gateway === undefined ? [] : gatewayRoutes(view, gateway);
  // A route of the router's own wins over the one of its gateway.
  const place = (route: Route) => `${route.ipVersion} ${route.destination}`;
  return [...new Map([...outward, ...extra].map((route) => [place(route), route])).values()];
}

/** The default route, and the other subnets of the external network, which are on the same link. */
function gatewayRoutes(view: HostView, { port, device: { name } }: Attachment): readonly Route[] {
  const own = subnetsOfPort(view, port);
  const others = (view.subnetsOf.get(port.networkId) ?? []).filter((subnet) => !own.includes(subnet));
  return [
    ...defaultRoutes(own, name),
    ...others.map(
      ({ cidr, ipVersion }): Route => ({
        destination: kernelBlock(toCidr(cidr)),
        dev: name,
        protocol: 'static',
        ipVersion,
      }),
    ),
  ];
}

function subnetsOfPort({ share }: HostView, port: Port): readonly Subnet[] {
  return port.fixedIps.flatMap(({ subnetId }) => share.subnet[subnetId] ?? []);
}
