import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { openListener } from './open-listener.ts';

const inheritor = `
require('node:net').createServer((socket) => socket.end('inherited')).listen({ fd: 3 }, () => console.log('up'));
`;

test('openListener() makes a socket that a child serves as descriptor 3 after this process has closed its own', async () => {
  const listener = await openListener(0);
  const child = spawn(process.execPath, ['-e', inheritor], {
    stdio: ['ignore', 'pipe', 'inherit', listener.fd],
  });
  onTestFinished(() => void child.kill());
  listener.close();
  if (child.stdout === null) throw new Error('no pipe');
  await once(child.stdout, 'data');
  expect(await text(connect(listener.port, '127.0.0.1'))).toBe('inherited');
});

test('openListener() takes another port when its own is taken', async () => {
  const taken: Server = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  onTestFinished(() => void taken.close());
  const address = taken.address();
  const wanted = typeof address === 'object' && address !== null ? address.port : 0;
  const { port, close } = await openListener(wanted);
  onTestFinished(close);
  expect(port).not.toBe(wanted);
  expect(port).toBeGreaterThan(0);
});
