import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Loop, type RoundEnd } from './loop.ts';

const options = { gatherMs: 0, gatherLongestMs: 10, retryFirstMs: 5, retryLongestMs: 20, random: () => 0.5 };

test('Loop does nothing before it is woken', async () => {
  let rounds = 0;
  await using _loop = new Loop(async () => {
    rounds += 1;
    return 'settled';
  }, options);
  await delay(30);
  expect(rounds).toBe(0);
});

test('Loop runs one round at a time and takes all that comes meanwhile into one more', async () => {
  const gates: (() => void)[] = [];
  let running = 0;
  let most = 0;
  await using loop = new Loop(async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => gates.push(resolve));
    running -= 1;
    return 'settled';
  }, options);
  loop.wake();
  await delay(10);
  for (let i = 0; i < 50; i++) loop.wake();
  expect(gates).toHaveLength(1);
  gates[0]?.();
  await delay(10);
  expect(gates).toHaveLength(2);
  gates[1]?.();
  await delay(20);
  expect(gates).toHaveLength(2);
  expect(most).toBe(1);
});

test('Loop tries a failed round again, later and later, and at once when woken', async () => {
  const at: number[] = [];
  let end: RoundEnd = 'again';
  await using loop = new Loop(
    async () => {
      at.push(performance.now());
      return end;
    },
    { ...options, retryFirstMs: 20, retryLongestMs: 10_000 },
  );
  loop.wake();
  await delay(200);
  const tried = at.length;
  expect(tried).toBeGreaterThanOrEqual(3);
  expect(tried).toBeLessThan(6);
  end = 'settled';
  loop.wake();
  await delay(10);
  expect(at.length).toBe(tried + 1);
  await delay(50);
  expect(at.length).toBe(tried + 1);
});
