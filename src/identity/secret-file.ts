/** A generated secret that an operator finds in a file of mode 0600. */
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The file's first line; where there is no file, a new secret is generated and written first. */
export async function secretFile(path: string): Promise<string> {
  const present = await read(path);
  if (present !== null) return present;
  await mkdir(dirname(path), { recursive: true, mode: 0o711 });
  const unfinished = `${path}.${process.pid}.unfinished`;
  const file = await open(unfinished, 'w', 0o600);
  try {
    await file.writeFile(`${randomBytes(20).toString('hex')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  // A link never replaces: of two that start at once, both read what the first one wrote.
  await link(unfinished, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(unfinished);
  const written = await read(path);
  if (written === null) throw new Error(`${path} is empty: delete it, and a new secret is generated`);
  return written;
}

async function read(path: string): Promise<string | null> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text.split('\n')[0]?.trim() || null;
}
