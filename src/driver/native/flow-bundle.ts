/** One bundle of flow modifications over a bridge's management socket (OpenFlow 1.4, section 7.3.9): all of them or none. */
import { connect, type Socket } from 'node:net';

/** The switch refused the bundle, or did not answer. */
export class BundleRefused extends Error {
  override readonly name = 'BundleRefused';
}

/** Commits bodies of flow modifications in their order. Throws `BundleRefused`; then nothing was changed. */
export async function commitFlows(path: string, bodies: readonly Buffer[], timeoutMs = 30_000): Promise<void> {
  const socket = connect(path);
  try {
    await new Promise<void>((resolve, reject) => {
      const refuse = (why: string) => reject(new BundleRefused(`${path}: ${why}`));
      socket.setTimeout(timeoutMs, () => refuse(`no answer within ${timeoutMs} ms`));
      socket.on('error', (error) => refuse(error.message));
      socket.on('close', () => refuse('the connection ended'));
      socket.on('connect', () => socket.write(bundle(bodies)));
      hear(socket, ({ type, sequence, body }) => {
        if (type === ECHO_REQUEST) socket.write(message(ECHO_REPLY, sequence, body));
        else if (type === ERROR)
          refuse(`the switch refuses ${whatIsRefused(sequence, bodies.length)}: ${errorOf(body)}`);
        else if (type === BUNDLE_CONTROL && sequence === commitOf(bodies.length)) resolve();
      });
    });
  } finally {
    socket.destroy();
  }
}

const HELLO = 0;
const ERROR = 1;
const ECHO_REQUEST = 2;
const ECHO_REPLY = 3;
const FLOW_MODIFICATION = 14;
const BUNDLE_CONTROL = 33;
const BUNDLE_ADD = 34;
const OPEN = 0;
const COMMIT = 4;
const ATOMIC_AND_ORDERED = 3;
const BUNDLE = 1;

const errorTypes = ['hello', 'request', 'action', 'instruction', 'match', 'flow modification'];

interface Answer {
  readonly type: number;
  readonly sequence: number;
  readonly body: Buffer;
}

/** Messages are numbered: 1 opens, each flow has its place from 2 on, and the last one commits. */
function bundle(bodies: readonly Buffer[]): Buffer {
  return Buffer.concat([
    message(HELLO, 0, Buffer.alloc(0)),
    message(BUNDLE_CONTROL, 1, control(OPEN)),
    ...bodies.map((body, place) => {
      const head = Buffer.alloc(8);
      head.writeUInt32BE(BUNDLE, 0);
      head.writeUInt16BE(ATOMIC_AND_ORDERED, 6);
      return message(BUNDLE_ADD, place + 2, Buffer.concat([head, message(FLOW_MODIFICATION, place + 2, body)]));
    }),
    message(BUNDLE_CONTROL, commitOf(bodies.length), control(COMMIT)),
  ]);
}

function commitOf(flows: number): number {
  return flows + 2;
}

function control(type: number): Buffer {
  const body = Buffer.alloc(8);
  body.writeUInt32BE(BUNDLE, 0);
  body.writeUInt16BE(type, 4);
  body.writeUInt16BE(ATOMIC_AND_ORDERED, 6);
  return body;
}

function message(type: number, sequence: number, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head[0] = 5;
  head[1] = type;
  head.writeUInt16BE(8 + body.length, 2);
  head.writeUInt32BE(sequence, 4);
  return Buffer.concat([head, body]);
}

/** Calls for every whole message, however the stream is cut. */
function hear(socket: Socket, take: (answer: Answer) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (data: Buffer) => {
    rest = Buffer.concat([rest, data]);
    for (let length = lengthOf(rest); length >= 8 && rest.length >= length; length = lengthOf(rest)) {
      take({ type: rest[1] ?? 0, sequence: rest.readUInt32BE(4), body: rest.subarray(8, length) });
      rest = rest.subarray(length);
    }
  });
}

function lengthOf(bytes: Buffer): number {
  return bytes.length < 8 ? 0 : bytes.readUInt16BE(2);
}

function whatIsRefused(sequence: number, flows: number): string {
  return sequence >= 2 && sequence < commitOf(flows) ? `flow ${sequence - 1} of ${flows}` : 'the bundle';
}

function errorOf(body: Buffer): string {
  const type = body.readUInt16BE(0);
  return `error of ${errorTypes[type] ?? `type ${type}`}, code ${body.readUInt16BE(2)}`;
}
