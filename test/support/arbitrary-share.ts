/** Shares of a host that run a network host and a compute host at once, with everything that a share can say. */
import fc from 'fast-check';
import { formatAddress, toAddress, toCidr } from '../../src/model/addresses.ts';
import {
  type AddressPair,
  emptyShare,
  type FixedIp,
  type NetworkType,
  type Port,
  type PortForwarding,
  type SecurityGroupRule,
  type Share,
  type Subnet,
} from '../../src/model/share.ts';

/** The host that the shares are for, and the others. */
export const HERE = 'here';
const ELSEWHERE = ['far1', 'far2', 'far3'];

// The first characters of an id name its devices, so small ids, which fast-check prefers, would collide.
const uuid = fc.noBias(fc.uuid({ version: 4 }));
const macAddress = fc
  .uint8Array({ minLength: 5, maxLength: 5 })
  .map((bytes) => ['fa', ...[...bytes].map((byte) => byte.toString(16).padStart(2, '0'))].join(':'));
const ipv4 = fc
  .integer({ min: 0x01000000, max: 0xdfffffff })
  .map((value) => formatAddress({ version: 4, value: BigInt(value) }));
const ipv6 = fc.oneof(
  fc
    .bigInt({ min: 0x2001_0000n << 96n, max: 0x2002_0000n << 96n })
    .map((value) => formatAddress({ version: 6, value })),
  fc.constantFrom(
    'fe80::1',
    '::ffff:192.0.2.1',
    '2001:db8::',
    '2001:db8:0:0:1:0:0:1',
    'fd00:0:1::2',
    '::192.0.2.7',
    '2001:DB8::A',
  ),
);
const ipv4Block = fc.oneof(
  ipv4,
  fc.tuple(ipv4, fc.integer({ min: 0, max: 32 })).map(([ip, length]) => `${ip}/${length}`),
);
const ipv6Block = fc.oneof(
  ipv6,
  fc.tuple(ipv6, fc.integer({ min: 0, max: 128 })).map(([ip, length]) => `${ip}/${length}`),
);
const protocol = fc.oneof(
  fc.constantFrom(
    null,
    'tcp',
    'udp',
    'icmp',
    'icmpv6',
    'ipv6-icmp',
    'sctp',
    'dccp',
    'udplite',
    'esp',
    'ah',
    'vrrp',
    'gre',
    'pgm',
    'ipip',
    'any',
  ),
  fc.integer({ min: 0, max: 255 }).map(String),
);

/** Rules that the API would take: ports only for protocols that have them, ICMP types and codes in their range. */
const rule = fc
  .record({
    id: uuid,
    direction: fc.constantFrom('ingress' as const, 'egress' as const),
    ethertype: fc.constantFrom('IPv4' as const, 'IPv6' as const),
    protocol,
    remote: fc.constantFrom('any', 'prefix', 'group'),
    ipv4Block,
    ipv6Block,
    remoteGroup: fc.nat({ max: 5 }),
    ports: fc.option(fc.tuple(fc.nat({ max: 65_535 }), fc.nat({ max: 65_535 }))),
    single: fc.boolean(),
  })
  .map(({ remote, ipv4Block: four, ipv6Block: six, remoteGroup, ports, single, ...made }) => {
    const [a, b] = ports ?? [null, null];
    const icmp = ['icmp', 'icmpv6', 'ipv6-icmp', '1', '58'].includes(made.protocol ?? '');
    const sorted = a === null || b === null ? [null, null] : [Math.min(a, b), Math.max(a, b)];
    const [min, max] = icmp
      ? [a === null ? null : a & 255, b === null || single ? null : b & 255]
      : single
        ? [a, a]
        : sorted;
    return {
      remoteGroup: remote === 'group' ? remoteGroup : null,
      rule: {
        ...made,
        portRangeMin: min ?? null,
        portRangeMax: max ?? null,
        remoteIpPrefix: remote === 'prefix' ? (made.ethertype === 'IPv4' ? four : six) : null,
      },
    };
  });

const group = fc.record({ id: uuid, stateful: fc.boolean(), rules: fc.array(rule, { maxLength: 12 }) });

const network = fc.record({
  id: uuid,
  networkType: fc.constantFrom<NetworkType>('vxlan', 'vxlan', 'gre', 'geneve', 'vlan', 'flat', 'local'),
  mtu: fc.integer({ min: 1280, max: 9000 }),
  adminStateUp: fc.constantFrom(true, true, true, true, false),
  subnets: fc.array(
    fc.record({
      id: uuid,
      ipVersion: fc.constantFrom(4 as const, 6 as const),
      enableDhcp: fc.boolean(),
      gateway: fc.boolean(),
      dns: fc.nat({ max: 3 }),
      routes: fc.array(fc.tuple(ipv4Block, ipv6Block), { maxLength: 3 }),
      mode: fc.constantFrom(null, 'slaac', 'dhcpv6-stateful', 'dhcpv6-stateless'),
    }),
    { maxLength: 3 },
  ),
});

/** Of everything that the API takes, most often what people ask for. */
const bandwidthLimit = fc.record({
  maxKbps: fc.oneof(fc.integer({ min: 100, max: 1_000_000 }), fc.nat({ max: 2 ** 31 - 1 }), fc.constantFrom(0, 1, 64)),
  maxBurstKbps: fc.oneof(fc.constant(0), fc.nat({ max: 100_000 }), fc.nat({ max: 2 ** 31 - 1 })),
});

const port = fc.record({
  id: uuid,
  macAddress,
  network: fc.nat({ max: 7 }),
  ips: fc.subarray([0, 1, 2]),
  adminStateUp: fc.constantFrom(true, true, true, false),
  host: fc.constantFrom(HERE, HERE, ...ELSEWHERE, ''),
  plug: fc.constantFrom('netns' as const, 'tap' as const, 'attached' as const, 'none' as const),
  owner: fc.constantFrom('compute:nova', 'compute:nova', 'compute:nova', ''),
  portSecurityEnabled: fc.constantFrom(true, true, true, false),
  groups: fc.subarray([0, 1, 2, 3, 4, 5], { maxLength: 3 }),
  pairs: fc.array(fc.tuple(macAddress, fc.oneof(ipv4Block, ipv6Block), fc.boolean()), { maxLength: 3 }),
  options: fc.array(
    fc.constantFrom(
      { name: '26', value: '1400', ipVersion: 4 as const },
      { name: 'bootfile-name', value: 'pxelinux.0', ipVersion: 4 as const },
      { name: 'client-id', value: 'ff:01:02', ipVersion: 4 as const },
      { name: 'ntp-server', value: '10.0.0.9,10.0.0.10', ipVersion: 4 as const },
      { name: '150', value: '10.0.0.9', ipVersion: 4 as const },
      { name: 'router', value: '', ipVersion: 4 as const },
      { name: 'dns-server', value: '[2001:db8::9]', ipVersion: 6 as const },
      { name: '59', value: 'tftp://[2001:db8::9]/boot', ipVersion: 6 as const },
    ),
    { maxLength: 2 },
  ),
  dnsName: fc.constantFrom('', 'web'),
  qos: fc.option(
    fc.record({
      policyId: uuid,
      egress: fc.option(bandwidthLimit),
      ingress: fc.option(bandwidthLimit),
      dscpMark: fc.option(fc.constantFrom(0, 8, 26, 56)),
    }),
  ),
});

const raw = fc.record({
  networks: fc.array(network, { minLength: 3, maxLength: 8 }),
  ports: fc.array(port, { minLength: 10, maxLength: 40 }),
  groups: fc.array(group, { minLength: 6, maxLength: 6 }),
  members: fc.array(fc.record({ ipv4: fc.array(ipv4Block), ipv6: fc.array(ipv6Block) }), {
    minLength: 6,
    maxLength: 6,
  }),
  routers: fc.array(
    fc.record({
      id: uuid,
      gateway: fc.boolean(),
      enableSnat: fc.boolean(),
      interfaces: fc.uniqueArray(fc.nat({ max: 7 }), { maxLength: 3 }),
      ids: fc.tuple(uuid, uuid, uuid, uuid),
      macs: fc.tuple(macAddress, macAddress, macAddress, macAddress),
      routes: fc.array(fc.tuple(ipv4Block, ipv6Block), { maxLength: 3 }),
      floating: fc.nat({ max: 4 }),
    }),
    { maxLength: 2 },
  ),
  dhcp: fc.tuple(...Array.from({ length: 8 }, () => fc.record({ serves: fc.boolean(), id: uuid, macAddress }))),
});

type Raw = typeof raw extends fc.Arbitrary<infer Value> ? Value : never;

export interface ArbitraryHost {
  readonly share: Share;
  /** Port id to how its workload is connected. */
  readonly plugs: Readonly<Record<string, 'netns' | 'tap' | 'attached'>>;
}

export const arbitraryHost: fc.Arbitrary<ArbitraryHost> = raw.map(build);

function build({ networks, ports, groups, members, routers, dhcp }: Raw): ArbitraryHost {
  const subnets = networks.map((one, index) =>
    one.subnets.map((subnet, place): Subnet => {
      const four = subnet.ipVersion === 4;
      const cidr = four ? `10.${index}.${place}.0/24` : `2001:db8:${index}:${place}::/64`;
      const at = (number: number) => addressAt(cidr, number);
      return {
        id: subnet.id,
        name: '',
        networkId: one.id,
        ipVersion: subnet.ipVersion,
        cidr,
        gatewayIp: subnet.gateway ? at(1) : null,
        enableDhcp: subnet.enableDhcp,
        dnsNameservers: Array.from({ length: subnet.dns }, (_, number) => at(200 + number)),
        hostRoutes: four
          ? subnet.routes.map(([block]) => ({ destination: cidrText(block), nexthop: at(250) }))
          : subnet.routes.map(([, block]) => ({ destination: cidrText(block), nexthop: at(250) })),
        ipv6RaMode: four ? null : subnet.mode,
        ipv6AddressMode: four ? null : subnet.mode,
      };
    }),
  );
  let host = 10;
  const fixedIps = (index: number, places: readonly number[]): readonly FixedIp[] =>
    places.flatMap((place) => {
      const subnet = subnets[index]?.[place];
      return subnet === undefined ? [] : [{ subnetId: subnet.id, ipAddress: addressAt(subnet.cidr, host++) }];
    });
  const made: Port[] = ports.map((one) => {
    const index = one.network % networks.length;
    return portOf({
      id: one.id,
      networkId: networks[index]?.id ?? '',
      macAddress: one.macAddress,
      adminStateUp: one.adminStateUp,
      fixedIps: fixedIps(index, one.ips),
      deviceOwner: one.owner,
      host: one.host,
      portSecurityEnabled: one.portSecurityEnabled,
      securityGroupIds: one.groups.flatMap((number) => groups[number]?.id ?? []),
      allowedAddressPairs: one.pairs.map(
        ([mac, ipAddress, own]): AddressPair => ({ macAddress: own ? one.macAddress.toUpperCase() : mac, ipAddress }),
      ),
      extraDhcpOptions: one.options,
      dnsName: one.dnsName,
    });
  });
  const dhcpServers = networks.flatMap((one, index) => {
    const server = dhcp[index];
    if (server === undefined || !server.serves) return [];
    const { id, macAddress: mac } = server;
    const ips = fixedIps(index, [0, 1, 2]);
    made.push(
      portOf({ id, networkId: one.id, macAddress: mac, fixedIps: ips, deviceOwner: 'network:dhcp', host: HERE }),
    );
    return [{ id: one.id, portId: id }];
  });
  const usedInterfaces = new Set<number>();
  const routerObjects = routers.map((one) => {
    const [gatewayId, ...ids] = one.ids;
    const inner = one.interfaces
      .map((number) => number % networks.length)
      .filter((index) => !usedInterfaces.has(index));
    const external = inner.length > 0 ? (inner[0] ?? 0) : 0;
    const interfaces = [...new Set(inner)].slice(one.gateway ? 1 : 0).flatMap((index, place) => {
      usedInterfaces.add(index);
      const subnet = subnets[index]?.find(({ gatewayIp }) => gatewayIp !== null);
      const id = ids[place];
      if (subnet?.gatewayIp == null || id === undefined) return [];
      const fixed = [{ subnetId: subnet.id, ipAddress: subnet.gatewayIp }];
      made.push(
        portOf({
          id,
          networkId: subnet.networkId,
          macAddress: one.macs[place + 1] ?? '',
          fixedIps: fixed,
          deviceOwner: 'network:router_interface',
          host: HERE,
        }),
      );
      return [id];
    });
    const networkId = networks[external]?.id ?? '';
    if (one.gateway) {
      made.push(
        portOf({
          id: gatewayId,
          networkId,
          macAddress: one.macs[0],
          fixedIps: fixedIps(external, [0, 1]),
          deviceOwner: 'network:router_gateway',
          host: HERE,
        }),
      );
    }
    const nexthop = made.find(({ id }) => id === interfaces[0])?.fixedIps[0]?.ipAddress;
    const four = nexthop !== undefined && !nexthop.includes(':');
    return {
      router: {
        id: one.id,
        name: '',
        projectId: '',
        adminStateUp: true,
        gatewayPortId: one.gateway ? gatewayId : null,
        enableSnat: one.enableSnat,
        interfacePortIds: interfaces,
        routes:
          nexthop === undefined
            ? []
            : one.routes.map(([a, b]) => ({ destination: cidrText(four ? a : b), nexthop: next(nexthop) })),
      },
      floatingIps: Array.from({ length: one.floating }, (_, number) => ({
        id: `${one.id}-${number}`,
        routerId: one.id,
        floatingIpAddress: `203.0.113.${number + 10}`,
        fixedIpAddress: `10.0.0.${number + 10}`,
        portId: '',
      })),
      forwardingIps: Array.from({ length: one.floating > 0 ? 1 : 0 }, () => ({
        id: `${one.id}-f`,
        routerId: one.id,
        floatingIpAddress: '203.0.113.90',
        forwardings: (['tcp', 'udp', 'sctp'] as const).flatMap((protocol) => [
          forwarding(protocol, [22, 22], [2222, 2222]),
          forwarding(protocol, [80, 89], [8080, 8089]),
          forwarding(protocol, [443, 443], [9000, 9010]),
        ]),
      })),
    };
  });
  const share: Share = {
    ...emptyShare,
    network: byId(
      networks.map((one, index) => {
        const provider = one.networkType === 'vlan' || one.networkType === 'flat';
        // A provider bridge carries one flat network.
        const flat =
          one.networkType === 'flat' && networks.findIndex(({ networkType }) => networkType === 'flat') === index;
        const networkType = provider && !flat ? ('vlan' as const) : one.networkType;
        return {
          id: one.id,
          name: '',
          projectId: '',
          networkType,
          physicalNetwork: provider ? 'public' : null,
          segmentationId: networkType === 'flat' || networkType === 'local' ? null : 100 + index,
          mtu: one.mtu,
          external: false,
          adminStateUp: one.adminStateUp,
        };
      }),
    ),
    subnet: byId(subnets.flat()),
    port: byId(made),
    securityGroup: byId(
      groups.map(({ id, stateful, rules }) => ({
        id,
        name: '',
        stateful,
        rules: rules.map(({ rule: one, remoteGroup }): SecurityGroupRule => {
          return { ...one, remoteGroupId: remoteGroup === null ? null : (groups[remoteGroup]?.id ?? null) };
        }),
      })),
    ),
    securityGroupMembers: byId(
      members.flatMap((one, index) => (index === 0 ? [] : [{ id: groups[index]?.id ?? '', ...one }])),
    ),
    router: byId(routerObjects.map(({ router }) => router)),
    floatingIp: byId(routerObjects.flatMap(({ floatingIps }) => floatingIps)),
    forwardingIp: byId(routerObjects.flatMap(({ forwardingIps }) => forwardingIps)),
    dhcpServer: byId(dhcpServers),
    portQos: byId(ports.flatMap(({ id, qos }) => (qos === null ? [] : [{ id, ...qos }]))),
    tunnelEndpoint: byId(ELSEWHERE.map((id, index) => ({ id, ip: `192.0.2.${index + 20}` }))),
  };
  const plugs = ports.flatMap(({ id, plug }) => (plug === 'none' ? [] : [[id, plug] as const]));
  return { share, plugs: Object.fromEntries(plugs) };
}

function portOf(
  given: Pick<Port, 'id' | 'networkId' | 'macAddress' | 'fixedIps' | 'deviceOwner' | 'host'> & Partial<Port>,
): Port {
  return {
    name: '',
    projectId: '',
    adminStateUp: true,
    deviceId: '',
    portSecurityEnabled: false,
    securityGroupIds: [],
    allowedAddressPairs: [],
    extraDhcpOptions: [],
    dnsName: '',
    ...given,
  };
}

function addressAt(cidr: string, number: number): string {
  const { version, network: first } = toCidr(cidr);
  return formatAddress({ version, value: first + BigInt(number) });
}

function next(ip: string): string {
  const { version, value } = toAddress(ip);
  return formatAddress({ version, value: value + 7n });
}

function cidrText(block: string): string {
  return block.includes('/') ? block : `${block}/${block.includes(':') ? 128 : 32}`;
}

function byId<Value extends { readonly id: string }>(values: readonly Value[]): Readonly<Record<string, Value>> {
  return Object.fromEntries(values.map((value) => [value.id, value]));
}

function forwarding(
  protocol: string,
  [internalFirst, internalLast]: readonly [number, number],
  [externalFirst, externalLast]: readonly [number, number],
): PortForwarding {
  return {
    id: `${protocol}-${externalFirst}`,
    protocol,
    externalFirst,
    externalLast,
    internalIpAddress: '10.0.0.10',
    internalFirst,
    internalLast,
  };
}
