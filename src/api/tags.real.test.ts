import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApi, type TestApi } from './test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(async () => await api?.[Symbol.asyncDispose]());

test('an object gets its tags as it is made', async () => {
  const network = await api.make('member', 'networks', { network: { name: 'tagged', tags: ['red', 'blue'] } });
  expect(network).toMatchObject({ tags: ['red', 'blue'], revision_number: 1 });
  const found = await api.ask('member', 'GET', '/v2.0/networks?tags=red,blue&fields=id');
  expect(found.body.networks).toEqual([{ id: network.id }]);
  expect((await api.make('member', 'routers', { router: { tags: ['edge'] } })).tags).toEqual(['edge']);
});

test('of a bulk each has its own', async () => {
  const network = await api.make('member', 'networks', { network: {} });
  const { body } = await api.ask('member', 'POST', '/v2.0/ports', {
    ports: [
      { network_id: network.id, name: 'a', tags: ['one'] },
      { network_id: network.id, name: 'b' },
      { network_id: network.id, name: 'c', tags: ['one', 'two'] },
    ],
  });
  expect(body.ports.map((port: { tags: unknown }) => port.tags)).toEqual([['one'], [], ['one', 'two']]);
});

test('tags that cannot be are refused, and nothing is made', async () => {
  for (const tags of [['twice', 'twice'], ['x'.repeat(256)], 'red', [1]]) {
    const answer = await api.ask('member', 'POST', '/v2.0/networks', { network: { name: 'refused', tags } });
    expect(answer).toMatchObject({ status: 400, body: { NeutronError: { type: 'HTTPBadRequest' } } });
  }
  expect((await api.ask('member', 'GET', '/v2.0/networks?name=refused')).body.networks).toEqual([]);
  const changed = await api.ask('member', 'PUT', '/v2.0/networks/any', { network: { tags: [] } });
  expect(changed.body.NeutronError.message).toBe('Cannot update read-only attribute tags');
});
