/** Desired states by hand, as compile would make them: for the contract of drivers and for measuring them. */
import {
  type Chain,
  emptyNamespace,
  type Flow,
  type HostState,
  type Link,
  type Namespace,
  ROOT,
} from '../host/host-state.ts';
import { quotePortName } from '../host/read-flows.ts';

export interface SamplePort {
  readonly id: string;
  /** The first 11 characters of the id, as they stand in names of devices. */
  readonly short: string;
  readonly macAddress: string;
  readonly ipAddress: string;
  readonly zone: number;
  /** Namespace of the workload; undefined for a tap that a hypervisor would open. */
  readonly vm?: string;
}

/** Port number `index` (from 0) of the network 10.0.0.0/16. */
export function samplePort(index: number, vm?: string): SamplePort {
  const hex = index.toString(16).padStart(8, '0');
  const id = `${hex}-0000-4000-8000-000000000000`;
  return {
    id,
    short: id.slice(0, 11),
    macAddress: `fa:16:3e:00:${hex.slice(4, 6)}:${hex.slice(6)}`,
    ipAddress: `10.0.${1 + (index >> 8)}.${index & 255 || 250}`,
    zone: 4097 + index,
    ...(vm === undefined ? {} : { vm }),
  };
}

const networkId = '4432eab7-ab0a-4d7a-93f3-885da4b015ab';
export const sampleRouter = 'qrouter-f1c1cc81-a991-4777-96ce-948f6b682ec7';
export const sampleDhcp = `qdhcp-${networkId}`;
export const sampleTag = 2;

/** A host with these hybrid ports on br-int; with `services` also a router and a DHCP server for them, and limits. */
export function sampleState(
  ports: readonly SamplePort[],
  options: { readonly datapathType: 'system' | 'netdev'; readonly services?: { readonly stateDirectory: string } },
): HostState {
  const services = options.services;
  const vms = ports.flatMap((port) => (port.vm === undefined ? [] : [[port.vm, vmNamespace(port)] as const]));
  return {
    namespaces: {
      [ROOT]: { ...hostNamespace(ports), shapers: services === undefined ? {} : shapersOf(ports) },
      ...Object.fromEntries(vms),
      ...(services === undefined ? {} : { [sampleRouter]: routerNamespace(), [sampleDhcp]: dhcpNamespace() }),
    },
    bridges: {
      'br-int': {
        datapathType: options.datapathType,
        failMode: 'secure',
        ports: {
          'patch-tun': { type: 'patch', options: { peer: 'patch-int' }, externalIds: {}, otherConfig: {} },
          ...Object.fromEntries(ports.map((port) => [`qvo${port.short}`, ovsPort('', port.id, port.macAddress)])),
          ...(services === undefined
            ? {}
            : {
                'qr-243b9d3a-c4': ovsPort('internal', '243b9d3a-c400-4000-8000-000000000000', 'fa:16:3e:b3:c7:91'),
                'tapaf446c29-ff': ovsPort('internal', 'af446c29-ff00-4000-8000-000000000000', 'fa:16:3e:57:82:c8'),
              }),
        },
        flows: [...baseFlows(), ...ports.flatMap(portFlows)],
      },
      'br-tun': {
        datapathType: options.datapathType,
        failMode: 'secure',
        ports: { 'patch-int': { type: 'patch', options: { peer: 'patch-tun' }, externalIds: {}, otherConfig: {} } },
        flows: [flow(0, 0, '', 'drop')],
      },
    },
    daemons: services === undefined ? {} : { [`dnsmasq:${networkId}`]: dnsmasq(services.stateDirectory, ports) },
  };
}

function ovsPort(type: '' | 'internal', id: string, macAddress: string) {
  return {
    type,
    tag: sampleTag,
    options: {},
    externalIds: { 'iface-id': id, 'attached-mac': macAddress, 'iface-status': 'active' },
    otherConfig: { net_uuid: networkId, network_type: 'vxlan', segmentation_id: '15578', tag: `${sampleTag}` },
  };
}

function hostNamespace(ports: readonly SamplePort[]): Namespace {
  const prefix = 'neutron-openvswi';
  const chain = (rules: readonly string[]): Chain => ({ rules });
  const bridged = (direction: 'in' | 'out', port: SamplePort) =>
    `-m physdev --physdev-${direction} tap${port.short} --physdev-is-bridged`;
  const own = (letter: 'i' | 'o', port: SamplePort) => `${prefix}-${letter}${port.short.slice(0, 10)}`;
  return {
    ...emptyNamespace,
    links: Object.fromEntries(ports.flatMap(hybridLinks)),
    sysctls: {
      'net.bridge.bridge-nf-call-iptables': '1',
      ...Object.fromEntries(ports.map(({ short }) => [`net.ipv6.conf.qbr${short}.accept_ra`, '0'])),
    },
    ipv4: {
      raw: {
        PREROUTING: chain([`-j ${prefix}-PREROUTING`]),
        [`${prefix}-PREROUTING`]: chain(
          ports.flatMap(({ short, zone }) => [
            `-m physdev --physdev-in qvb${short} -j CT --zone ${zone}`,
            `-i qvb${short} -j CT --zone ${zone}`,
            `-m physdev --physdev-in tap${short} -j CT --zone ${zone}`,
          ]),
        ),
      },
      filter: {
        FORWARD: chain([`-j ${prefix}-FORWARD`]),
        [`${prefix}-FORWARD`]: chain(
          ports.flatMap((port) => [
            `${bridged('out', port)} -j ${prefix}-sg-chain`,
            `${bridged('in', port)} -j ${prefix}-sg-chain`,
          ]),
        ),
        [`${prefix}-sg-chain`]: chain([
          ...ports.flatMap((port) => [
            `${bridged('out', port)} -j ${own('i', port)}`,
            `${bridged('in', port)} -j ${own('o', port)}`,
          ]),
          '-j ACCEPT',
        ]),
        [`${prefix}-sg-fallback`]: chain(['-j DROP']),
        ...Object.fromEntries(
          ports.flatMap((port) => [
            [
              own('i', port),
              chain([
                '-m state --state RELATED,ESTABLISHED -j RETURN',
                '-p udp -m udp --sport 67 --dport 68 -j RETURN',
                '-m set --match-set NIPv4b786c4a6-1b55-43a6-972b- src -j RETURN',
                `-j ${prefix}-sg-fallback`,
              ]),
            ],
            [
              own('o', port),
              chain([`-s ${port.ipAddress}/32 -j RETURN`, '-p udp -m udp --sport 68 --dport 67 -j RETURN', '-j DROP']),
            ],
          ]),
        ),
      },
    },
    ipsets: {
      'NIPv4b786c4a6-1b55-43a6-972b-': {
        type: 'hash:net',
        family: 'inet',
        members: ['10.0.0.1', ...ports.map(({ ipAddress }) => ipAddress)].sort(),
      },
    },
  };
}

function shapersOf(ports: readonly SamplePort[]) {
  return Object.fromEntries(
    ports.flatMap(({ short }) => [
      [`qvb${short}`, { kbps: 200_000, burstUs: 20_000, queueBytes: 1_750_000 }],
      [`tap${short}`, { kbps: 40_000_000, burstUs: 20_000, queueBytes: 350_000_000 }],
    ]),
  );
}

function hybridLinks({ short, vm }: SamplePort): readonly (readonly [string, Link])[] {
  const plain = { mtu: 1450, up: true, addresses: [] };
  const master = `qbr${short}`;
  return [
    [master, { kind: 'bridge', ageingTime: 0, ...plain }],
    [`qvb${short}`, { kind: 'veth', peer: `qvo${short}`, master, txOffload: false, ...plain }],
    [`qvo${short}`, { kind: 'veth', peer: `qvb${short}`, ...plain }],
    [
      `tap${short}`,
      vm === undefined
        ? { kind: 'tap', master, ...plain }
        : { kind: 'veth', peer: 'eth0', peerNamespace: vm, master, ...plain },
    ],
  ];
}

function vmNamespace({ short, macAddress }: SamplePort): Namespace {
  const eth0: Link = {
    kind: 'veth',
    peer: `tap${short}`,
    peerNamespace: ROOT,
    macAddress,
    mtu: 1450,
    up: true,
    addresses: [],
  };
  return { ...emptyNamespace, links: { eth0 } };
}

function routerNamespace(): Namespace {
  return {
    ...emptyNamespace,
    links: {
      'qr-243b9d3a-c4': {
        kind: 'internal',
        macAddress: 'fa:16:3e:b3:c7:91',
        mtu: 1450,
        up: true,
        addresses: ['10.0.0.1/16'],
      },
    },
    routes: [
      { destination: '192.0.2.0/24', via: '10.0.0.254', dev: 'qr-243b9d3a-c4', protocol: 'static', ipVersion: 4 },
    ],
    sysctls: { 'net.ipv4.ip_forward': '1' },
    ipv4: {
      nat: {
        POSTROUTING: { rules: ['-j neutron-l3-agent-POSTROUTING', '-j neutron-postrouting-bottom'] },
        'neutron-l3-agent-POSTROUTING': { rules: [] },
        'neutron-postrouting-bottom': { rules: ['-j neutron-l3-agent-snat'] },
        'neutron-l3-agent-snat': { rules: [] },
      },
    },
  };
}

function dhcpNamespace(): Namespace {
  return {
    ...emptyNamespace,
    links: {
      'tapaf446c29-ff': {
        kind: 'internal',
        macAddress: 'fa:16:3e:57:82:c8',
        mtu: 1450,
        up: true,
        addresses: ['10.0.0.2/16'],
      },
    },
  };
}

function dnsmasq(stateDirectory: string, ports: readonly SamplePort[]) {
  const directory = `${stateDirectory}/dhcp/${networkId}`;
  return {
    kind: 'dnsmasq' as const,
    namespace: sampleDhcp,
    argv: [
      'dnsmasq',
      '--no-hosts',
      '--no-resolv',
      '--except-interface=lo',
      `--pid-file=${directory}/pid`,
      `--dhcp-hostsfile=${directory}/host`,
      `--dhcp-leasefile=${directory}/leases`,
      '--bind-dynamic',
      '--interface=tapaf446c29-ff',
      '--dhcp-range=set:subnet,10.0.0.0,static,255.255.0.0,86400s',
      '--conf-file=/dev/null',
      '--dhcp-authoritative',
    ],
    files: {
      [`${directory}/host`]: ports.map(({ macAddress, ipAddress }) => `${macAddress},${ipAddress}\n`).join(''),
    },
  };
}

function baseFlows(): readonly Flow[] {
  return [
    flow(0, 65535, 'dl_vlan=4095', 'drop'),
    flow(0, 0, '', 'goto_table:59'),
    flow(23, 0, '', 'drop'),
    flow(24, 0, '', 'drop'),
    flow(30, 0, '', 'goto_table:59'),
    flow(59, 0, '', 'goto_table:60'),
    flow(60, 3, '', 'NORMAL'),
  ];
}

function portFlows({ short, macAddress, ipAddress }: SamplePort): readonly Flow[] {
  const inPort = `in_port=${quotePortName(`qvo${short}`)}`;
  return [
    flow(0, 10, `icmp6,${inPort},icmp_type=136`, 'goto_table:24'),
    flow(0, 10, `arp,${inPort}`, 'goto_table:24'),
    flow(0, 9, inPort, 'goto_table:25'),
    flow(24, 2, `arp,${inPort},arp_spa=${ipAddress}`, 'goto_table:25'),
    flow(25, 2, `${inPort},dl_src=${macAddress}`, 'goto_table:30'),
    flow(30, 2, `${inPort},dl_dst=${macAddress}`, 'drop'),
  ];
}

function flow(table: number, priority: number, match: string, actions: string): Flow {
  return { table, priority, match, actions };
}
