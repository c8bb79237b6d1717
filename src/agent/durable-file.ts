/** A small JSON file that is either the old or the new one, whenever the power goes. */
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Reads it; null where it is missing, torn, or not JSON: none of these is a failure, the server has the truth. */
export async function readDurable(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return null;
  }
}

/** Writes beside it, syncs, and renames over it. Mode 0600: a share says who may talk to whom. */
export async function writeDurable(path: string, value: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const beside = `${path}.new`;
  const file = await open(beside, 'w', 0o600);
  try {
    await file.writeFile(JSON.stringify(value));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
  const directory = await open(dirname(path), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Writes one value after the other; of those that pile up meanwhile only the latest. */
export class DurableFile<Value> {
  readonly #path: string;
  #next: { readonly value: Value } | null = null;
  #writing: Promise<void> | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  /** Resolves when this value, or a later one, is on disk. Rejects with the error of the file system. */
  async save(value: Value): Promise<void> {
    this.#next = { value };
    const before = this.#writing;
    if (before === null) return this.#write();
    // The write under way took its value earlier, so this one needs the write after it.
    await before.catch(() => undefined);
    return this.#writing ?? (this.#next === null ? undefined : this.#write());
  }

  #write(): Promise<void> {
    const next = this.#next;
    if (next === null) return Promise.resolve();
    this.#next = null;
    this.#writing = writeDurable(this.#path, next.value).finally(() => {
      this.#writing = null;
    });
    return this.#writing;
  }
}
