/** The agent's share on disk, so that a reboot with the control plane away still brings the network back. */
import { join } from 'node:path';
import { emptyShare, type Share } from '../model/share.ts';
import { DurableFile, readDurable } from './durable-file.ts';
import type { HeldShare } from './share-store.ts';

/** Raised when the meaning of the file changes: a file of another format is as good as none. */
const format = 1;

interface ShareOnDisk {
  readonly format: number;
  readonly host: string;
  readonly held: HeldShare;
}

export interface ShareFile {
  /** Null: none, torn, of another format, or of another host. */
  read(): Promise<HeldShare | null>;
  /** Resolves when this share, or a later one, is on disk. */
  save(held: HeldShare): Promise<void>;
}

/** `share.json` in the state directory. */
export function shareFile(stateDirectory: string, host: string): ShareFile {
  const path = join(stateDirectory, 'share.json');
  const file = new DurableFile<ShareOnDisk>(path);
  return {
    read: async () => heldIn(await readDurable(path), host),
    save: (held) => file.save({ format, host, held }),
  };
}

function heldIn(value: unknown, host: string): HeldShare | null {
  if (!isRecord(value) || value['format'] !== format || value['host'] !== host || !isRecord(value['held'])) return null;
  const { epoch, generation, share } = value['held'];
  if (typeof epoch !== 'string' || typeof generation !== 'number' || !isRecord(share)) return null;
  if (!Object.keys(emptyShare).every((kind) => isRecord(share[kind]))) return null;
  return { epoch, generation, share: share as unknown as Share };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
