import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkConfig } from '../config/config.ts';
import { connectTestAgent } from '../feed/test-agent.ts';
import type { FloatingIp, Port, PortQos, Router } from '../model/share.ts';
import { type RunningServer, startServer } from './server.ts';

let directory: string;
let server: RunningServer;
let token: string;
let agentToken: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tapline-api-'));
  await chmod(directory, 0o755);
  server = await startServer(
    checkConfig({ state_directory: directory, log_level: 'error', api: { listen: '127.0.0.1:0' } }),
  );
  const secret = async (name: string) => (await readFile(join(directory, name), 'utf8')).trim();
  agentToken = await secret('agent-token');
  const user = { name: 'admin', domain: { id: 'default' }, password: await secret('admin-password') };
  const response = await fetch(`${server.url}/identity/v3/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      auth: {
        identity: { methods: ['password'], password: { user } },
        scope: { project: { name: 'admin', domain: { id: 'default' } } },
      },
    }),
  });
  token = response.headers.get('x-subject-token') ?? '';
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

async function ask(method: string, path: string, body?: object) {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { 'x-auth-token': token, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === '' ? {} : JSON.parse(text);
}

const agent = (host: string, localIp: string, roles: ('dhcp' | 'l3')[], bridgeMappings = {}) =>
  connectTestAgent(server.url, agentToken, { host, localIp, roles, bridgeMappings });

test('what is asked for over the API reaches the hosts that it concerns, and what they report is shown', async () => {
  using c1 = await agent('compute1', '10.98.0.21', []);
  using c2 = await agent('compute2', '10.98.0.22', []);
  using n1 = await agent('network1', '10.98.0.11', ['dhcp', 'l3'], { public: 'br-ex' });

  const provider = { 'provider:network_type': 'flat', 'provider:physical_network': 'public', 'router:external': true };
  const { network: outside } = await ask('POST', '/v2.0/networks', { network: { name: 'public', ...provider } });
  await ask('POST', '/v2.0/subnets', {
    subnet: { network_id: outside.id, ip_version: 4, cidr: '203.0.113.0/24', enable_dhcp: false },
  });
  const { network } = await ask('POST', '/v2.0/networks', { network: { name: 'private' } });
  const { subnet } = await ask('POST', '/v2.0/subnets', {
    subnet: { network_id: network.id, ip_version: 4, cidr: '10.1.1.0/24' },
  });
  await n1.until(() => n1.ids('dhcpServer').includes(network.id));
  const { router } = await ask('POST', '/v2.0/routers', {
    router: { name: 'r', external_gateway_info: { network_id: outside.id } },
  });
  await ask('PUT', `/v2.0/routers/${router.id}/add_router_interface`, { subnet_id: subnet.id });
  await n1.until(() => (n1.share.get(`router:${router.id}`) as Router | undefined)?.interfacePortIds.length === 1);
  const carried = n1.share.get(`router:${router.id}`) as Router;
  for (const id of [carried.gatewayPortId, ...carried.interfacePortIds]) {
    expect((n1.share.get(`port:${id}`) as Port).host).toBe('network1');
  }
  expect(n1.ids('network')).toEqual([network.id, outside.id].sort());
  expect(c1.share.size).toBe(0);

  const { port } = await ask('POST', '/v2.0/ports', {
    port: { network_id: network.id, 'binding:host_id': 'compute1', device_owner: 'compute:nova' },
  });
  await c1.until(() => c1.share.has(`port:${port.id}`) && c1.share.has('tunnelEndpoint:network1'));
  await n1.until(() => n1.share.has(`port:${port.id}`) && n1.share.has('tunnelEndpoint:compute1'));
  expect(c1.ids('network')).toEqual([network.id]);
  expect(c1.ids('securityGroup')).toEqual(port.security_groups);
  expect(c1.ids('securityGroupMembers')).toEqual(port.security_groups);

  const { floatingip } = await ask('POST', '/v2.0/floatingips', {
    floatingip: { floating_network_id: outside.id, port_id: port.id },
  });
  await n1.until(() => n1.share.has(`floatingIp:${floatingip.id}`));
  expect((n1.share.get(`floatingIp:${floatingip.id}`) as FloatingIp).fixedIpAddress).toBe(port.fixed_ips[0].ip_address);

  c1.report({ generation: 2, ports: [{ id: port.id, status: 'ACTIVE' }], routers: [], floatingIps: [] });
  n1.report({
    generation: 5,
    ports: [],
    routers: [{ id: router.id, status: 'ACTIVE' }],
    floatingIps: [{ id: floatingip.id, status: 'ACTIVE' }],
  });
  const status = async (path: string, name: string) => (await ask('GET', path))[name].status;
  await expect.poll(() => status(`/v2.0/ports/${port.id}`, 'port')).toBe('ACTIVE');
  await expect.poll(() => status(`/v2.0/floatingips/${floatingip.id}`, 'floatingip')).toBe('ACTIVE');

  const { floatingip: forwarding } = await ask('POST', '/v2.0/floatingips', {
    floatingip: { floating_network_id: outside.id },
  });
  const { port: other } = await ask('POST', '/v2.0/ports', { port: { network_id: network.id } });
  const { port_forwarding } = await ask('POST', `/v2.0/floatingips/${forwarding.id}/port_forwardings`, {
    port_forwarding: {
      protocol: 'tcp',
      internal_port_id: other.id,
      internal_ip_address: other.fixed_ips[0].ip_address,
      internal_port: 22,
      external_port_range: '2222:2223',
    },
  });
  await n1.until(() => n1.share.has(`forwardingIp:${forwarding.id}`));
  expect(n1.share.get(`forwardingIp:${forwarding.id}`)).toEqual({
    id: forwarding.id,
    routerId: router.id,
    floatingIpAddress: forwarding.floating_ip_address,
    forwardings: [
      {
        id: port_forwarding.id,
        protocol: 'tcp',
        externalFirst: 2222,
        externalLast: 2223,
        internalIpAddress: other.fixed_ips[0].ip_address,
        internalFirst: 22,
        internalLast: 22,
      },
    ],
  });
  n1.report({ generation: 6, ports: [], routers: [], floatingIps: [{ id: forwarding.id, status: 'ACTIVE' }] });
  await expect.poll(() => status(`/v2.0/floatingips/${forwarding.id}`, 'floatingip')).toBe('ACTIVE');
  await ask('DELETE', `/v2.0/ports/${other.id}`);
  await n1.until(() => !n1.share.has(`forwardingIp:${forwarding.id}`));
  expect(await status(`/v2.0/floatingips/${forwarding.id}`, 'floatingip')).toBe('DOWN');
  await ask('DELETE', `/v2.0/floatingips/${forwarding.id}`);

  // Moving the port takes everything from one host to the other.
  await ask('PUT', `/v2.0/ports/${port.id}`, { port: { 'binding:host_id': 'compute2' } });
  await c2.until(() => c2.share.has(`port:${port.id}`));
  await c1.until(() => c1.share.size === 0);
  await n1.until(() => n1.ids('tunnelEndpoint').join() === 'compute2');

  await ask('DELETE', `/v2.0/floatingips/${floatingip.id}`);
  await n1.until(() => !n1.share.has(`floatingIp:${floatingip.id}`));
  await ask('DELETE', `/v2.0/ports/${port.id}`);
  await c2.until(() => c2.share.size === 0);
  await ask('PUT', `/v2.0/routers/${router.id}/remove_router_interface`, { subnet_id: subnet.id });
  await ask('DELETE', `/v2.0/routers/${router.id}`);
  await n1.until(() => n1.ids('router').length === 0 && !n1.ids('network').includes(outside.id));
  await ask('DELETE', `/v2.0/subnets/${subnet.id}`);
  await ask('DELETE', `/v2.0/networks/${network.id}`);
  await n1.until(() => n1.share.size === 0);
});

test('what QoS policies say is heard by the hosts of the ports that they concern, and by no other', async () => {
  using q1 = await agent('qos1', '10.98.0.41', []);
  using q2 = await agent('qos2', '10.98.0.42', []);
  const agents = [q1, q2];
  const { network } = await ask('POST', '/v2.0/networks', { network: { name: 'limited' } });
  const makePort = async (host: string, more = {}) => {
    const given = { network_id: network.id, 'binding:host_id': host, device_owner: 'compute:nova', ...more };
    return (await ask('POST', '/v2.0/ports', { port: given })).port.id as string;
  };
  const makePolicy = async () => (await ask('POST', '/v2.0/qos/policies', { policy: { shared: true } })).policy.id;
  const own = await makePolicy();
  const general = await makePolicy();
  const rules = (policy: string, kind: string) => `/v2.0/qos/policies/${policy}/${kind}_rules`;
  const first = await makePort('qos1');
  const second = await makePort('qos2', { qos_policy_id: own });
  await q1.until(() => q1.share.has(`port:${second}`));
  await q2.until(() => q2.share.has(`port:${first}`) && q2.share.has(`portQos:${second}`));
  expect(q1.ids('portQos')).toEqual([]);
  const said = (one: typeof q1, port: string) => one.share.get(`portQos:${port}`) as PortQos | undefined;
  /** Does something, after which some host must hear something, and says how many messages each of them got meanwhile. */
  const heard = async (work: Promise<unknown>, one: typeof q1, holds: () => boolean) => {
    const before = agents.map(({ syncs }) => syncs.length);
    await work;
    await one.until(holds);
    await delay(100);
    return agents.map(({ syncs }, n) => syncs.length - (before[n] ?? 0));
  };

  const mark = ask('POST', rules(own, 'dscp_marking'), { dscp_marking_rule: { dscp_mark: 26 } });
  expect(await heard(mark, q2, () => said(q2, second)?.dscpMark === 26)).toEqual([0, 1]);
  const limit = { max_kbps: 1000, max_burst_kbps: 800, direction: 'ingress' };
  const { bandwidth_limit_rule: rule } = await ask('POST', rules(general, 'bandwidth_limit'), {
    bandwidth_limit_rule: limit,
  });
  const given = ask('PUT', `/v2.0/networks/${network.id}`, { network: { qos_policy_id: general } });
  expect(await heard(given, q1, () => said(q1, first) !== undefined)).toEqual([1, 0]);
  expect(said(q1, first)).toEqual({
    ...{ id: first, policyId: general, egress: null, dscpMark: null },
    ingress: { maxKbps: 1000, maxBurstKbps: 800 },
  });
  const change = ask('PUT', `${rules(general, 'bandwidth_limit')}/${rule.id}`, {
    bandwidth_limit_rule: { max_kbps: 2000 },
  });
  expect(await heard(change, q1, () => said(q1, first)?.ingress?.maxKbps === 2000)).toEqual([1, 0]);
  // A policy of the port's own comes before the network's, and does not add to it.
  const ownToo = ask('PUT', `/v2.0/ports/${first}`, { port: { qos_policy_id: own } });
  await heard(ownToo, q1, () => said(q1, first)?.policyId === own);
  expect(said(q1, first)).toMatchObject({ ingress: null, dscpMark: 26 });
  const back = ask('PUT', `/v2.0/ports/${second}`, { port: { qos_policy_id: null } });
  await heard(back, q2, () => said(q2, second)?.policyId === general);
  const gone = ask('DELETE', `${rules(general, 'bandwidth_limit')}/${rule.id}`);
  expect(await heard(gone, q2, () => said(q2, second)?.ingress === null)).toEqual([0, 1]);
  const service = await makePort('qos2', { device_owner: 'network:router_interface' });
  await q2.until(() => q2.share.has(`port:${service}`));
  expect(q2.ids('portQos')).toEqual([second]);
});

test('a port is with its agent within milliseconds of the answer to POST', async () => {
  using h1 = await agent('fast1', '10.98.0.31', []);
  const { network } = await ask('POST', '/v2.0/networks', { network: { name: 'fast' } });
  await ask('POST', '/v2.0/subnets', {
    subnet: { network_id: network.id, ip_version: 4, cidr: '10.9.0.0/16', enable_dhcp: false },
  });
  const asked: number[] = [];
  const heard: number[] = [];
  for (let index = 0; index < 30; index += 1) {
    const before = performance.now();
    const { port } = await ask('POST', '/v2.0/ports', {
      port: { network_id: network.id, 'binding:host_id': 'fast1', device_owner: 'compute:nova' },
    });
    asked.push(performance.now() - before);
    await h1.until(() => h1.share.has(`port:${port.id}`));
    heard.push(performance.now() - before);
    await delay(2);
  }
  const median = (list: number[]): number => list.sort((a, b) => a - b)[list.length >> 1] ?? 0;
  console.log(`POST answered: median ${median(asked).toFixed(1)} ms, with the agent: ${median(heard).toFixed(1)} ms`);
  expect(median(heard)).toBeLessThan(100);
});
