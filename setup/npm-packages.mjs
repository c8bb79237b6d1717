// Node and the npm packages.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Failed, root, run, step } from './steps.mjs';

export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new Failed(`Tapline needs Node 20.19 or newer; this is ${process.versions.node}`);
}

/** `npm ci`, when it has never run or the lock file is newer. */
export async function ensureNpmPackages() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  const lock = join(root, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  const npm = ['npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error'];
  await step('npm ci', () => run(npm, { onLine: () => undefined }));
}
