/**
 * A socket of rtnetlink(7) in one namespace: many requests in one call, and dumps. Only what fails is answered one by one, and
 * the last request of a call, whose answer says that all were carried out.
 */
import { closeSync, openSync } from 'node:fs';
import { errorText, KernelRefused, type Libc } from './libc.ts';
import { changesNumbers, devicesNamedIn, type LinkRequest, type Numbers, printRequest } from './link-request.ts';
import {
  DONE,
  ERROR,
  flags,
  type NetlinkMessage,
  printMessage,
  readAttributes,
  readMessages,
  readText,
  uint32,
} from './netlink-message.ts';

interface Pending {
  readonly bytes: Buffer;
  readonly sequence: number;
  /** The request's place in the list. */
  readonly place: number;
}

export class RouteSocket implements Disposable {
  readonly #libc: Libc;
  readonly #namespace: string;
  readonly #socket: number;
  readonly #files = new Map<string, number>();
  readonly #received = Buffer.allocUnsafe(RECEIVE_BYTES);
  #sequence = 1;

  private constructor(libc: Libc, namespace: string, socket: number) {
    this.#libc = libc;
    this.#namespace = namespace;
    this.#socket = socket;
  }

  /** Throws `KernelRefused` where there is no such namespace. */
  static open(libc: Libc, namespace: string): RouteSocket {
    const socket = libc.within(namespace, () => libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    for (const option of [NETLINK_CAP_ACK, NETLINK_EXT_ACK]) libc.setOption(socket, SOL_NETLINK, option, uint32(1));
    libc.setOption(socket, SOL_SOCKET, SO_RCVTIMEO, LONGEST_WAIT);
    return new RouteSocket(libc, namespace, socket);
  }

  /** Carries the requests out in order, each whether or not those before it failed. Returns what was said of those that did. */
  async carryOut(requests: readonly LinkRequest[]): Promise<ReadonlyMap<number, string>> {
    const failures = new Map<number, string>();
    let pending: Pending[] = [];
    let mayMisnumber = false;
    const flush = async () => {
      await this.#commit(pending, failures);
      pending = [];
      mayMisnumber = false;
    };
    for (const [place, request] of requests.entries()) {
      if (pending.length === MOST_AT_ONCE) await flush();
      if (mayMisnumber && devicesNamedIn(request).length > 0) await flush();
      try {
        if (request.kind === 'add-tap') this.#addTap(request.name);
        else {
          const sequence = this.#sequence++;
          pending.push({ bytes: printMessage({ ...printRequest(request, this.#numbers), sequence }), sequence, place });
        }
      } catch (error) {
        if (!(error instanceof KernelRefused)) throw error;
        failures.set(place, error.message);
      }
      mayMisnumber ||= changesNumbers(request);
    }
    await flush();
    return failures;
  }

  /** All answers to a question for everything of a kind. Throws `KernelRefused`. */
  async dump(type: number, body: Buffer): Promise<readonly NetlinkMessage[]> {
    for (let attempt = 1; ; attempt++) {
      const sequence = this.#sequence++;
      this.#libc.send(this.#socket, printMessage({ type, flags: flags.request | flags.dump, sequence, body }));
      const answers = await this.#answers(sequence, ({ type: answer }) => answer === DONE || answer === ERROR);
      const end = answers.at(-1);
      if (end?.type === ERROR) throw new KernelRefused(failureOf(end));
      // Something changed between two parts of the answer. Where that goes on, its events will have it read again.
      const isWhole = !answers.some((answer) => (answer.flags & INTERRUPTED) !== 0);
      if (isWhole || attempt === MOST_ATTEMPTS) return answers.slice(0, -1);
    }
  }

  /** Asks questions that have one answer each, or a failure, which is left out; in their order. */
  async ask(type: number, bodies: readonly Buffer[]): Promise<readonly (NetlinkMessage | undefined)[]> {
    const answers: (NetlinkMessage | undefined)[] = [];
    for (let start = 0; start < bodies.length; start += MOST_AT_ONCE) {
      const some = bodies.slice(start, start + MOST_AT_ONCE);
      const first = this.#sequence;
      this.#sequence += some.length;
      const questions = some.map((body, n) => printMessage({ type, flags: flags.request, sequence: first + n, body }));
      this.#libc.send(this.#socket, Buffer.concat(questions));
      const said = await this.#answers(first + some.length - 1, () => true, first);
      const bySequence = new Map(said.map((answer) => [answer.sequence, answer] as const));
      for (const n of some.keys()) {
        const answer = bySequence.get(first + n);
        answers.push(answer?.type === ERROR ? undefined : answer);
      }
    }
    return answers;
  }

  /** Whether a device does transmit checksumming. Throws `KernelRefused` where there is no such device, or it cannot say. */
  hasTxChecksum(device: string): boolean {
    return this.#ethtool(device, ETHTOOL_GTXCSUM) !== 0;
  }

  /** Throws `KernelRefused`. */
  switchOffTxChecksum(device: string): void {
    this.#ethtool(device, ETHTOOL_STXCSUM);
  }

  [Symbol.dispose](): void {
    closeSync(this.#socket);
    for (const file of this.#files.values()) closeSync(file);
  }

  readonly #numbers: Numbers = {
    index: (device) => {
      const request = interfaceRequest(device);
      this.#libc.ioctl(device, this.#socket, SIOCGIFINDEX, request);
      return request.readInt32LE(NAME_BYTES);
    },
    file: (namespace) => {
      const open = this.#files.get(namespace) ?? this.#libc.openNamespace(namespace);
      this.#files.set(namespace, open);
      return open;
    },
  };

  /** Gives a command the value 0, and returns the value that it left there. */
  #ethtool(device: string, command: number): number {
    const value = Buffer.alloc(8);
    value.writeUInt32LE(command);
    this.#libc.ioctl(device, this.#socket, SIOCETHTOOL, interfaceRequest(device, this.#libc.address(value)));
    return value.readUInt32LE(4);
  }

  /** A persistent tap, which is there for whoever opens it. */
  #addTap(name: string): void {
    const file = this.#libc.within(this.#namespace, () => openSync('/dev/net/tun', 'r+'));
    try {
      const request = interfaceRequest(name);
      request.writeUInt16LE(IFF_TAP | IFF_NO_PI | IFF_TUN_EXCL, NAME_BYTES);
      this.#libc.ioctl(name, file, TUNSETIFF, request);
      this.#libc.ioctl(name, file, TUNSETPERSIST, request);
    } finally {
      closeSync(file);
    }
  }

  async #commit(pending: readonly Pending[], failures: Map<number, string>): Promise<void> {
    const last = pending.at(-1);
    if (last === undefined) return;
    last.bytes.writeUInt16LE(last.bytes.readUInt16LE(FLAGS_AT) | flags.ack, FLAGS_AT);
    await this.#libc.sendAndWait(this.#socket, Buffer.concat(pending.map(({ bytes }) => bytes)));
    const first = pending[0]?.sequence ?? 0;
    const places = new Map(pending.map(({ sequence, place }) => [sequence, place] as const));
    for (const answer of await this.#answers(last.sequence, ({ type }) => type === ERROR, first)) {
      const place = places.get(answer.sequence);
      if (answer.type !== ERROR || place === undefined || answer.body.readInt32LE() === 0) continue;
      failures.set(place, failureOf(answer));
    }
  }

  /** Answers from `first` on, up to the one that ends those with the number `last`. */
  async #answers(
    last: number,
    isEnd: (answer: NetlinkMessage) => boolean,
    first = last,
  ): Promise<readonly NetlinkMessage[]> {
    const answers: NetlinkMessage[] = [];
    for (;;) {
      const length = await this.#libc.receive(this.#socket, this.#received);
      for (const answer of readMessages(Buffer.from(this.#received.subarray(0, length)))) {
        if (answer.sequence < first) continue;
        answers.push(answer);
        if (answer.sequence === last && isEnd(answer)) return answers;
      }
    }
  }
}

/** So many, because what fails is answered before anything is read, and the socket keeps no more than some hundreds. */
const MOST_AT_ONCE = 100;
/** As much as the kernel hands out at once. */
const RECEIVE_BYTES = 32 * 1024;

const MOST_ATTEMPTS = 3;

const FLAGS_AT = 6;
const INTERRUPTED = 0x10;
const CAPPED = 0x100;
const WITH_ATTRIBUTES = 0x200;
const EXTENDED_TEXT = 1;

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const NETLINK_ROUTE = 0;
/** 30 seconds, as `struct timeval`. An answer that never comes must not hold a thread for ever. */
const LONGEST_WAIT = Buffer.concat([uint32(30), Buffer.alloc(12)]);
const SOL_SOCKET = 1;
const SO_RCVTIMEO = 20;
const SOL_NETLINK = 270;
const NETLINK_CAP_ACK = 10;
const NETLINK_EXT_ACK = 11;

const NAME_BYTES = 16;
const SIOCGIFINDEX = 0x8933;
const SIOCETHTOOL = 0x8946;
const ETHTOOL_GTXCSUM = 0x16;
const ETHTOOL_STXCSUM = 0x17;
const TUNSETIFF = 0x400454ca;
const TUNSETPERSIST = 0x400454cb;
const IFF_TAP = 2;
const IFF_NO_PI = 0x1000;
const IFF_TUN_EXCL = 0x8000;

/** `struct ifreq`: a name and a union. */
function interfaceRequest(device: string, pointer?: bigint): Buffer {
  const request = Buffer.alloc(40);
  request.write(device.slice(0, NAME_BYTES - 1));
  if (pointer !== undefined) request.writeBigUInt64LE(pointer, NAME_BYTES);
  return request;
}

/** The kernel's own words where it has some, which stand behind the head of the request. */
function failureOf({ body, flags: answerFlags }: NetlinkMessage): string {
  const errno = errorText(-body.readInt32LE());
  if ((answerFlags & WITH_ATTRIBUTES) === 0) return errno;
  const request = (answerFlags & CAPPED) === 0 ? body.readUInt32LE(4) : 16;
  const said = readAttributes(body, 4 + ((request + 3) & ~3)).get(EXTENDED_TEXT);
  return said === undefined ? errno : `${readText(said)}: ${errno}`;
}
