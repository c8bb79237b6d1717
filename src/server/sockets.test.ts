import { expect, test } from 'vitest';
import { inheritedSockets, parseListen } from './sockets.ts';

test('parseListen() takes an address and a port apart', () => {
  expect(parseListen('127.0.0.1:9696')).toEqual({ host: '127.0.0.1', port: 9696 });
  expect(parseListen('[::1]:0')).toEqual({ host: '::1', port: 0 });
  for (const wrong of ['9696', '127.0.0.1', '::1:9696', '127.0.0.1:65536', '127.0.0.1:x', '']) {
    expect(() => parseListen(wrong)).toThrow('api.listen');
  }
});

test('inheritedSockets() counts from 3 and leaves those of another process alone', () => {
  expect(inheritedSockets({})).toEqual([]);
  expect(inheritedSockets({ LISTEN_FDS: '2' })).toEqual([3, 4]);
  expect(inheritedSockets({ LISTEN_FDS: '1', LISTEN_PID: String(process.pid) })).toEqual([3]);
  expect(inheritedSockets({ LISTEN_FDS: '1', LISTEN_PID: '1' })).toEqual([]);
  expect(inheritedSockets({ LISTEN_FDS: 'x' })).toEqual([]);
});
