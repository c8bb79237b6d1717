/** One OVSDB transaction for many ports, answered when ovs-vswitchd has taken it up. */
import { createConnection, type Socket } from 'node:net';

type Operation = Readonly<Record<string, unknown>>;

export class OvsdbPorts implements Disposable {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, (result: unknown) => void>();
  readonly #applied: { readonly config: number; readonly resolve: () => void }[] = [];
  #text = '';
  #id = 1;
  #current = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.#take(text));
  }

  /** Connects to `db.sock`. */
  static async connect(path: string): Promise<OvsdbPorts> {
    const socket = createConnection(path);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    const ports = new OvsdbPorts(socket);
    const first = await ports.#ask('monitor', ['Open_vSwitch', 'bench', { Open_vSwitch: [{ columns: ['cur_cfg'] }] }]);
    ports.#seen(first);
    return ports;
  }

  async add(bridge: string, names: readonly string[]): Promise<void> {
    const operations: Operation[] = names.flatMap((name, n) => [
      { op: 'insert', table: 'Interface', row: { name }, 'uuid-name': `i${n}` },
      { op: 'insert', table: 'Port', row: { name, interfaces: ['named-uuid', `i${n}`], tag: 7 }, 'uuid-name': `p${n}` },
    ]);
    const set = ['set', names.map((_, n) => ['named-uuid', `p${n}`])];
    await this.#commit([...operations, changePorts(bridge, 'insert', set)]);
  }

  async remove(bridge: string, names: readonly string[]): Promise<void> {
    const selects = names.map((name) => ({
      op: 'select',
      table: 'Port',
      where: [['name', '==', name]],
      columns: ['_uuid'],
    }));
    const rows = (await this.#ask('transact', ['Open_vSwitch', ...selects])) as { rows: { _uuid: unknown }[] }[];
    const set = ['set', rows.flatMap((row) => row.rows.map((one) => one._uuid))];
    await this.#commit([changePorts(bridge, 'delete', set)]);
  }

  async #commit(operations: readonly Operation[]): Promise<void> {
    const bump = [
      { op: 'mutate', table: 'Open_vSwitch', where: [], mutations: [['next_cfg', '+=', 1]] },
      { op: 'select', table: 'Open_vSwitch', where: [], columns: ['next_cfg'] },
    ];
    const results = (await this.#ask('transact', ['Open_vSwitch', ...operations, ...bump])) as {
      error?: string;
      rows?: { next_cfg: number }[];
    }[];
    const failed = results.find((result) => result?.error !== undefined);
    if (failed !== undefined) throw new Error(JSON.stringify(failed));
    const config = results.at(-1)?.rows?.[0]?.next_cfg ?? 0;
    if (this.#current >= config) return;
    await new Promise<void>((resolve) => this.#applied.push({ config, resolve }));
  }

  #ask(method: string, params: readonly unknown[]): Promise<unknown> {
    const id = this.#id++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#socket.write(JSON.stringify({ id, method, params }));
    });
  }

  /** OVSDB puts messages one after the other without any mark between them: a message ends where its braces do. */
  #take(text: string): void {
    this.#text += text;
    for (let end = endOfObject(this.#text); end > 0; end = endOfObject(this.#text)) {
      this.#hear(JSON.parse(this.#text.slice(0, end)));
      this.#text = this.#text.slice(end);
    }
  }

  #hear(message: { id: number | string | null; method?: string; params?: unknown[]; result?: unknown }): void {
    if (message.method === 'echo')
      this.#socket.write(JSON.stringify({ id: message.id, result: message.params, error: null }));
    else if (message.method === 'update') this.#seen(message.params?.[1]);
    else if (typeof message.id === 'number') {
      this.#waiting.get(message.id)?.(message.result);
      this.#waiting.delete(message.id);
    }
  }

  #seen(update: unknown): void {
    const tables = update as { Open_vSwitch?: Record<string, { new: { cur_cfg: number } }> };
    for (const row of Object.values(tables.Open_vSwitch ?? {})) this.#current = row.new.cur_cfg;
    for (const { config, resolve } of this.#applied) if (this.#current >= config) resolve();
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

function changePorts(bridge: string, how: 'insert' | 'delete', set: unknown): Operation {
  return { op: 'mutate', table: 'Bridge', where: [['name', '==', bridge]], mutations: [['ports', how, set]] };
}

function endOfObject(text: string): number {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (inString) {
      if (char === '\\') i++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{') depth++;
    else if (char === '}' && --depth === 0) return i + 1;
  }
  return 0;
}
