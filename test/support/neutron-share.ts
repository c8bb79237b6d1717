/** The share of each host of the topology that a real Neutron wired, made from what its API said (`test/fixtures/neutron-21/api.json`). */
import { readFileSync } from 'node:fs';
import { emptyShare, type NetworkType, type Share } from '../../src/model/share.ts';

interface Api {
  readonly networks: readonly Record<string, unknown>[];
  readonly subnets: readonly Record<string, unknown>[];
  readonly ports: readonly Record<string, unknown>[];
  readonly routers: readonly Record<string, unknown>[];
  readonly floatingips: readonly Record<string, unknown>[];
  readonly security_groups: readonly Record<string, unknown>[];
  readonly security_group_rules: readonly Record<string, unknown>[];
}

/** Tunnel addresses of the hosts. */
export const TUNNEL_IPS: Readonly<Record<string, string>> = {
  cmp1: '10.98.0.21',
  cmp2: '10.98.0.22',
  net1: '10.98.0.11',
};

const VM3_QOS = {
  id: '48f78507-7ab4-486e-a4eb-9952ca9b3071',
  policyId: '48f98113-39a4-4e11-a435-1b7cb87d514a',
  egress: { maxKbps: 20_000, maxBurstKbps: 16_000 },
  ingress: { maxKbps: 30_000, maxBurstKbps: 24_000 },
  dscpMark: 26,
};

export function neutronShare(host: string): Share {
  const api = JSON.parse(readFileSync('test/fixtures/neutron-21/api.json', 'utf8')) as Api;
  const ports = api.ports.map((port) => ({
    id: text(port['id']),
    name: text(port['name']),
    networkId: text(port['network_id']),
    projectId: text(port['project_id']),
    macAddress: text(port['mac_address']),
    adminStateUp: port['admin_state_up'] === true,
    fixedIps: list(port['fixed_ips']).map((ip) => ({
      subnetId: text(ip['subnet_id']),
      ipAddress: text(ip['ip_address']),
    })),
    deviceOwner: text(port['device_owner']),
    deviceId: text(port['device_id']),
    host: text(port['binding:host_id']),
    portSecurityEnabled: port['port_security_enabled'] === true,
    securityGroupIds: port['security_groups'] as readonly string[],
    allowedAddressPairs: list(port['allowed_address_pairs']).map((pair) => ({
      macAddress: text(pair['mac_address']),
      ipAddress: text(pair['ip_address']),
    })),
    extraDhcpOptions: list(port['extra_dhcp_opts']).map((option) => ({
      name: text(option['opt_name']),
      value: text(option['opt_value']),
      ipVersion: option['ip_version'] === 6 ? (6 as const) : (4 as const),
    })),
    dnsName: '',
  }));
  const networkIds = new Set(ports.filter((port) => port.host === host).map((port) => port.networkId));
  const here = ports.filter((port) => networkIds.has(port.networkId));
  const groupIds = new Set(here.filter((port) => port.host === host).flatMap((port) => port.securityGroupIds));
  const isNetworkHost = here.some((port) => port.host === host && port.deviceOwner === 'network:dhcp');
  return {
    ...emptyShare,
    network: byId(
      api.networks
        .filter((network) => networkIds.has(text(network['id'])))
        .map((network) => ({
          id: text(network['id']),
          name: text(network['name']),
          projectId: text(network['project_id']),
          networkType: text(network['provider:network_type']) as NetworkType,
          physicalNetwork: network['provider:physical_network'] as string | null,
          segmentationId: network['provider:segmentation_id'] as number | null,
          mtu: Number(network['mtu']),
          external: network['router:external'] === true,
          adminStateUp: network['admin_state_up'] === true,
        })),
    ),
    subnet: byId(
      api.subnets
        .filter((subnet) => networkIds.has(text(subnet['network_id'])))
        .map((subnet) => ({
          id: text(subnet['id']),
          name: text(subnet['name']),
          networkId: text(subnet['network_id']),
          ipVersion: subnet['ip_version'] === 6 ? (6 as const) : (4 as const),
          cidr: text(subnet['cidr']),
          gatewayIp: subnet['gateway_ip'] as string | null,
          enableDhcp: subnet['enable_dhcp'] === true,
          dnsNameservers: subnet['dns_nameservers'] as readonly string[],
          hostRoutes: list(subnet['host_routes']).map((route) => ({
            destination: text(route['destination']),
            nexthop: text(route['nexthop']),
          })),
          ipv6RaMode: null,
          ipv6AddressMode: null,
        })),
    ),
    port: byId(here),
    securityGroup: byId(
      api.security_groups
        .filter((group) => groupIds.has(text(group['id'])))
        .map((group) => ({
          id: text(group['id']),
          name: text(group['name']),
          stateful: group['stateful'] === true,
          rules: api.security_group_rules
            .filter((rule) => rule['security_group_id'] === group['id'])
            .map((rule) => ({
              id: text(rule['id']),
              direction: rule['direction'] === 'ingress' ? ('ingress' as const) : ('egress' as const),
              ethertype: rule['ethertype'] === 'IPv6' ? ('IPv6' as const) : ('IPv4' as const),
              protocol: rule['protocol'] as string | null,
              portRangeMin: rule['port_range_min'] as number | null,
              portRangeMax: rule['port_range_max'] as number | null,
              remoteIpPrefix: rule['remote_ip_prefix'] as string | null,
              remoteGroupId: rule['remote_group_id'] as string | null,
            })),
        })),
    ),
    securityGroupMembers: byId(
      [...groupIds].map((id) => ({
        id,
        ipv4: ports
          .filter((port) => port.securityGroupIds.includes(id))
          .flatMap((port) => [...port.fixedIps, ...port.allowedAddressPairs])
          .map(({ ipAddress }) => ipAddress),
        ipv6: [],
      })),
    ),
    router: !isNetworkHost
      ? {}
      : byId(
          api.routers.map((router) => ({
            id: text(router['id']),
            name: text(router['name']),
            projectId: text(router['project_id']),
            adminStateUp: router['admin_state_up'] === true,
            gatewayPortId: ports.find(({ deviceOwner }) => deviceOwner === 'network:router_gateway')?.id ?? null,
            enableSnat: true,
            interfacePortIds: ports
              .filter(({ deviceOwner }) => deviceOwner === 'network:router_interface')
              .map(({ id }) => id),
            routes: [],
          })),
        ),
    floatingIp: !isNetworkHost
      ? {}
      : byId(
          api.floatingips
            .filter((one) => one['port_id'] !== null)
            .map((one) => ({
              id: text(one['id']),
              routerId: text(one['router_id']),
              floatingIpAddress: text(one['floating_ip_address']),
              fixedIpAddress: text(one['fixed_ip_address']),
              portId: text(one['port_id']),
            })),
        ),
    dhcpServer: byId(
      here
        .filter((port) => port.host === host && port.deviceOwner === 'network:dhcp')
        .map((port) => ({ id: port.networkId, portId: port.id })),
    ),
    // The answers of the API were taken without policies; what this port's said stands in the dumps of its host.
    portQos: host === 'cmp2' ? byId([VM3_QOS]) : {},
    tunnelEndpoint: byId(Object.entries(TUNNEL_IPS).flatMap(([id, ip]) => (id === host ? [] : [{ id, ip }]))),
  };
}

function byId<Value extends { readonly id: string }>(values: readonly Value[]): Readonly<Record<string, Value>> {
  return Object.fromEntries(values.map((value) => [value.id, value]));
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function list(value: unknown): readonly Record<string, unknown>[] {
  return value as readonly Record<string, unknown>[];
}
