/** Hand-written shares: one tunnelled network with DHCP, as many ports as wanted, a group that lets ping, SSH and iperf3 in. */
import type { Sync } from '../src/feed/messages.ts';
import type { Port, PortQos, SharedObject } from '../src/model/share.ts';

export interface TestHost {
  readonly name: string;
  readonly tunnelIp: string;
  /** Runs the DHCP server. */
  readonly dhcp?: boolean;
}

export interface TestPort {
  /** Gives id, MAC and address: 10.20.0.0/16, from 10 on. */
  readonly number: number;
  readonly host: string;
  readonly qos?: Partial<PortQos>;
}

const networkId = 'a0a0a0a0-0000-4000-8000-000000000001';
const subnetId = 'b0b0b0b0-0000-4000-8000-000000000001';
const groupId = 'c0c0c0c0-0000-4000-8000-000000000001';
const projectId = '00000000000000000000000000000001';

export const testPortId = (number: number) =>
  `${(0xd0000000 + number).toString(16)}-0000-4000-8000-${String(number).padStart(12, '0')}`;

export const testPortAddress = (number: number) => `10.20.${(number + 10) >> 8}.${(number + 10) & 255}`;

export const testPortMac = (number: number) =>
  `fa:16:3e:00:${((number >> 8) & 255).toString(16).padStart(2, '0')}:${(number & 255).toString(16).padStart(2, '0')}`;

const noQos = { policyId: 'f0f0f0f0-0000-4000-8000-000000000001', egress: null, ingress: null, dscpMark: null };

/** The objects of one host's share. */
export function testShare(host: TestHost, hosts: readonly TestHost[], ports: readonly TestPort[]): Sync['set'] {
  const dhcpHosts = hosts.filter((one) => one.dhcp);
  const all: Port[] = [
    ...ports.map(testPort),
    ...dhcpHosts.map((one, n) => ({
      ...testPort({ number: 60_000 + n, host: one.name }),
      fixedIps: [{ subnetId, ipAddress: `10.20.0.${2 + n}` }],
      deviceOwner: 'network:dhcp',
      portSecurityEnabled: false,
      securityGroupIds: [],
    })),
  ];
  const objects: SharedObject[] = [
    {
      kind: 'network',
      value: {
        id: networkId,
        name: 'private',
        projectId,
        networkType: 'vxlan',
        physicalNetwork: null,
        segmentationId: 4242,
        mtu: 1450,
        external: false,
        adminStateUp: true,
      },
    },
    {
      kind: 'subnet',
      value: {
        id: subnetId,
        name: 'private',
        networkId,
        ipVersion: 4,
        cidr: '10.20.0.0/16',
        gatewayIp: '10.20.0.1',
        enableDhcp: true,
        dnsNameservers: [],
        hostRoutes: [],
        ipv6RaMode: null,
        ipv6AddressMode: null,
      },
    },
    {
      kind: 'securityGroup',
      value: {
        id: groupId,
        name: 'default',
        stateful: true,
        rules: [
          rule(1, 'egress', null, null),
          rule(2, 'ingress', 'icmp', null),
          rule(3, 'ingress', 'tcp', 22),
          rule(4, 'ingress', 'tcp', 5201),
          rule(5, 'ingress', 'udp', 5201),
        ],
      },
    },
    ...all.map((value) => ({ kind: 'port', value }) as const),
    ...ports.flatMap(({ number, host: where, qos }) =>
      where === host.name && qos !== undefined
        ? [{ kind: 'portQos', value: { ...noQos, ...qos, id: testPortId(number) } } as const]
        : [],
    ),
    ...hosts.flatMap((one) =>
      one.name === host.name ? [] : [{ kind: 'tunnelEndpoint', value: { id: one.name, ip: one.tunnelIp } } as const],
    ),
    ...(host.dhcp
      ? [
          {
            kind: 'dhcpServer',
            value: { id: networkId, portId: testPortId(60_000 + dhcpHosts.findIndex((one) => one.name === host.name)) },
          } as const,
        ]
      : []),
  ];
  return objects;
}

function testPort({ number, host }: TestPort): Port {
  return {
    id: testPortId(number),
    name: `port${number}`,
    networkId,
    projectId,
    macAddress: testPortMac(number),
    adminStateUp: true,
    fixedIps: [{ subnetId, ipAddress: testPortAddress(number) }],
    deviceOwner: 'compute:nova',
    deviceId: '',
    host,
    portSecurityEnabled: true,
    securityGroupIds: [groupId],
    allowedAddressPairs: [],
    extraDhcpOptions: [],
    dnsName: '',
  };
}

function rule(number: number, direction: 'ingress' | 'egress', protocol: string | null, port: number | null) {
  return {
    id: `e0e0e0e0-0000-4000-8000-00000000000${number}`,
    direction,
    ethertype: 'IPv4',
    protocol,
    portRangeMin: port,
    portRangeMax: port,
    remoteIpPrefix: null,
    remoteGroupId: null,
  } as const;
}
