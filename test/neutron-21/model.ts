import { readFileSync } from 'node:fs';
import type { HostState } from '../../src/host/host-state.ts';
import type { Network, Port, Subnet } from '../../src/model/share.ts';
import type { TraceModel } from '../../src/trace/trace-model.ts';

interface Topology {
  readonly ext: ApiNetwork;
  readonly net: ApiNetwork;
  readonly iso: ApiNetwork;
  readonly sub: { readonly id: string; readonly cidr: string; readonly gateway_ip: string };
  readonly router: { readonly id: string; readonly name: string };
  readonly sg: { readonly id: string; readonly name: string };
  readonly vms: Readonly<Record<string, { readonly host: string; readonly port: ApiPort }>>;
  readonly fip: {
    readonly id: string;
    readonly floating_ip_address: string;
    readonly fixed_ip_address: string;
    readonly port_id: string;
  };
}

interface ApiNetwork {
  readonly id: string;
  readonly name: string;
  readonly mtu: number;
}

interface ApiPort {
  readonly id: string;
  readonly name: string;
  readonly network_id: string;
  readonly mac_address: string;
  readonly device_owner: string;
  readonly fixed_ips: readonly { readonly subnet_id: string; readonly ip_address: string }[];
  readonly security_groups: readonly string[];
  readonly allowed_address_pairs: readonly { readonly mac_address: string; readonly ip_address: string }[];
}

const isoCidr = '10.0.9.0/24';
const externalCidr = '203.0.113.0/24';

/** The API objects of the recording; ports of routers and DHCP servers, which it leaves out, as the network host shows them. */
export function observedModel(states: Readonly<Record<string, HostState>>): TraceModel {
  const topology: Topology = JSON.parse(
    readFileSync(new URL('../fixtures/neutron-21/topo.json', import.meta.url), 'utf8'),
  );
  const { ext, net, iso, sub, fip } = topology;
  return {
    networks: [network(ext, true), network(net, false), network(iso, false)],
    subnets: [
      subnet(sub.id, net.id, sub.cidr, sub.gateway_ip),
      subnet('iso', iso.id, isoCidr, null),
      subnet('ext', ext.id, externalCidr, '203.0.113.1'),
    ],
    ports: [...Object.values(topology.vms).map((vm) => vmPort(vm.host, vm.port)), ...servicePorts(states)],
    floatingIps: [
      {
        id: fip.id,
        routerId: topology.router.id,
        floatingIpAddress: fip.floating_ip_address,
        fixedIpAddress: fip.fixed_ip_address,
        portId: fip.port_id,
      },
    ],
    routers: [
      {
        id: topology.router.id,
        name: topology.router.name,
        projectId: '',
        adminStateUp: true,
        gatewayPortId: null,
        enableSnat: true,
        interfacePortIds: [],
        routes: [],
      },
    ],
    securityGroups: [{ id: topology.sg.id, name: topology.sg.name, stateful: true, rules: [] }],
  };
}

function network(api: ApiNetwork, external: boolean): Network {
  return {
    id: api.id,
    name: api.name,
    projectId: '',
    networkType: external ? 'flat' : 'vxlan',
    physicalNetwork: external ? 'external' : null,
    segmentationId: null,
    mtu: api.mtu,
    external,
    adminStateUp: true,
  };
}

function subnet(id: string, networkId: string, cidr: string, gatewayIp: string | null): Subnet {
  return {
    id,
    name: id,
    networkId,
    ipVersion: 4,
    cidr,
    gatewayIp,
    enableDhcp: true,
    dnsNameservers: [],
    hostRoutes: [],
    ipv6RaMode: null,
    ipv6AddressMode: null,
  };
}

const portDefaults = {
  projectId: '',
  adminStateUp: true,
  deviceId: '',
  portSecurityEnabled: true,
  securityGroupIds: [],
  allowedAddressPairs: [],
  extraDhcpOptions: [],
  dnsName: '',
};

function vmPort(host: string, port: ApiPort): Port {
  return {
    ...portDefaults,
    id: port.id,
    name: port.name,
    networkId: port.network_id,
    macAddress: port.mac_address,
    fixedIps: port.fixed_ips.map((fixedIp) => ({ subnetId: fixedIp.subnet_id, ipAddress: fixedIp.ip_address })),
    deviceOwner: port.device_owner,
    host,
    securityGroupIds: port.security_groups,
    allowedAddressPairs: port.allowed_address_pairs.map((pair) => ({
      macAddress: pair.mac_address,
      ipAddress: pair.ip_address,
    })),
  };
}

function servicePorts(states: Readonly<Record<string, HostState>>): readonly Port[] {
  const state = states['net1'];
  return Object.entries(state?.bridges['br-int']?.ports ?? {}).flatMap(([device, port]) => {
    const id = port.externalIds['iface-id'];
    const holder = Object.values(state?.namespaces ?? {}).find((namespace) => Object.hasOwn(namespace.links, device));
    if (id === undefined || holder === undefined) return [];
    const owner = device.startsWith('qr-') ? 'router_interface' : device.startsWith('qg-') ? 'router_gateway' : 'dhcp';
    const [address = ''] = holder.links[device]?.addresses ?? [];
    return [
      {
        ...portDefaults,
        id,
        name: '',
        networkId: port.otherConfig['net_uuid'] ?? '',
        macAddress: port.externalIds['attached-mac'] ?? '',
        fixedIps: [{ subnetId: '', ipAddress: address.split('/')[0] ?? '' }],
        deviceOwner: `network:${owner}`,
        host: 'net1',
      },
    ];
  });
}
