import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApi, type TestApi } from '../test-api.ts';
import { refused } from '../test-routed.ts';

const driver = (name: string) => `neutron.services.l3_router.service_providers.${name}`;

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(async () => await api?.[Symbol.asyncDispose]());

const makeFlavor = (more: Record<string, unknown> = {}) =>
  api.make('admin', 'flavors', { flavor: { name: 'gold', service_type: 'L3_ROUTER_NAT', ...more } });
const makeProfile = (more: Record<string, unknown>) => api.make('admin', 'service_profiles', { service_profile: more });
const bind = (flavorId: string, profileId: string) =>
  api.ask('admin', 'POST', `/v2.0/flavors/${flavorId}/service_profiles`, { service_profile: { id: profileId } });
const makeRouter = (as: string, more: Record<string, unknown>) =>
  api.ask(as, 'POST', '/v2.0/routers', { router: more });

test('a flavor makes routers by its first profile, and stays while it has any', async () => {
  const flavor = await makeFlavor();
  const profile = await makeProfile({ driver: driver('ha.HaDriver'), metainfo: { speed: 1 } });
  expect(profile).toMatchObject({ metainfo: "{'speed': 1}", enabled: true, description: '' });
  const path = `/v2.0/flavors/${flavor.id}`;
  expect(await makeRouter('member', { flavor_id: flavor.id })).toMatchObject(
    refused(404, 'FlavorServiceProfileBindingNotFound'),
  );
  const bound = await bind(flavor.id, profile.id);
  expect(bound).toMatchObject({ status: 201, body: { service_profile: { service_profiles: [profile.id] } } });
  expect(await bind(flavor.id, profile.id)).toMatchObject(refused(409, 'FlavorServiceProfileBindingExists'));
  expect((await api.ask('admin', 'GET', `${path}/service_profiles`)).body.service_profiles).toEqual([
    { id: profile.id },
  ]);
  expect((await api.ask('member', 'GET', `${path}/next_providers`)).body.next_providers).toMatchObject([
    { provider: 'ha', driver: driver('ha.HaDriver') },
  ]);
  expect((await api.ask('member', 'GET', '/v2.0/flavors')).body.flavors).toMatchObject([{ id: flavor.id }]);

  const made = await makeRouter('member', { flavor_id: flavor.id });
  expect(made.body.router.flavor_id).toBe(flavor.id);
  expect((await api.ask('admin', 'GET', `/v2.0/routers/${made.body.router.id}`)).body.router.ha).toBe(true);
  expect(await makeRouter('admin', { flavor_id: flavor.id, distributed: true })).toMatchObject(
    refused(400, 'InvalidInput'),
  );
  expect(await api.ask('admin', 'DELETE', path)).toMatchObject(refused(409, 'FlavorInUse'));
  const profilePath = `/v2.0/service_profiles/${profile.id}`;
  expect(await api.ask('admin', 'DELETE', profilePath)).toMatchObject(refused(409, 'ServiceProfileInUse'));
  expect(await api.ask('admin', 'PUT', profilePath, { service_profile: { enabled: false } })).toMatchObject(
    refused(409, 'ServiceProfileInUse'),
  );

  expect((await api.ask('admin', 'PUT', path, { flavor: { enabled: false } })).body.flavor.enabled).toBe(false);
  expect(await makeRouter('member', { flavor_id: flavor.id })).toMatchObject(refused(503, 'FlavorDisabled'));
  expect((await api.ask('member', 'DELETE', `/v2.0/routers/${made.body.router.id}`)).status).toBe(204);
  expect((await api.ask('admin', 'DELETE', `${path}/service_profiles/${profile.id}`)).status).toBe(204);
  expect(await api.ask('admin', 'DELETE', `${path}/service_profiles/${profile.id}`)).toMatchObject(
    refused(404, 'FlavorServiceProfileBindingNotFound'),
  );
  expect((await api.ask('admin', 'DELETE', path)).status).toBe(204);
  expect((await api.ask('admin', 'DELETE', profilePath)).status).toBe(204);
});

test('what is no flavor, profile or driver is said', async () => {
  const make = (path: string, body: Record<string, unknown>) => api.ask('admin', 'POST', `/v2.0/${path}`, body);
  expect(await make('flavors', { flavor: { service_type: 'TELEPATHY' } })).toMatchObject(
    refused(400, 'InvalidServiceType'),
  );
  expect(await make('service_profiles', { service_profile: {} })).toMatchObject(refused(400, 'ServiceProfileEmpty'));
  expect(await make('service_profiles', { service_profile: { driver: 'x' } })).toMatchObject(
    refused(404, 'ServiceProfileDriverNotFound'),
  );
  const absent = '00000000-0000-0000-0000-00000000ffff';
  expect(await makeRouter('member', { flavor_id: absent })).toMatchObject(refused(404, 'FlavorNotFound'));
  const flavor = await makeFlavor();
  expect(await bind(flavor.id, absent)).toMatchObject(refused(404, 'ServiceProfileNotFound'));
  expect(await make('flavors', { flavor: { service_type: 'QOS', service_profiles: [absent] } })).toMatchObject(
    refused(404, 'ServiceProfileNotFound'),
  );
});

test('members see flavors, and neither make them nor see profiles', async () => {
  const profile = await makeProfile({ metainfo: 'slow' });
  const flavor = await makeFlavor({ service_profiles: [profile.id] });
  expect(await api.ask('member', 'POST', '/v2.0/flavors', { flavor: { service_type: 'QOS' } })).toMatchObject(
    refused(403, 'PolicyNotAuthorized'),
  );
  expect(await api.ask('member', 'DELETE', `/v2.0/flavors/${flavor.id}`)).toMatchObject(
    refused(403, 'PolicyNotAuthorized'),
  );
  expect((await api.ask('member', 'GET', '/v2.0/service_profiles')).body.service_profiles).toEqual([]);
  expect((await api.ask('member', 'GET', `/v2.0/service_profiles/${profile.id}`)).status).toBe(404);
});

test('providers are those of routers', async () => {
  const { body } = await api.ask('member', 'GET', '/v2.0/service-providers');
  expect(body.service_providers.map((one: { name: string }) => one.name).sort()).toEqual([
    'dvr',
    'dvrha',
    'ha',
    'single_node',
  ]);
  expect(body.service_providers[0]).toEqual({
    service_type: 'L3_ROUTER_NAT',
    name: expect.any(String),
    default: false,
  });
});
