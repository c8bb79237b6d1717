import { expect, test } from 'vitest';
import { startProgress } from './progress.ts';

function recorded() {
  const lines: string[] = [];
  const stop = new AbortController();
  return { lines, stop, progress: startProgress((line) => lines.push(line), stop.signal) };
}

test('prove() shows the evidence of what holds and the reason of what does not, and goes on', async () => {
  const { lines, progress } = recorded();
  await progress.prove('water is wet', async () => 'touched');
  await progress.prove('fire is cold', async () => {
    throw new Error('ouch');
  });
  expect(lines[0]).toMatch(/^✓ +\d+\.\d\d s {2}water is wet: touched$/);
  expect(lines[1]).toMatch(/^✗ +\d+\.\d\d s {2}fire is cold: ouch$/);
  expect(progress.proved).toBe(1);
  expect(progress.failed).toEqual(['fire is cold']);
});

test('step() throws what went wrong', async () => {
  const { lines, progress } = recorded();
  await expect(progress.step('build', () => Promise.reject(new Error('no wood')))).rejects.toThrow('no wood');
  expect(lines[0]).toContain('✗');
});

test('an interruption ends the demo instead of failing a proof', async () => {
  const { progress, stop } = recorded();
  const interrupted = progress.prove('patience', async () => {
    stop.abort();
    throw new Error('killed by the interruption');
  });
  await expect(interrupted).rejects.toThrow(/abort/i);
  await expect(progress.prove('more', async () => '')).rejects.toThrow(/abort/i);
  expect(progress.failed).toEqual([]);
});
