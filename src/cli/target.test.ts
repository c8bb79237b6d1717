import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { checkConfig } from '../config/config.ts';
import { withoutSecrets } from './config.ts';
import { shellQuoted } from './openrc.ts';
import { adminCredentials, environmentCredentials } from './target.ts';

const directory = mkdtempSync(join(tmpdir(), 'tapline-target-'));
writeFileSync(join(directory, 'admin-password'), 'pa55\n');
chmodSync(join(directory, 'admin-password'), 0o600);
afterAll(() => rmSync(directory, { recursive: true }));

test('adminCredentials() reads the password of the state directory and asks a wildcard listener on loopback', () => {
  const config = checkConfig({ state_directory: directory, api: { listen: '0.0.0.0:9700' } });
  expect(adminCredentials(config)).toMatchObject({ password: 'pa55', authUrl: 'http://127.0.0.1:9700/identity/v3' });
});

test('adminCredentials() goes by the public URL where one is configured', () => {
  const config = checkConfig({ state_directory: directory, api: { public_url: 'https://net.example/' } });
  expect(adminCredentials(config).authUrl).toBe('https://net.example/identity/v3');
});

test('adminCredentials() says what to do without a password file', () => {
  expect(() => adminCredentials(checkConfig({ state_directory: '/nowhere' }))).toThrow(/tapline server/);
});

test('environmentCredentials() reads what openstack reads', () => {
  expect(environmentCredentials({})).toBeUndefined();
  const env = { OS_AUTH_URL: 'http://k:5000', OS_PASSWORD: 'p', OS_USERNAME: 'u', OS_PROJECT_NAME: 'demo' };
  expect(environmentCredentials(env)).toMatchObject({
    authUrl: 'http://k:5000/v3',
    username: 'u',
    projectName: 'demo',
  });
});

test('withoutSecrets() leaves out the password of the database', () => {
  const shown = (url: string) => withoutSecrets(checkConfig({ database: { url } })).database.url;
  expect(shown('postgresql://tapline:s3cret@db/tapline')).toBe('postgresql://tapline:…@db/tapline');
  expect(shown('postgresql://db/tapline?user=a&password=s3cret')).toBe('postgresql://db/tapline?user=a&password=…');
  expect(shown('postgresql:///tapline?host=/run')).toBe('postgresql:///tapline?host=/run');
});

test('shellQuoted() survives a quote', () => {
  expect(shellQuoted("a'b")).toBe(`'a'\\''b'`);
});
