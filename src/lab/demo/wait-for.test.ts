import { expect, test } from 'vitest';
import { GiveUp, waitFor } from './wait-for.ts';

test('waitFor() returns what it was waiting for', async () => {
  let looks = 0;
  const seen = await waitFor('three', async () => (++looks === 3 ? looks : undefined), {
    timeoutMs: 1000,
    intervalMs: 1,
  });
  expect(seen).toBe(3);
});

test('waitFor() says the last reason when the time is up', async () => {
  const look = () => Promise.reject(new Error('it is DOWN'));
  await expect(waitFor('ACTIVE', look, { timeoutMs: 5, intervalMs: 1 })).rejects.toThrow(
    'ACTIVE did not come about in 0.005 s: it is DOWN',
  );
});

test('waitFor() gives up at once when waiting is of no use', async () => {
  const look = () => Promise.reject(new GiveUp('it has died'));
  await expect(waitFor('life', look, { timeoutMs: 60_000 })).rejects.toThrow('it has died');
});
