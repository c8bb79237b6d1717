/** Messages of netlink (`linux/netlink.h`) in bytes: a head, a structure of the kind of message, and attributes. Pure. */

export const flags = { request: 1, ack: 4, dump: 0x300, replace: 0x100, excl: 0x200, create: 0x400 } as const;

/** Kinds of messages that every protocol of netlink has. */
export const ERROR = 2;
export const DONE = 3;

const HEAD = 16;

export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  /** What the answer to it says again. */
  readonly sequence: number;
  /** The structure and the attributes. */
  readonly body: Buffer;
}

export function printMessage({ type, flags, sequence, body }: NetlinkMessage): Buffer {
  const message = Buffer.alloc(HEAD + aligned(body.length));
  message.writeUInt32LE(HEAD + body.length, 0);
  message.writeUInt16LE(type, 4);
  message.writeUInt16LE(flags, 6);
  message.writeUInt32LE(sequence, 8);
  body.copy(message, HEAD);
  return message;
}

/** All messages that one reading of a socket gave. */
export function readMessages(data: Buffer): readonly NetlinkMessage[] {
  const messages: NetlinkMessage[] = [];
  for (let at = 0; at + HEAD <= data.length; ) {
    const length = data.readUInt32LE(at);
    if (length < HEAD || at + length > data.length) break;
    messages.push({
      type: data.readUInt16LE(at + 4),
      flags: data.readUInt16LE(at + 6),
      sequence: data.readUInt32LE(at + 8),
      body: data.subarray(at + HEAD, at + length),
    });
    at += aligned(length);
  }
  return messages;
}

/** An attribute; of several buffers those that follow one another are nested ones. */
export function attribute(type: number, ...content: readonly Buffer[]): Buffer {
  const length = content.reduce((sum, one) => sum + one.length, 4);
  const bytes = Buffer.alloc(aligned(length));
  bytes.writeUInt16LE(length, 0);
  bytes.writeUInt16LE(type, 2);
  let at = 4;
  for (const one of content) at += one.copy(bytes, at);
  return bytes;
}

/** The attributes from `start` on, by type; of several of one type the last. */
export function readAttributes(bytes: Buffer, start = 0): ReadonlyMap<number, Buffer> {
  const attributes = new Map<number, Buffer>();
  for (let at = start; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt16LE(at);
    if (length < 4 || at + length > bytes.length) break;
    // The two highest bits say how the content is to be read.
    attributes.set(bytes.readUInt16LE(at + 2) & 0x3fff, bytes.subarray(at + 4, at + length));
    at += aligned(length);
  }
  return attributes;
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** A name as C writes it. */
export function text(value: string): Buffer {
  return Buffer.from(`${value}\0`);
}

export function readText(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
}

function aligned(length: number): number {
  return (length + 3) & ~3;
}
