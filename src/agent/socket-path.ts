/** A name for a unix socket that the kernel takes, however long its path is (sun_path holds 107 bytes). */
import { type FileHandle, open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const longestPath = 107;

export class SocketPath implements AsyncDisposable {
  /** What to listen on or connect to, while this is not disposed. */
  readonly path: string;
  readonly #directory: FileHandle | null;

  private constructor(path: string, directory: FileHandle | null) {
    this.path = path;
    this.#directory = directory;
  }

  /** A path that is too long is reached through an open handle of its directory. */
  static async open(path: string): Promise<SocketPath> {
    if (Buffer.byteLength(path) <= longestPath) return new SocketPath(path, null);
    const directory = await open(dirname(path), 'r');
    return new SocketPath(join('/proc/self/fd', String(directory.fd), basename(path)), directory);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#directory?.close();
  }
}
