import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApi, type TestApi, testProject } from '../test-api.ts';

let api: TestApi;
let label: { id: string };

beforeAll(async () => {
  api = await openTestApi();
  label = await api.make('admin', 'metering/metering-labels', {
    metering_label: { name: 'out', description: 'counted', project_id: testProject },
  });
});
afterAll(async () => await api?.[Symbol.asyncDispose]());

const rule = (body: Record<string, unknown>) => ({
  metering_label_rule: { metering_label_id: label.id, direction: 'ingress', ...body },
});
const post = (body: Record<string, unknown>) =>
  api.ask('admin', 'POST', '/v2.0/metering/metering-label-rules', rule(body));

test('a label is seen by its project, and made by admins', async () => {
  const path = `/v2.0/metering/metering-labels/${label.id}`;
  expect((await api.ask('member', 'GET', path)).body.metering_label).toEqual({
    id: label.id,
    name: 'out',
    description: 'counted',
    project_id: testProject,
    tenant_id: testProject,
    shared: false,
  });
  expect((await api.ask('other', 'GET', path)).body.NeutronError).toMatchObject({
    type: 'MeteringLabelNotFound',
    message: `Metering label '${label.id}' does not exist.`,
  });
  const asked = await api.ask('member', 'POST', '/v2.0/metering/metering-labels', { metering_label: {} });
  expect(asked).toMatchObject({ status: 403, body: { NeutronError: { type: 'PolicyNotAuthorized' } } });
  expect((await api.ask('admin', 'PUT', path, { metering_label: { name: 'x' } })).status).toBe(405);
  expect((await api.ask('other', 'GET', '/v2.0/metering/metering-labels')).body.metering_labels).toEqual([]);
  expect((await api.ask('admin', 'GET', '/v2.0/metering/metering-labels?id=33')).body.metering_labels).toEqual([]);
});

test('a rule has a remote prefix, or a source and a destination', async () => {
  const made = await post({ remote_ip_prefix: '10.0.0.0/24' });
  expect(made).toMatchObject({
    status: 201,
    body: {
      metering_label_rule: {
        metering_label_id: label.id,
        direction: 'ingress',
        remote_ip_prefix: '10.0.0.0/24',
        source_ip_prefix: null,
        destination_ip_prefix: null,
        excluded: false,
        project_id: testProject,
      },
    },
  });
  const both = await post({ source_ip_prefix: '10.9.0.0/16', destination_ip_prefix: 'fd00::/8' });
  expect(both.status).toBe(201);
  for (const body of [{}, { remote_ip_prefix: '10.7.0.0/16', source_ip_prefix: '10.8.0.0/16' }]) {
    expect(await post(body)).toMatchObject({ status: 400, body: { NeutronError: { type: 'Invalid' } } });
  }
  expect((await post({ remote_ip_prefix: '10.7.0.0/99' })).status).toBe(400);
  const elsewhere = await post({ remote_ip_prefix: '10.7.0.0/16', metering_label_id: crypto.randomUUID() });
  expect(elsewhere).toMatchObject({ status: 404, body: { NeutronError: { type: 'MeteringLabelNotFound' } } });
  const one = `/v2.0/metering/metering-label-rules/${made.body.metering_label_rule.id}`;
  expect((await api.ask('member', 'DELETE', one)).status).toBe(403);
  expect((await api.ask('other', 'GET', one)).status).toBe(404);
  expect((await api.ask('admin', 'DELETE', one)).status).toBe(204);
});

test('remote prefixes of a label do not overlap, however many are made at once', async () => {
  const prefixes = Array.from({ length: 20 }, (_, index) => `192.168.${index}.0/${index % 2 === 0 ? 16 : 24}`);
  const made = await Promise.all(prefixes.map((one) => post({ remote_ip_prefix: one, direction: 'egress' })));
  expect(made.some((one) => one.status === 201)).toBe(true);
  expect(made.filter((one) => one.status !== 201).map((one) => one.body.NeutronError.type)).toEqual(
    expect.arrayContaining(['MeteringLabelRuleOverlaps']),
  );
  const { body } = await api.ask('admin', 'GET', '/v2.0/metering/metering-label-rules?direction=egress');
  const wide = body.metering_label_rules.filter((one: { remote_ip_prefix: string }) =>
    one.remote_ip_prefix.endsWith('/16'),
  );
  expect(wide.length === 0 || body.metering_label_rules.length === 1).toBe(true);
});

test('rules go with their label', async () => {
  expect((await api.ask('admin', 'DELETE', `/v2.0/metering/metering-labels/${label.id}`)).status).toBe(204);
  expect((await api.ask('admin', 'GET', '/v2.0/metering/metering-label-rules')).body.metering_label_rules).toEqual([]);
});
