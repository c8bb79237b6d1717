import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { understand } from '../trace/understand.ts';
import { walk } from '../trace/walk.ts';
import { readDumpedCloud } from './dumped-cloud.ts';

test.each([
  ['vm1', 'vm3', 'arrives'],
  ['vm1', 'vm2', 'arrives'],
  ['vm3', 'vm4', 'arrives'],
  ['vm1', '8.8.8.8', 'arrives'],
  ['vm4', '8.8.8.8', 'arrives'],
  ['203.0.113.1', 'vm1', 'arrives'],
  ['vm2', 'iso1', 'M net1 NO_ROUTE'],
  ['iso1', '8.8.8.8', 'A cmp1 NO_ROUTE'],
])('readDumpedCloud() reads a cloud that Neutron wired: %s to %s', async (from, to, verdict) => {
  const { states, model } = await readDumpedCloud('test/fixtures/neutron-21');
  const understood = understand(model, { from, to });
  if (understood.kind === 'unclear') throw new Error(understood.message);
  const { stop } = walk(states, understood.question);
  expect(stop === null ? 'arrives' : `${stop.letter} ${stop.host} ${stop.code}`).toBe(verdict);
});

test('readDumpedCloud() says what is missing', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'dumps-'));
  try {
    await expect(readDumpedCloud(directory)).rejects.toThrow('has no dump of a host');
    writeFileSync(join(directory, 'a.host.json'), '{"files": {}}');
    await expect(readDumpedCloud(directory)).rejects.toThrow('has no api.json');
    writeFileSync(join(directory, 'a.host.json'), 'no json');
    await expect(readDumpedCloud(directory)).rejects.toThrow('a.host.json is not JSON');
  } finally {
    rmSync(directory, { recursive: true });
  }
});
