import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startHost } from './start-host.ts';

test('startHost() gives a host that lives as long as its scope', async () => {
  let directory: string;
  {
    await using single = await startHost({ name: `hosttest${process.pid}` });
    directory = single.lab.directory;
    expect((await single.host.exec(['ovs-vsctl', 'show'])).stdout).toContain('Bridge');
    expect(single.host.tunnelAddress).toBe('10.98.0.21');
  }
  expect(existsSync(directory)).toBe(false);
});
