/**
 * Open vSwitch's database over its unix socket (RFC 7047): a copy of the tables that bridges are made of, kept current by a
 * monitor, and transactions that are over when ovs-vswitchd has carried them out.
 */
import { connect, type Socket } from 'node:net';
import type { OvsAtom, OvsRow, OvsTables, OvsValue } from '../host/ovs-rows.ts';
import { JsonStream } from './json-stream.ts';

/** A value in the notation of RFC 7047, section 5.1. */
type Wire = OvsAtom | readonly [string, unknown];
type Table = 'Bridge' | 'Port' | 'Interface' | 'Open_vSwitch';

const COLUMNS: Readonly<Record<Table, readonly string[]>> = {
  Open_vSwitch: ['cur_cfg', 'datapath_types', 'ovs_version'],
  Bridge: ['name', 'ports', 'datapath_type', 'fail_mode', 'other_config', 'external_ids'],
  Port: ['name', 'interfaces', 'tag', 'other_config'],
  Interface: ['name', 'type', 'options', 'external_ids', 'ofport', 'error'],
};

/** The database refused an operation, or went away. */
export class OvsdbFailed extends Error {
  override readonly name = 'OvsdbFailed';
}

/** An operation of a transaction, such as `{ op: 'insert', table: 'Port', row: … }`. */
export type Operation = Readonly<Record<string, unknown>>;

interface Message {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: readonly unknown[];
  readonly result?: unknown;
  readonly error?: unknown;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

export class Ovsdb implements Disposable {
  readonly #path: string;
  readonly #onUpdate: () => void;
  readonly #onLost: () => void;
  readonly #waiting = new Map<number, Waiting>();
  readonly #applied = new Set<{ readonly generation: number; resolve(): void; reject(error: Error): void }>();
  #socket: Socket | undefined;
  #nextId = 1;
  #tables = emptyTables();

  private constructor(path: string, onUpdate: () => void, onLost: () => void) {
    this.#path = path;
    this.#onUpdate = onUpdate;
    this.#onLost = onLost;
  }

  /**
   * Connects and waits for the first full copy. `onUpdate` is called when a row changed, `onLost` once when the connection
   * ended by itself. Throws `OvsdbFailed`.
   */
  static async open(
    path: string,
    listeners: { readonly onUpdate: () => void; readonly onLost: () => void },
  ): Promise<Ovsdb> {
    const ovsdb = new Ovsdb(path, listeners.onUpdate, listeners.onLost);
    await ovsdb.#connect();
    const requests = Object.fromEntries(Object.entries(COLUMNS).map(([table, columns]) => [table, [{ columns }]]));
    ovsdb.#update(await ovsdb.#call('monitor', ['Open_vSwitch', 'tapline', requests]));
    return ovsdb;
  }

  get tables(): OvsTables {
    return this.#tables;
  }

  /** The one row of the root table. */
  get root(): OvsRow {
    return [...this.#tables.Open_vSwitch.values()][0] ?? {};
  }

  /** The UUID of the row with a name, which is unique in each of these tables. */
  find(table: 'Bridge' | 'Port' | 'Interface', name: string): string | undefined {
    for (const [uuid, row] of this.#tables[table]) if (row['name'] === name) return uuid;
    return undefined;
  }

  /**
   * Commits and waits until ovs-vswitchd says that it runs this configuration (`cur_cfg`). Throws `OvsdbFailed` with what
   * the database said; then nothing was changed.
   */
  async transact(operations: readonly Operation[], timeoutMs = 30_000): Promise<void> {
    const results = (await this.#call('transact', [
      'Open_vSwitch',
      ...operations,
      { op: 'mutate', table: 'Open_vSwitch', where: [], mutations: [['next_cfg', '+=', 1]] },
      { op: 'select', table: 'Open_vSwitch', where: [], columns: ['next_cfg'] },
    ])) as readonly ({
      readonly error?: string;
      readonly details?: string;
      readonly rows?: readonly OvsRow[];
    } | null)[];
    const failed = results.find((result) => result?.error !== undefined);
    if (failed) throw new OvsdbFailed(`ovsdb-server: ${failed.error}: ${failed.details ?? ''}`);
    await this.#whenApplied(Number(results[operations.length + 1]?.rows?.[0]?.['next_cfg']), timeoutMs);
  }

  async #whenApplied(generation: number, timeoutMs: number): Promise<void> {
    if (Number(this.root['cur_cfg']) >= generation) return;
    await new Promise<void>((resolve, reject) => {
      const late = () =>
        reject(new OvsdbFailed(`ovs-vswitchd did not take up the configuration within ${timeoutMs} ms`));
      const timer = setTimeout(late, timeoutMs);
      const settle = (done: () => void) => () => {
        clearTimeout(timer);
        done();
      };
      this.#applied.add({
        generation,
        resolve: settle(resolve),
        reject: (error) => settle(() => reject(error))(),
      });
    });
  }

  #connect(): Promise<void> {
    const stream = new JsonStream();
    return new Promise((resolve, reject) => {
      const socket = connect(this.#path);
      this.#socket = socket;
      socket.setEncoding('utf8');
      socket.on('connect', resolve);
      socket.on('data', (chunk: string) => {
        for (const message of stream.push(chunk)) this.#receive(message as Message);
      });
      socket.on('error', (cause) => reject(new OvsdbFailed(`${this.#path}: ${cause.message}`, { cause })));
      socket.on('close', () => this.#lost());
    });
  }

  #lost(): void {
    const error = new OvsdbFailed(`${this.#path}: the connection to ovsdb-server ended`);
    for (const { reject } of [...this.#waiting.values(), ...this.#applied]) reject(error);
    this.#waiting.clear();
    this.#applied.clear();
    if (this.#socket !== undefined) this.#onLost();
    this.#socket = undefined;
  }

  #call(method: string, params: readonly unknown[]): Promise<unknown> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      if (this.#socket === undefined) {
        reject(new OvsdbFailed(`${this.#path}: not connected`));
        return;
      }
      this.#waiting.set(id, { resolve, reject });
      this.#socket.write(JSON.stringify({ method, params, id }));
    });
  }

  #receive(message: Message): void {
    if (message.method === 'echo') {
      // RFC 7047, section 4.1.11: whoever does not answer is taken for dead.
      this.#socket?.write(JSON.stringify({ result: message.params, error: null, id: message.id }));
    } else if (message.method === 'update') {
      this.#update(message.params?.[1]);
      this.#onUpdate();
    } else {
      const waiting = this.#waiting.get(Number(message.id));
      this.#waiting.delete(Number(message.id));
      if (message.error) waiting?.reject(new OvsdbFailed(`ovsdb-server: ${JSON.stringify(message.error)}`));
      else waiting?.resolve(message.result);
    }
  }

  /** Takes in the rows of a monitor's answer or update (RFC 7047, section 4.1.6): a row without `new` is gone. */
  #update(updates: unknown): void {
    const byTable = updates as Readonly<
      Record<Table, Readonly<Record<string, { readonly new?: Record<string, Wire> }>>>
    >;
    for (const [table, rows] of Object.entries(byTable) as [Table, (typeof byTable)[Table]][]) {
      for (const [uuid, { new: row }] of Object.entries(rows)) {
        if (row === undefined) this.#tables[table].delete(uuid);
        else this.#tables[table].set(uuid, readRow(row));
      }
    }
    const current = Number(this.root['cur_cfg']);
    for (const waiter of this.#applied) {
      if (current < waiter.generation) continue;
      this.#applied.delete(waiter);
      waiter.resolve();
    }
  }

  [Symbol.dispose](): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.destroy();
  }
}

function emptyTables(): Readonly<Record<Table, Map<string, OvsRow>>> {
  return { Bridge: new Map(), Port: new Map(), Interface: new Map(), Open_vSwitch: new Map() };
}

function readRow(row: Readonly<Record<string, Wire>>): OvsRow {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, readWire(value)]));
}

function readWire(value: Wire): OvsValue {
  if (!Array.isArray(value)) return value as OvsAtom;
  const [kind, content] = value as readonly [string, unknown];
  if (kind === 'uuid') return String(content);
  if (kind === 'set') return (content as readonly Wire[]).map((one) => readWire(one) as OvsAtom);
  return new Map(
    (content as readonly (readonly [Wire, Wire])[]).map(([key, one]) => [String(readWire(key)), String(readWire(one))]),
  );
}
