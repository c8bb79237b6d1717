/** What the demo asks for, through the HTTP API alone, as any client would. */
import type { ApiClient } from '../../client/api-client.ts';

export interface Port {
  readonly id: string;
  readonly name: string;
  readonly macAddress: string;
  readonly ipAddress: string;
}

export interface Topology {
  readonly privateNetworkId: string;
  readonly web1: Port;
  readonly web2: Port;
  /** The router's own address outside, which every VM without a floating IP leaves with. */
  readonly routerAddress: string;
  readonly routerId: string;
  readonly floatingIp: string;
}

export async function createTopology(api: ApiClient): Promise<Topology> {
  const create = async (kind: string, body: Readonly<Record<string, unknown>>): Promise<Resource> => {
    const answer = await api.request('POST', `/v2.0/${kind.replaceAll('_', '-')}s`, { [kind]: body });
    return answer[kind] as Resource;
  };

  const outside = await create('network', {
    name: 'public',
    'router:external': true,
    'provider:network_type': 'flat',
    'provider:physical_network': 'public',
  });
  await create('subnet', {
    name: 'public',
    network_id: outside.id,
    ip_version: 4,
    cidr: '203.0.113.0/24',
    gateway_ip: '203.0.113.1',
    enable_dhcp: false,
    allocation_pools: [{ start: '203.0.113.10', end: '203.0.113.200' }],
  });
  const inside = await create('network', { name: 'private' });
  const subnet = await create('subnet', {
    name: 'private',
    network_id: inside.id,
    ip_version: 4,
    cidr: '10.1.1.0/24',
  });

  const router = await create('router', { name: 'router1', external_gateway_info: { network_id: outside.id } });
  await api.request('PUT', `/v2.0/routers/${router.id}/add_router_interface`, { subnet_id: subnet.id });

  const group = await create('security_group', { name: 'web', description: 'ping, ssh and http from anywhere' });
  const rule = (protocol: string, port?: number) =>
    create('security_group_rule', {
      security_group_id: group.id,
      direction: 'ingress',
      ethertype: 'IPv4',
      protocol,
      ...(port !== undefined && { port_range_min: port, port_range_max: port }),
    });
  await rule('icmp');
  await rule('tcp', 22);
  await rule('tcp', 80);

  const port = async (name: string, host: string) =>
    portOf(
      await create('port', {
        name,
        network_id: inside.id,
        security_groups: [group.id],
        'binding:host_id': host,
        device_owner: 'compute:nova',
      }),
    );
  const web1 = await port('web1', 'compute1');
  const web2 = await port('web2', 'compute2');
  const floating = await create('floatingip', { floating_network_id: outside.id, port_id: web1.id });

  const gateway = router['external_gateway_info'] as { external_fixed_ips: readonly { ip_address: string }[] };
  return {
    privateNetworkId: inside.id,
    web1,
    web2,
    routerId: router.id,
    routerAddress: gateway.external_fixed_ips[0]?.ip_address ?? '',
    floatingIp: floating['floating_ip_address'] as string,
  };
}

type Resource = Readonly<Record<string, unknown>> & { readonly id: string };

function portOf(port: Resource): Port {
  const [fixed] = port['fixed_ips'] as readonly { readonly ip_address: string }[];
  return {
    id: port.id,
    name: port['name'] as string,
    macAddress: port['mac_address'] as string,
    ipAddress: fixed?.ip_address ?? '',
  };
}
