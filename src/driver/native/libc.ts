/**
 * The calls of the C library that Node has no words for.
 *
 * Changing devices can take the kernel many milliseconds, so that runs on the thread pool. Questions and switches are answered
 * within microseconds, unless someone else holds the kernel's lock for devices; they are asked at once, because waking another
 * thread takes longer, and on a busy machine much longer.
 */
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { getSystemErrorMap } from 'node:util';
import { ROOT } from '../../host/host-state.ts';

type Native = typeof import('koffi').default;
type NativeFunction = ReturnType<ReturnType<Native['load']>['func']>;
type Argument = number | Buffer | null;

/** The kernel refused a call. The message has its own words where it gave some. */
export class KernelRefused extends Error {
  override readonly name = 'KernelRefused';
}

export class Libc {
  static #loaded: Promise<Libc> | undefined;
  /** What calls under way were given, which must not be collected meanwhile. */
  readonly #held = new Set<readonly Argument[]>();
  readonly #koffi: Native;
  readonly #socket: NativeFunction;
  readonly #setsockopt: NativeFunction;
  readonly #setns: NativeFunction;
  readonly #send: NativeFunction;
  readonly #recv: NativeFunction;
  readonly #ioctl: NativeFunction;

  private constructor(koffi: Native) {
    this.#koffi = koffi;
    const library = koffi.load('libc.so.6');
    this.#socket = library.func('int socket(int, int, int)');
    this.#setsockopt = library.func('int setsockopt(int, int, int, void *, uint32_t)');
    this.#setns = library.func('int setns(int, int)');
    this.#send = library.func('long send(int, void *, size_t, int)');
    this.#recv = library.func('long recv(int, void *, size_t, int)');
    this.#ioctl = library.func('int ioctl(int, unsigned long, void *)');
  }

  /** Loaded by the first who asks. Rejects where there is no build of koffi for this machine. */
  static load(): Promise<Libc> {
    Libc.#loaded ??= import('koffi').then(({ default: koffi }) => new Libc(koffi));
    return Libc.#loaded;
  }

  /**
   * Does something at once while this thread stands in another namespace. What is opened there belongs to it for good.
   * `work` must not wait: whatever else this thread did meanwhile would happen in that namespace. Throws `KernelRefused`
   * where there is no such namespace.
   */
  within<Result>(namespace: string, work: () => Result): Result {
    if (namespace === ROOT) return work();
    const home = openSync('/proc/thread-self/ns/net', 'r');
    try {
      const there = this.openNamespace(namespace);
      try {
        this.#checked(`namespace ${namespace}`, this.#setns, [there, CLONE_NEWNET]);
      } finally {
        closeSync(there);
      }
      try {
        return work();
      } finally {
        // Whatever this process did from here on, it would do in the wrong place.
        if (Number(this.#setns(home, CLONE_NEWNET)) < 0) process.abort();
      }
    } finally {
      closeSync(home);
    }
  }

  /** A file that stands for a namespace; to be closed. Throws `KernelRefused`. */
  openNamespace(namespace: string): number {
    try {
      return openSync(namespace === ROOT ? '/proc/thread-self/ns/net' : join('/run/netns', namespace), 'r');
    } catch (cause) {
      throw new KernelRefused(`namespace ${namespace}: it is gone`, { cause });
    }
  }

  socket(domain: number, type: number, protocol: number): number {
    return this.#checked('socket', this.#socket, [domain, type, protocol]);
  }

  setOption(socket: number, level: number, option: number, value: Buffer): void {
    this.#checked('setsockopt', this.#setsockopt, [socket, level, option, value, value.length]);
  }

  /** For questions. */
  send(socket: number, data: Buffer): void {
    this.#checked('send', this.#send, [socket, data, data.length, 0]);
  }

  /** For what may take its time. */
  async sendAndWait(socket: number, data: Buffer): Promise<void> {
    await this.#waited('send', this.#send, [socket, data, data.length, 0]);
  }

  /** Most answers are there when the question was sent. */
  async receive(socket: number, into: Buffer): Promise<number> {
    const length = Number(this.#recv(socket, into, into.length, MSG_DONTWAIT));
    if (length >= 0) return length;
    return this.#waited('recv', this.#recv, [socket, into, into.length, 0]);
  }

  /** Throws `KernelRefused`. */
  ioctl(what: string, file: number, request: number, argument: Buffer): void {
    this.#checked(what, this.#ioctl, [file, request, argument]);
  }

  /** Where a buffer stands in memory, for a structure that points to it. Whoever asks keeps the buffer for as long. */
  address(buffer: Buffer): bigint {
    return BigInt(this.#koffi.address(buffer));
  }

  #checked(what: string, call: NativeFunction, args: readonly Argument[]): number {
    const result = Number(call(...args));
    if (result < 0) throw new KernelRefused(`${what}: ${errorText(this.#koffi.errno())}`);
    return result;
  }

  #waited(what: string, call: NativeFunction, args: readonly Argument[]): Promise<number> {
    this.#held.add(args);
    return new Promise((resolve, reject) => {
      call.async(...args, (error: unknown, result: number | bigint) => {
        this.#held.delete(args);
        if (error) reject(error);
        else if (result < 0) reject(new KernelRefused(`${what}: ${errorText(this.#koffi.errno())}`));
        else resolve(Number(result));
      });
    });
  }
}

const CLONE_NEWNET = 0x40000000;
const MSG_DONTWAIT = 0x40;

/** Such as `no such device (ENODEV)`. */
export function errorText(errno: number): string {
  const [name, words] = getSystemErrorMap().get(-errno) ?? [];
  return name === undefined ? `error ${errno}` : `${words} (${name})`;
}
