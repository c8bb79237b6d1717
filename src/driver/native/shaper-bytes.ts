/** Shapers in the bytes of rtnetlink: the token bucket of `linux/pkt_sched.h`. Pure. */
import type { Shaper } from '../../host/host-state.ts';
import { attribute, flags, type NetlinkMessage, readAttributes, readText, text } from './netlink-message.ts';
import { message, queueAttribute } from './rtnetlink.ts';

/** Makes a shaper the queue of a device. One of ours that is there is changed in place, and what waits in it stays. */
export function printShaper(index: number, shaper: Shaper): Omit<NetlinkMessage, 'sequence'> {
  const bytesPerSecond = BigInt(shaper.kbps) * 125n;
  const bucket = Buffer.alloc(36);
  bucket[1] = ETHERNET;
  bucket.writeUInt32LE(Number(bytesPerSecond < MOST_IN_32_BITS ? bytesPerSecond : MOST_IN_32_BITS), 8);
  bucket.writeUInt32LE(shaper.queueBytes, 24);
  bucket.writeUInt32LE(Math.round(shaper.burstUs / US_PER_TICK), 28);
  const rate = Buffer.alloc(8);
  rate.writeBigUInt64LE(bytesPerSecond);
  const body = [
    queueHead(index),
    attribute(queueAttribute.kind, text('tbf')),
    attribute(queueAttribute.options, attribute(queueAttribute.bucket, bucket), attribute(queueAttribute.rate64, rate)),
  ];
  return { type: message.newQueue, flags: flags.request | flags.create | flags.replace, body: Buffer.concat(body) };
}

/** Takes our shaper off a device; the kernel refuses where it is another's. */
export function printShaperRemoval(index: number): Omit<NetlinkMessage, 'sequence'> {
  return { type: message.deleteQueue, flags: flags.request, body: queueHead(index) };
}

/** Our shapers among the queues of a namespace, by the number of their device. */
export function readShapers(queues: readonly NetlinkMessage[]): ReadonlyMap<number, Shaper> {
  return new Map(queues.flatMap((queue) => readShaper(queue)));
}

function readShaper({ type, body }: NetlinkMessage): readonly (readonly [number, Shaper])[] {
  if (type !== message.newQueue || body.readUInt32LE(8) !== OUR_HANDLE) return [];
  const attributes = readAttributes(body, QUEUE_HEAD);
  const options = readAttributes(attributes.get(queueAttribute.options) ?? EMPTY);
  const bucket = options.get(queueAttribute.bucket);
  if (readText(attributes.get(queueAttribute.kind) ?? EMPTY) !== 'tbf' || bucket === undefined) return [];
  const bytesPerSecond = options.get(queueAttribute.rate64)?.readBigUInt64LE() ?? BigInt(bucket.readUInt32LE(8));
  const statistics = readAttributes(attributes.get(queueAttribute.statistics) ?? EMPTY);
  const [passed, queue] = [statistics.get(queueAttribute.passed), statistics.get(queueAttribute.queue)];
  const shaper: Shaper = {
    kbps: Number(bytesPerSecond) / 125,
    burstUs: Math.round(bucket.readUInt32LE(28) * US_PER_TICK),
    queueBytes: bucket.readUInt32LE(24),
    counters: {
      bytes: Number(passed?.readBigUInt64LE() ?? 0),
      packets: passed?.readUInt32LE(8) ?? 0,
      waitingBytes: queue?.readUInt32LE(4) ?? 0,
      dropped: queue?.readUInt32LE(8) ?? 0,
    },
  };
  return [[body.readInt32LE(4), shaper]];
}

/** How our queues are known among others: `ta` in ASCII, which `tc` prints as `7461:`. */
const OUR_HANDLE = 0x74610000;
const ROOT_OF_DEVICE = 0xffffffff;
const QUEUE_HEAD = 20;
/** Without it the kernel wants a table of all lengths. */
const ETHERNET = 1;
const MOST_IN_32_BITS = 0xffffffffn;
/** The scheduler counts time in 64 nanoseconds (`/proc/net/psched`). */
const US_PER_TICK = 0.064;
const EMPTY = Buffer.alloc(0);

/** `struct tcmsg`. */
function queueHead(index: number): Buffer {
  const head = Buffer.alloc(QUEUE_HEAD);
  head.writeInt32LE(index, 4);
  head.writeUInt32LE(OUR_HANDLE, 8);
  head.writeUInt32LE(ROOT_OF_DEVICE, 12);
  return head;
}
