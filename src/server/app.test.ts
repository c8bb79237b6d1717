import { expect, test } from 'vitest';
import { checkConfig } from '../config/config.ts';
import { makeApp } from './app.ts';

function appFor(origins: readonly string[]) {
  const app = makeApp(checkConfig({ log_level: 'silent', api: { cors_allowed_origins: origins } }));
  app.get('/things', async () => ({ things: [] }));
  return app;
}

const dashboard = 'https://dashboard.example.org';
const preflight = {
  origin: dashboard,
  'access-control-request-method': 'PUT',
  'access-control-request-headers': 'x-auth-token',
};

test('makeApp() lets browsers of the configured origins ask, and read the headers that clients need', async () => {
  await using app = appFor([dashboard, 'https://other.example.org']);
  const asked = await app.inject({ method: 'OPTIONS', url: '/things', headers: preflight });
  expect(asked.statusCode).toBe(204);
  expect(asked.headers['access-control-allow-origin']).toBe(dashboard);
  expect(asked.headers['access-control-allow-methods']).toContain('PUT');
  expect(asked.headers['access-control-allow-headers']).toContain('X-Auth-Token');
  const answer = await app.inject({ url: '/things', headers: { origin: dashboard } });
  expect(answer.headers['access-control-expose-headers']).toContain('X-Subject-Token');
  expect(answer.headers['x-openstack-request-id']).toMatch(/^req-[0-9a-f-]{36}$/);
  const foreign = await app.inject({ url: '/things', headers: { origin: 'https://evil.example.org' } });
  expect(foreign.headers).not.toHaveProperty('access-control-allow-origin');
});

test('makeApp() says nothing of origins unless told', async () => {
  await using app = appFor([]);
  const answer = await app.inject({ url: '/things', headers: { origin: dashboard } });
  expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  expect((await app.inject({ method: 'OPTIONS', url: '/things', headers: preflight })).statusCode).toBe(404);
});
