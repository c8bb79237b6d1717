/** What the engine does for every resource, shown with a few: queries, conditions, revisions, who gets 403 and who 404. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestApi, type TestAnswer, type TestApi, testProject } from '../test-api.ts';

let api: TestApi;
let ids: readonly string[];

beforeAll(async () => {
  api = await openTestApi();
  const names = ['a', 'b', 'c', 'd', ''];
  const made = await api.ask('member', 'POST', '/v2.0/networks', { networks: names.map((name) => ({ name })) });
  ids = made.body.networks.map((one: { id: string }) => one.id);
});
afterAll(async () => await api?.[Symbol.asyncDispose]());

const get = async (path: string, as = 'member') => await api.ask(as, 'GET', `/v2.0/${path}`);
const names = async (query: string, as = 'member') =>
  (await get(`networks?${query}`, as)).body.networks.map((one: { name: string }) => one.name);

function errorOf({ status, body }: TestAnswer) {
  return [status, body.NeutronError?.type];
}

describe('a list', () => {
  test.each([
    ['name=a&name=c&sort_key=name&sort_dir=asc', ['a', 'c']],
    ['name=&sort_key=name', ['']],
    ['name=a&admin_state_up=False', []],
    [`tenant_id=${testProject}&sort_key=name&sort_dir=desc&limit=2`, ['d', 'c']],
    ['project_id=another', []],
    ['sort_key=name&sort_dir=asc&limit=0', ['', 'a', 'b', 'c', 'd']],
  ])('with ?%s', async (query, expected) => {
    expect(await names(query)).toEqual(expected);
  });

  test.each([
    ['house=1', 'HTTPBadRequest', "['house'] is invalid attribute for filtering"],
    ['sort_key=house', 'HTTPBadRequest', "['house'] is invalid attribute for sort_keys"],
    ['sort_key=name&sort_dir=up', 'HTTPBadRequest', "sort_dir must be 'asc' or 'desc'"],
    ['limit=-1', 'BadRequest', "Bad limit request: Limit must be an integer 0 or greater and not '-1'."],
    ['changed_since=yesterday', 'InvalidInput', 'Invalid input for operation: The input changed_since must be'],
  ])('refuses ?%s', async (query, type, message) => {
    const answer = await get(`networks?${query}`);
    expect(errorOf(answer)).toEqual([400, type]);
    expect(answer.body.NeutronError.message).toContain(message);
  });

  test('has pages that lead to one another, in both directions', async () => {
    const seen: string[] = [];
    let url: string | undefined = '/v2.0/networks?sort_key=name&sort_dir=asc&limit=2';
    while (url !== undefined) {
      const { body } = await api.ask('member', 'GET', url);
      seen.push(...body.networks.map((one: { name: string }) => one.name));
      const next = body.networks_links?.find((one: { rel: string }) => one.rel === 'next');
      url = next?.href.slice(next.href.indexOf('/v2.0'));
    }
    expect(seen).toEqual(['', 'a', 'b', 'c', 'd']);
    const back = await names(`sort_key=name&sort_dir=asc&limit=2&page_reverse=True&marker=${ids[3]}`);
    expect(back).toEqual(['b', 'c']);
    expect(errorOf(await get('networks?limit=1&marker=00000000-0000-4000-8000-000000000000'))).toEqual([
      404,
      'NetworkNotFound',
    ]);
  });

  test('has the fields asked for and no others, and what changed since', async () => {
    const { body } = await get('networks?fields=name&fields=id&name=a');
    expect(body.networks).toEqual([{ id: ids[0], name: 'a' }]);
    expect((await get('networks?changed_since=2001-01-01T00:00:00Z')).body.networks).toHaveLength(5);
    expect((await get('networks?changed_since=2999-01-01T00:00:00Z')).body.networks).toEqual([]);
  });

  test('is whole for an admin, who may ask for a project', async () => {
    await api.make('other', 'networks', { network: { name: 'elsewhere' } });
    expect(await names('sort_key=name', 'admin')).toContain('elsewhere');
    expect(await names(`sort_key=name&project_id=${testProject}`, 'admin')).not.toContain('elsewhere');
    expect(await names('sort_key=name')).not.toContain('elsewhere');
  });
});

test('`If-Match` lets only the revision through that it names', async () => {
  const { id, revision_number: now } = await api.make('member', 'networks', { network: {} });
  const path = `/v2.0/networks/${id}`;
  const with_ = (revision: unknown) => ({ 'if-match': `revision_number=${revision}` });
  const change = { network: { name: 'changed' } };
  for (const method of ['PUT', 'DELETE'] as const) {
    const answer = await api.ask('member', method, path, method === 'PUT' ? change : undefined, with_(now + 1));
    expect(errorOf(answer)).toEqual([412, 'RevisionNumberConstraintFailed']);
  }
  expect((await api.ask('member', 'PUT', path, change, with_('x'))).status).toBe(400);
  expect((await api.ask('member', 'PUT', path, change, with_(now))).body.network.name).toBe('changed');
  expect((await api.ask('member', 'DELETE', path, undefined, with_(now))).status).toBe(412);
  expect((await api.ask('member', 'DELETE', path, undefined, with_(now + 1))).status).toBe(204);
});

test('an object is another revision when what belongs to it changes', async () => {
  const network = await api.make('member', 'networks', { network: {} });
  const group = await api.make('member', 'security-groups', { security_group: { name: 'g' } });
  const router = await api.make('member', 'routers', { router: { name: 'r' } });
  let last: Record<string, number> = {};
  const grown = async () => {
    const before = last;
    const of = async (path: string, name: string) => (await get(path)).body[name].revision_number;
    last = {
      network: await of(`networks/${network.id}`, 'network'),
      group: await of(`security-groups/${group.id}`, 'security_group'),
      router: await of(`routers/${router.id}`, 'router'),
    };
    return Object.keys(last).filter((name) => (last[name] ?? 0) > (before[name] ?? 0));
  };
  await grown();
  const subnet = await api.make('member', 'subnets', {
    subnet: { network_id: network.id, ip_version: 4, cidr: '10.0.0.0/24' },
  });
  expect(await grown()).toEqual(['network']);
  await api.ask('member', 'PUT', `/v2.0/subnets/${subnet.id}`, { subnet: { name: 'changed' } });
  expect(await grown()).toEqual(['network']);
  await api.ask('member', 'PUT', `/v2.0/routers/${router.id}/add_router_interface`, { subnet_id: subnet.id });
  expect(await grown()).toEqual(['router']);
  await api.ask('member', 'PUT', `/v2.0/routers/${router.id}/remove_router_interface`, { subnet_id: subnet.id });
  expect(await grown()).toEqual(['router']);
  const rule = await api.make('member', 'security-group-rules', {
    security_group_rule: { security_group_id: group.id, direction: 'ingress' },
  });
  expect(await grown()).toEqual(['group']);
  await api.ask('member', 'DELETE', `/v2.0/security-group-rules/${rule.id}`);
  expect(await grown()).toEqual(['group']);
  await api.ask('member', 'PUT', `/v2.0/networks/${network.id}/tags/one`);
  await api.ask('member', 'DELETE', `/v2.0/subnets/${subnet.id}`);
  expect(await grown()).toEqual(['network']);
});

test('several tags are added at once, and those that are there stay', async () => {
  const path = `/v2.0/networks/${ids[0]}/tags`;
  const add = async (as: string, tags: unknown) => await api.ask(as, 'POST', path, { tags });
  expect((await add('member', ['x', 'y'])).status).toBe(201);
  expect((await add('member', ['y', 'z'])).body).toEqual({ tags: ['x', 'y', 'z'] });
  expect(errorOf(await add('member', ['x', 'x']))).toEqual([400, 'InvalidInput']);
  expect(errorOf(await add('other', ['mine']))).toEqual([404, 'NetworkNotFound']);
  expect((await get(`networks/${ids[0]}/tags`)).body).toEqual({ tags: ['x', 'y', 'z'] });
});

test('what one may not see is 404, what one may not change is 403', async () => {
  const change = { network: { name: 'mine' } };
  const shared = await api.make('admin', 'networks', { network: { shared: true } });
  expect(errorOf(await api.ask('other', 'PUT', `/v2.0/networks/${ids[0]}`, change))).toEqual([404, 'NetworkNotFound']);
  expect(errorOf(await api.ask('other', 'PUT', `/v2.0/networks/${shared.id}`, change))).toEqual([
    403,
    'PolicyNotAuthorized',
  ]);
  expect(errorOf(await api.ask('reader', 'PUT', `/v2.0/networks/${ids[0]}`, change))).toEqual([
    403,
    'PolicyNotAuthorized',
  ]);
  expect(errorOf(await api.ask('reader', 'DELETE', `/v2.0/networks/${ids[0]}`))).toEqual([403, 'PolicyNotAuthorized']);
  // A body that makes no sense is said before anything of the object.
  expect(errorOf(await api.ask('other', 'PUT', `/v2.0/networks/${ids[0]}`, { network: { house: 1 } }))).toEqual([
    400,
    'HTTPBadRequest',
  ]);
});

test('items of a bulk may be wrapped, and all or none are made', async () => {
  const bulk = async (...networks: readonly unknown[]) =>
    await api.ask('member', 'POST', '/v2.0/networks', { networks });
  const made = await bulk({ network: { name: 'wrapped' } }, { name: 'plain' });
  expect(made.body.networks.map((one: { name: string }) => one.name)).toEqual(['wrapped', 'plain']);
  const refused = await bulk({ name: 'never' }, { name: 5 });
  expect(errorOf(refused)).toEqual([400, 'HTTPBadRequest']);
  expect(await names('name=never')).toEqual([]);
});
