/** Kernel settings of namespaces: files below `/proc/sys` for the host's own, `sysctl` for the others. */
import { readFileSync, writeFileSync } from 'node:fs';
import { ROOT } from '../host/host-state.ts';
import { run } from './run.ts';

/** The values of those keys that exist. */
export async function readSysctls(
  namespace: string,
  keys: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  if (keys.length === 0) return {};
  if (namespace === ROOT) {
    return Object.fromEntries(
      keys.flatMap((key) => {
        const value = readSetting(key);
        return value === undefined ? [] : [[key, fold(value)]];
      }),
    );
  }
  // Exit code 1 or 255 says that some key does not exist; the others are printed all the same.
  const shown = await run('sysctl', ['-e', ...keys], { namespace, accept: [1, 255] });
  return Object.fromEntries(
    [...shown.matchAll(/^(\S+) = ?(.*)$/gm)].map(([, key = '', value = '']) => [key, fold(value)]),
  );
}

/** Writes values. Throws where one cannot be written; the others are written all the same. */
export async function writeSysctls(namespace: string, values: Readonly<Record<string, string>>): Promise<void> {
  const entries = Object.entries(values);
  if (entries.length === 0) return;
  if (namespace !== ROOT) {
    await run('sysctl', ['-q', '-w', ...entries.map(([key, value]) => `${key}=${value}`)], { namespace });
    return;
  }
  const failures = entries.flatMap(([key, value]): unknown[] => {
    try {
      writeFileSync(pathOf(key), value);
      return [];
    } catch (error) {
      return [error];
    }
  });
  if (failures.length > 0) throw failures[0];
}

/** These are no files that a disk has: one takes some microseconds, less than to hand it to another thread. */
function readSetting(key: string): string | undefined {
  try {
    return readFileSync(pathOf(key), 'utf8');
  } catch {
    return undefined;
  }
}

/** In a key, dots divide and a slash stands for a dot, as in a VLAN device's name (sysctl(8)). */
function pathOf(key: string): string {
  return `/proc/sys/${[...key].map((letter) => (letter === '.' ? '/' : letter === '/' ? '.' : letter)).join('')}`;
}

function fold(value: string): string {
  return value.trim().replace(/\s+/g, ' ');
}
