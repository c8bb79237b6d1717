/** The fastest way to put flows into a bridge: an OpenFlow 1.4 channel that stays open and takes a bundle at once. */
import { createConnection, type Socket } from 'node:net';

const hello = 0;
const error = 1;
const echoRequest = 2;
const echoReply = 3;
const flowMod = 14;
const bundleControl = 33;
const bundleAdd = 34;

/** Switches VLAN and MAC to a port, as one of the six flows that a port has at least. */
export interface BenchFlow {
  readonly table: number;
  readonly vlan: number;
  /** Six bytes. */
  readonly macAddress: Buffer;
  readonly isRemoval: boolean;
}

export class OpenFlowBundle implements Disposable {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  #buffer = Buffer.alloc(0);
  #xid = 1;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (data) => this.#take(data));
  }

  /** Connects to `<run directory>/<bridge>.mgmt`. */
  static async connect(path: string): Promise<OpenFlowBundle> {
    const socket = createConnection(path);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    const channel = new OpenFlowBundle(socket);
    socket.write(message(hello, Buffer.alloc(0), 0));
    return channel;
  }

  /** Commits all or none. Rejects with the switch's error. */
  async commit(flows: readonly BenchFlow[]): Promise<void> {
    const id = this.#xid;
    const opened = this.#ask(bundleControl, control(id, 0));
    const adds = flows.map((flow) => {
      const xid = this.#xid++;
      const head = Buffer.alloc(8);
      head.writeUInt32BE(id, 0);
      head.writeUInt16BE(3, 6);
      return message(bundleAdd, Buffer.concat([head, message(flowMod, flowModBody(flow), xid)]), xid);
    });
    this.#socket.write(Buffer.concat(adds));
    await opened;
    await this.#ask(bundleControl, control(id, 4));
  }

  #ask(type: number, body: Buffer): Promise<void> {
    const xid = this.#xid++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(xid, { resolve, reject });
      this.#socket.write(message(type, body, xid));
    });
  }

  #take(data: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, data]);
    while (this.#buffer.length >= 8 && this.#buffer.length >= this.#buffer.readUInt16BE(2)) {
      const length = this.#buffer.readUInt16BE(2);
      const one = this.#buffer.subarray(0, length);
      this.#buffer = this.#buffer.subarray(length);
      const type = one[1];
      const xid = one.readUInt32BE(4);
      if (type === echoRequest) this.#socket.write(message(echoReply, one.subarray(8), xid));
      const waiting = this.#waiting.get(xid);
      if (waiting === undefined) continue;
      this.#waiting.delete(xid);
      if (type === error) waiting.reject(new Error(`OpenFlow error ${one.readUInt16BE(8)}/${one.readUInt16BE(10)}`));
      else waiting.resolve();
    }
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

function message(type: number, body: Buffer, xid: number): Buffer {
  const head = Buffer.alloc(8);
  head[0] = 5;
  head[1] = type;
  head.writeUInt16BE(8 + body.length, 2);
  head.writeUInt32BE(xid, 4);
  return Buffer.concat([head, body]);
}

/** Atomic and ordered. */
function control(bundleId: number, type: number): Buffer {
  const body = Buffer.alloc(8);
  body.writeUInt32BE(bundleId, 0);
  body.writeUInt16BE(type, 4);
  body.writeUInt16BE(3, 6);
  return body;
}

function flowModBody({ table, vlan, macAddress, isRemoval }: BenchFlow): Buffer {
  const head = Buffer.alloc(40);
  head[16] = table;
  head[17] = isRemoval ? 3 : 0;
  head.writeUInt16BE(7, 22);
  head.fill(0xff, 24, 36);
  const match = Buffer.alloc(24);
  match.writeUInt16BE(1, 0);
  match.writeUInt16BE(20, 2);
  match.writeUInt32BE(0x80000c02, 4);
  match.writeUInt16BE(0x1000 | vlan, 8);
  match.writeUInt32BE(0x80000606, 10);
  macAddress.copy(match, 14);
  const actions = Buffer.alloc(24);
  actions.writeUInt16BE(4, 0);
  actions.writeUInt16BE(24, 2);
  actions.writeUInt16BE(16, 10);
  actions.writeUInt32BE(1, 12);
  return Buffer.concat(isRemoval ? [head, match] : [head, match, actions]);
}
