/** Twenty clients at once: what must be there once is there once, whatever else they are told. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApi, type TestAnswer, type TestApi } from './test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
  await api.ask('admin', 'PUT', `/v2.0/quotas/${'1'.repeat(32)}`, {
    quota: { network: -1, subnet: -1, port: -1, subnetpool: -1 },
  });
});
afterAll(async () => await api?.[Symbol.asyncDispose]());

const writers = 20;
const atOnce = async (ask: (index: number) => Promise<TestAnswer>) =>
  await Promise.all(Array.from({ length: writers }, (_, index) => ask(index)));
const networks = async () =>
  await Promise.all(Array.from({ length: writers }, () => api.make('member', 'networks', { network: {} })));
const post = async (collection: string, body: unknown, as = 'member') =>
  await api.ask(as, 'POST', `/v2.0/${collection}`, body);
const statuses = (answers: readonly TestAnswer[]) => answers.map((one) => one.status).sort();
const oneOf = (status: number) => [201, ...Array(writers - 1).fill(status)];
const pool = async (given: object, as = 'member') =>
  await api.make(as, 'subnetpools', { subnetpool: { name: 'pool', ...given } });

test('subnets of a pool have CIDRs of their own', async () => {
  const made = await pool({ prefixes: ['10.0.0.0/20'], default_prefixlen: 24 });
  const nets = await networks();
  const answers = await atOnce((index) =>
    post('subnets', { subnet: { network_id: nets[index].id, ip_version: 4, subnetpool_id: made.id } }),
  );
  // Sixteen fit.
  const cidrs = answers.filter((one) => one.status === 201).map((one) => one.body.subnet.cidr);
  expect(statuses(answers)).toEqual([...Array(16).fill(201), ...Array(4).fill(409)]);
  expect(new Set(cidrs).size).toBe(16);
});

test('a CIDR of an address scope is given once, whichever pool it is asked from', async () => {
  const scope = await api.make('member', 'address-scopes', { address_scope: { name: 's', ip_version: 4 } });
  const made = await pool({ prefixes: ['10.1.0.0/16'], address_scope_id: scope.id });
  const nets = await networks();
  const subnets = await atOnce((index) =>
    post('subnets', {
      subnet: { network_id: nets[index].id, ip_version: 4, subnetpool_id: made.id, cidr: '10.1.7.0/24' },
    }),
  );
  expect(statuses(subnets)).toEqual(oneOf(409));
  const pools = await atOnce((index) =>
    post('subnetpools', {
      subnetpool: { name: 'p', prefixes: [`10.2.${index}.0/24`, '10.2.128.0/20'], address_scope_id: scope.id },
    }),
  );
  expect(statuses(pools)).toEqual(oneOf(409));
});

test('one pool is the default', async () => {
  const answers = await atOnce((index) =>
    post('subnetpools', { subnetpool: { name: 'd', prefixes: [`10.3.${index}.0/24`], is_default: true } }, 'admin'),
  );
  expect(statuses(answers)).toEqual(oneOf(400));
});

test('one external network is the default', async () => {
  const answers = await atOnce(() =>
    post('networks', { network: { 'router:external': true, is_default: true } }, 'admin'),
  );
  expect(statuses(answers)).toEqual(oneOf(409));
});

test('subnets of a network do not overlap, and come from one pool', async () => {
  const net = await api.make('member', 'networks', { network: {} });
  const same = await atOnce(() =>
    post('subnets', { subnet: { network_id: net.id, ip_version: 4, cidr: '10.4.0.0/24' } }),
  );
  expect(statuses(same)).toEqual(oneOf(400));
  const other = await api.make('member', 'networks', { network: {} });
  const pools = await Promise.all(
    Array.from({ length: writers }, (_, index) => pool({ prefixes: [`10.5.${index}.0/24`], default_prefixlen: 26 })),
  );
  const mixed = await atOnce((index) =>
    post('subnets', { subnet: { network_id: other.id, ip_version: 4, subnetpool_id: pools[index].id } }),
  );
  expect(statuses(mixed)).toEqual(oneOf(400));
});

test('no subnet is left without its pool or its prefix', async () => {
  const made = await pool({ prefixes: ['10.6.0.0/16', '10.7.0.0/16'], default_prefixlen: 24 });
  const nets = await networks();
  const answers = await atOnce((index) =>
    index % 4 === 3
      ? api.ask('member', 'PUT', `/v2.0/subnetpools/${made.id}/remove_prefixes`, { prefixes: ['10.6.0.0/16'] })
      : post('subnets', { subnet: { network_id: nets[index].id, ip_version: 4, subnetpool_id: made.id } }),
  );
  expect(answers.filter((one) => one.status >= 500)).toEqual([]);
  const { prefixes } = (await api.ask('member', 'GET', `/v2.0/subnetpools/${made.id}`)).body.subnetpool;
  const { subnets } = (await api.ask('member', 'GET', `/v2.0/subnets?subnetpool_id=${made.id}`)).body;
  for (const { cidr } of subnets) expect(prefixes).toContain(`${cidr.split('.').slice(0, 2).join('.')}.0.0/16`);
  const fresh = await networks();
  const gone = await pool({ prefixes: ['10.8.0.0/16'], default_prefixlen: 24 });
  const raced = await atOnce((index) =>
    index % 2 === 1
      ? api.ask('member', 'DELETE', `/v2.0/subnetpools/${gone.id}`)
      : post('subnets', { subnet: { network_id: fresh[index].id, ip_version: 4, subnetpool_id: gone.id } }),
  );
  expect(raced.filter((one) => one.status >= 500)).toEqual([]);
});

test('ports of a small subnet have addresses of their own, and the rest are told that there is none', async () => {
  const net = await api.make('member', 'networks', { network: {} });
  await api.make('member', 'subnets', { subnet: { network_id: net.id, ip_version: 4, cidr: '10.9.0.0/28' } });
  const answers = await atOnce(() => post('ports', { port: { network_id: net.id } }));
  const made = answers.filter((one) => one.status === 201);
  expect(statuses(answers)).toEqual([...Array(13).fill(201), ...Array(7).fill(409)]);
  expect(new Set(made.map((one) => one.body.port.fixed_ips[0].ip_address)).size).toBe(13);
  const same = await atOnce(() =>
    post('ports', { port: { network_id: net.id, fixed_ips: [{ ip_address: '10.9.0.9' }] } }),
  );
  expect(statuses(same)).toEqual(Array(writers).fill(409));
});
