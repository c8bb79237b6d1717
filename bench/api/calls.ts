/** Single calls one after the other, as a person or a program makes a small network with them and takes it down again. */
import { type Client, type Item, openClient, type Target } from './client.ts';

/** Name of the call to the milliseconds of each time that it was made. */
export type Times = Map<string, number[]>;

/** One round. Leaves nothing behind. */
export async function roundOfCalls(target: Target, round: number, times: Times): Promise<void> {
  using client = openClient(target);
  const call = timed(client, times);
  const cidr = `10.${100 + (round % 100)}.0.0/24`;
  const network = await call('create network', 'POST', '/networks', { network: { name: `bench${round}` } }, 'network');
  const subnet = await call(
    ...(['create subnet', 'POST', '/subnets'] as const),
    { subnet: { network_id: network.id, ip_version: 4, cidr } },
    'subnet',
  );
  const port = await call('create port', 'POST', '/ports', { port: { network_id: network.id } }, 'port');
  await call('show port', 'GET', `/ports/${port.id}`);
  await call('update port', 'PUT', `/ports/${port.id}`, { port: { name: 'renamed' } });
  const router = await call('create router', 'POST', '/routers', { router: { name: `bench${round}` } }, 'router');
  const ofSubnet = { subnet_id: subnet.id };
  await call('add router interface', 'PUT', `/routers/${router.id}/add_router_interface`, ofSubnet);
  const group = await call(
    ...(['create security group', 'POST', '/security-groups'] as const),
    { security_group: { name: `bench${round}` } },
    'security_group',
  );
  const rule = { security_group_id: group.id, direction: 'ingress', ethertype: 'IPv4', protocol: 'tcp' };
  await call('create security group rule', 'POST', '/security-group-rules', {
    security_group_rule: { ...rule, port_range_min: 22, port_range_max: 22 },
  });
  await call('list networks', 'GET', '/networks');
  await call('delete security group', 'DELETE', `/security-groups/${group.id}`);
  await call('remove router interface', 'PUT', `/routers/${router.id}/remove_router_interface`, ofSubnet);
  await call('delete router', 'DELETE', `/routers/${router.id}`);
  await call('delete port', 'DELETE', `/ports/${port.id}`);
  await call('delete subnet', 'DELETE', `/subnets/${subnet.id}`);
  await call('delete network', 'DELETE', `/networks/${network.id}`);
}

export function record(times: Times, name: string, ms: number): void {
  times.set(name, [...(times.get(name) ?? []), ms]);
}

function timed(client: Client, times: Times) {
  return async (name: string, method: string, path: string, body?: unknown, key = ''): Promise<Item> => {
    const answer = await client.ask(method, path, body);
    record(times, name, answer.ms);
    return answer.body[key] ?? { id: '' };
  };
}
