import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { ApiClient, ApiError } from './api-client.ts';

/** A server that gives tokens, each good for two requests, and answers as told. */
async function server(answer: (path: string) => { status: number; body: unknown }) {
  const seen: { path: string; token: string | undefined; body: unknown }[] = [];
  let issued = 0;
  let uses = 0;
  const http = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      const path = request.url ?? '';
      const token = request.headers['x-auth-token'];
      seen.push({ path, token: typeof token === 'string' ? token : undefined, body: text && JSON.parse(text) });
      const send = (status: number, body: unknown, headers = {}) =>
        response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
      if (path.endsWith('/auth/tokens')) {
        issued += 1;
        uses = 0;
        const url = `http://${request.headers.host}`;
        const catalog = [{ type: 'network', endpoints: [{ interface: 'public', url }] }];
        send(201, { token: { catalog } }, { 'X-Subject-Token': `token${issued}` });
      } else if (token !== `token${issued}` || ++uses > 2) {
        send(401, { error: { message: 'no longer' } });
      } else {
        const { status, body } = answer(path);
        send(status, body);
      }
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void http.close());
  const port = (http.address() as AddressInfo).port;
  const client = new ApiClient({
    authUrl: `http://127.0.0.1:${port}/identity/v3`,
    username: 'admin',
    password: 'secret',
    projectName: 'admin',
    userDomainName: 'Default',
    projectDomainName: 'Default',
  });
  return { client, seen };
}

test('ApiClient asks the endpoint of the catalogue with one token for all requests', async () => {
  const { client, seen } = await server(() => ({ status: 200, body: { networks: [] } }));
  expect(await client.get('/v2.0/networks')).toEqual({ networks: [] });
  await client.request('POST', '/v2.0/networks', { network: { name: 'n' } });
  expect(seen.map((one) => one.path)).toEqual(['/identity/v3/auth/tokens', '/v2.0/networks', '/v2.0/networks']);
  expect(seen[2]).toMatchObject({ token: 'token1', body: { network: { name: 'n' } } });
});

test('ApiClient renews a token that is no longer valid', async () => {
  const { client, seen } = await server(() => ({ status: 200, body: {} }));
  for (let i = 0; i < 3; i++) await client.get('/v2.0/ports');
  expect(seen.at(-1)?.token).toBe('token2');
});

test('ApiClient throws what Neutron says', async () => {
  const { client } = await server(() => ({
    status: 404,
    body: { NeutronError: { type: 'NetworkNotFound', message: 'Network x could not be found.', detail: '' } },
  }));
  const error = await client.get('/v2.0/networks/x').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ status: 404, type: 'NetworkNotFound', message: 'Network x could not be found.' });
});

test('ApiClient says which server does not answer', async () => {
  const { client } = await server(() => ({ status: 200, body: {} }));
  const unreachable = new ApiClient({
    authUrl: 'http://127.0.0.1:1/identity/v3',
    username: 'a',
    password: 'b',
    projectName: 'c',
    userDomainName: 'd',
    projectDomainName: 'e',
  });
  await expect(unreachable.get('/v2.0/ports')).rejects.toThrow(/cannot reach http:\/\/127.0.0.1:1: /);
  await expect(client.get('/v2.0/ports')).resolves.toEqual({});
});
