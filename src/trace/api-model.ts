/**
 * What a walk knows of the model, out of the answers of a Networking API, Neutron's or ours, as an admin gets them.
 *
 * Lists by the name of their collection (`networks`, `ports`, …). What is missing or of another shape is left out: a dump of a
 * cloud is taken as it is.
 */
import type { Network, Port, SecurityGroup, SecurityGroupRule, Subnet } from '../model/share.ts';
import type { TraceModel } from './trace-model.ts';

type Answers = Readonly<Record<string, unknown>>;

/** The collections that a walk asks for. */
export const collections = ['networks', 'subnets', 'ports', 'routers', 'floatingips', 'security_groups'] as const;

export function modelOfAnswers(answers: Answers): TraceModel {
  const networks = items(answers['networks']).map(networkOf);
  const ports = items(answers['ports']).map(portOf);
  return {
    networks,
    subnets: items(answers['subnets']).map(subnetOf),
    ports,
    floatingIps: items(answers['floatingips'])
      .filter((one) => text(one['port_id']) !== '')
      .map((one) => ({
        id: text(one['id']),
        routerId: text(one['router_id']),
        floatingIpAddress: text(one['floating_ip_address']),
        fixedIpAddress: text(one['fixed_ip_address']),
        portId: text(one['port_id']),
      })),
    routers: items(answers['routers']).map((one) => routerOf(one, ports)),
    securityGroups: items(answers['security_groups']).map(groupOf),
  };
}

function networkOf(one: Answers): Network {
  return {
    id: text(one['id']),
    name: text(one['name']),
    projectId: text(one['project_id']),
    networkType: networkTypes.find((type) => type === one['provider:network_type']) ?? 'vxlan',
    physicalNetwork: textOrNull(one['provider:physical_network']),
    segmentationId: numberOrNull(one['provider:segmentation_id']),
    mtu: numberOrNull(one['mtu']) ?? 1500,
    external: one['router:external'] === true,
    adminStateUp: one['admin_state_up'] !== false,
  };
}
const networkTypes = ['flat', 'vlan', 'vxlan', 'gre', 'geneve', 'local'] as const;

function subnetOf(one: Answers): Subnet {
  return {
    id: text(one['id']),
    name: text(one['name']),
    networkId: text(one['network_id']),
    ipVersion: one['ip_version'] === 6 ? 6 : 4,
    cidr: text(one['cidr']),
    gatewayIp: textOrNull(one['gateway_ip']),
    enableDhcp: one['enable_dhcp'] === true,
    dnsNameservers: texts(one['dns_nameservers']),
    hostRoutes: items(one['host_routes']).map(routeOf),
    ipv6RaMode: textOrNull(one['ipv6_ra_mode']),
    ipv6AddressMode: textOrNull(one['ipv6_address_mode']),
  };
}

function portOf(one: Answers): Port {
  return {
    id: text(one['id']),
    name: text(one['name']),
    networkId: text(one['network_id']),
    projectId: text(one['project_id']),
    macAddress: text(one['mac_address']),
    adminStateUp: one['admin_state_up'] !== false,
    fixedIps: items(one['fixed_ips']).map((ip) => ({
      subnetId: text(ip['subnet_id']),
      ipAddress: text(ip['ip_address']),
    })),
    deviceOwner: text(one['device_owner']),
    deviceId: text(one['device_id']),
    host: text(one['binding:host_id']),
    portSecurityEnabled: one['port_security_enabled'] !== false,
    securityGroupIds: texts(one['security_groups']),
    allowedAddressPairs: items(one['allowed_address_pairs']).map((pair) => ({
      macAddress: text(pair['mac_address']),
      ipAddress: text(pair['ip_address']),
    })),
    extraDhcpOptions: [],
    dnsName: text(one['dns_name']),
  };
}

function routerOf(one: Answers, ports: readonly Port[]): TraceModel['routers'][number] {
  const id = text(one['id']);
  const own = ports.filter((port) => port.deviceId === id);
  const gateway = isRecord(one['external_gateway_info']) ? one['external_gateway_info'] : {};
  return {
    id,
    name: text(one['name']),
    projectId: text(one['project_id']),
    adminStateUp: one['admin_state_up'] !== false,
    gatewayPortId: own.find((port) => port.deviceOwner === 'network:router_gateway')?.id ?? null,
    enableSnat: gateway['enable_snat'] !== false,
    interfacePortIds: own.filter((port) => port.deviceOwner !== 'network:router_gateway').map((port) => port.id),
    routes: items(one['routes']).map(routeOf),
  };
}

function groupOf(one: Answers): SecurityGroup {
  return {
    id: text(one['id']),
    name: text(one['name']),
    stateful: one['stateful'] !== false,
    rules: items(one['security_group_rules']).map(ruleOf),
  };
}

function ruleOf(one: Answers): SecurityGroupRule {
  return {
    id: text(one['id']),
    direction: one['direction'] === 'egress' ? 'egress' : 'ingress',
    ethertype: one['ethertype'] === 'IPv6' ? 'IPv6' : 'IPv4',
    protocol: textOrNull(one['protocol']),
    portRangeMin: numberOrNull(one['port_range_min']),
    portRangeMax: numberOrNull(one['port_range_max']),
    remoteIpPrefix: textOrNull(one['remote_ip_prefix']),
    remoteGroupId: textOrNull(one['remote_group_id']),
  };
}

const routeOf = (one: Answers) => ({ destination: text(one['destination']), nexthop: text(one['nexthop']) });

function isRecord(value: unknown): value is Answers {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const items = (value: unknown): readonly Answers[] => (Array.isArray(value) ? value.filter(isRecord) : []);
const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const textOrNull = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const numberOrNull = (value: unknown): number | null => (typeof value === 'number' ? value : null);
