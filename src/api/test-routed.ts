/** For tests of what routers do: an external network, and a project's network on a router that leads there. */
import { openTestApi, type TestAnswer, type TestApi } from './test-api.ts';

export interface RoutedApi extends AsyncDisposable {
  readonly api: TestApi;
  readonly outside: { readonly id: string };
  readonly outsideSubnet: { readonly id: string };
  readonly inside: { readonly id: string };
  readonly insideSubnet: { readonly id: string };
  readonly router: { readonly id: string };
  /** A port on the inside, with its one IPv4 address. */
  port(): Promise<{ readonly id: string; readonly ip: string }>;
  floatingIp(more?: Record<string, unknown>): Promise<TestAnswer['body']>;
}

export async function openRoutedApi(): Promise<RoutedApi> {
  const api = await openTestApi();
  const outside = await api.make('admin', 'networks', { network: { name: 'public', 'router:external': true } });
  const outsideSubnet = await api.make('admin', 'subnets', {
    subnet: { network_id: outside.id, ip_version: 4, cidr: '203.0.113.0/24', enable_dhcp: false },
  });
  const inside = await api.make('member', 'networks', { network: { name: 'inside' } });
  const insideSubnet = await api.make('member', 'subnets', {
    subnet: { network_id: inside.id, ip_version: 4, cidr: '10.0.0.0/24' },
  });
  const router = await api.make('member', 'routers', {
    router: { name: 'r1', external_gateway_info: { network_id: outside.id } },
  });
  await api.ask('member', 'PUT', `/v2.0/routers/${router.id}/add_router_interface`, { subnet_id: insideSubnet.id });
  return {
    api,
    outside,
    outsideSubnet,
    inside,
    insideSubnet,
    router,
    port: async () => {
      const made = await api.make('member', 'ports', { port: { network_id: inside.id } });
      return { id: made.id, ip: made.fixed_ips[0].ip_address };
    },
    floatingIp: async (more = {}) =>
      await api.make('member', 'floatingips', { floatingip: { floating_network_id: outside.id, ...more } }),
    [Symbol.asyncDispose]: async () => await api[Symbol.asyncDispose](),
  };
}

/** What an answer is when it is this error. */
export const refused = (status: number, type: string) => ({ status, body: { NeutronError: { type } } });
