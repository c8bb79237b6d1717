import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { emptyShare } from '../model/share.ts';
import { DurableFile, readDurable } from './durable-file.ts';
import { plugsFile } from './plugs-file.ts';
import { shareFile } from './share-file.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tapline-agent-'));
});
afterEach(() => rm(directory, { recursive: true }));

test('DurableFile keeps the latest of many values, readable by its owner alone, and leaves nothing beside it', async () => {
  const path = join(directory, 'deep', 'file.json');
  const file = new DurableFile<number>(path);
  await Promise.all(Array.from({ length: 50 }, (_, n) => file.save(n)));
  expect(await readDurable(path)).toBe(49);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(join(directory, 'deep'))).toEqual(['file.json']);
});

test('DurableFile resolves each save only when that value or a later one is on disk', async () => {
  const path = join(directory, 'file.json');
  const file = new DurableFile<number>(path);
  await Promise.all(
    Array.from({ length: 20 }, async (_, n) => {
      await file.save(n);
      expect(await readDurable(path)).toBeGreaterThanOrEqual(n);
    }),
  );
});

test('DurableFile says that it could not save, and saves again when it can', async () => {
  const blocked = join(directory, 'blocked');
  await writeFile(blocked, '');
  const file = new DurableFile<number>(join(blocked, 'file.json'));
  await expect(file.save(1)).rejects.toThrow();
  await rm(blocked);
  await file.save(2);
  expect(await readDurable(join(blocked, 'file.json'))).toBe(2);
});

test('shareFile() gives back what it saved, to the same host only', async () => {
  const held = { epoch: 'e', generation: 5, share: emptyShare };
  await shareFile(directory, 'compute1').save(held);
  expect(await shareFile(directory, 'compute1').read()).toEqual(held);
  expect(await shareFile(directory, 'compute2').read()).toBeNull();
});

test.each([
  '',
  '{',
  '[]',
  'null',
  '{"format":1,"host":"compute1"}',
  '{"format":0}',
  '{"format":1,"host":"compute1","held":{"epoch":"e","generation":1,"share":{}}}',
])('shareFile() takes %j for no share', async (text) => {
  await writeFile(join(directory, 'share.json'), text);
  expect(await shareFile(directory, 'compute1').read()).toBeNull();
});

test('plugsFile() gives back what it saved, and nothing for a torn file', async () => {
  const plugs = { p1: { kind: 'tap' }, p2: { kind: 'netns', namespace: 'web1', device: 'eth0' } } as const;
  const file = plugsFile(directory);
  expect(await file.read()).toEqual({});
  await file.save(plugs);
  expect(await file.read()).toEqual(plugs);
  await writeFile(join(directory, 'plugs.json'), '{"format":1,"plugs":{"p1":{"kind":"tap"');
  expect(await file.read()).toEqual({});
});
