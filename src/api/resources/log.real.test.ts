import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApi, type TestApi } from '../test-api.ts';

let api: TestApi;
let group: { id: string };
let port: { id: string };

beforeAll(async () => {
  api = await openTestApi();
  group = await api.make('member', 'security-groups', { security_group: { name: 'web' } });
  const net = await api.make('member', 'networks', { network: {} });
  port = await api.make('member', 'ports', { port: { network_id: net.id, security_groups: [group.id] } });
});
afterAll(async () => await api?.[Symbol.asyncDispose]());

const post = (body: Record<string, unknown>, as = 'admin') =>
  api.ask(as, 'POST', '/v2.0/log/logs', { log: { resource_type: 'security_group', ...body } });

test('a log is made, changed and removed by admins', async () => {
  const { body } = await post({ name: 'all of web', resource_id: group.id, target_id: port.id });
  expect(body.log).toMatchObject({
    name: 'all of web',
    resource_type: 'security_group',
    resource_id: group.id,
    target_id: port.id,
    event: 'ALL',
    enabled: true,
    revision_number: 0,
  });
  const path = `/v2.0/log/logs/${body.log.id}`;
  const changed = await api.ask('admin', 'PUT', path, { log: { description: 'off', enabled: false } });
  expect(changed.body.log).toMatchObject({ description: 'off', enabled: false, revision_number: 1 });
  expect((await api.ask('member', 'GET', path)).status).toBe(404);
  expect((await api.ask('member', 'GET', '/v2.0/log/logs')).body.logs).toEqual([]);
  expect((await api.ask('admin', 'DELETE', path)).status).toBe(204);
  expect(await api.ask('admin', 'GET', path)).toMatchObject({
    status: 404,
    body: { NeutronError: { type: 'LogResourceNotFound' } },
  });
});

test('what cannot be logged is refused', async () => {
  const absent = crypto.randomUUID();
  const otherGroup = await api.make('member', 'security-groups', { security_group: { name: 'db' } });
  expect(await post({ resource_type: 'fake' })).toMatchObject({
    status: 400,
    body: { NeutronError: { type: 'InvalidLogResourceType', message: 'Invalid log resource_type: fake.' } },
  });
  expect((await post({ resource_id: absent })).body.NeutronError.type).toBe('ResourceNotFound');
  expect((await post({ target_id: absent })).body.NeutronError.type).toBe('TargetResourceNotFound');
  expect(await post({ resource_id: otherGroup.id, target_id: port.id })).toMatchObject({
    status: 400,
    body: { NeutronError: { type: 'InvalidResourceConstraint' } },
  });
  expect((await post({}, 'member')).body.NeutronError.type).toBe('PolicyNotAuthorized');
  expect((await api.ask('admin', 'GET', '/v2.0/log/logs')).body.logs).toEqual([]);
});

test('a log goes with its group and with its port', async () => {
  await post({ target_id: port.id });
  await api.ask('member', 'DELETE', `/v2.0/ports/${port.id}`);
  await post({ resource_id: group.id });
  await api.ask('member', 'DELETE', `/v2.0/security-groups/${group.id}`);
  expect((await api.ask('admin', 'GET', '/v2.0/log/logs')).body.logs).toEqual([]);
});

test('security groups can be logged', async () => {
  const { body } = await api.ask('admin', 'GET', '/v2.0/log/loggable-resources');
  expect(body.loggable_resources).toEqual([{ type: 'security_group' }]);
});
