import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { OvsBridge } from '../../src/host/host-state.ts';

const run = promisify(execFile);

/** An Open vSwitch of its own, whose datapath is OVS' dummy: its pipeline is the real one, its ports lead nowhere. */
export class DummyOvs implements AsyncDisposable {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async start(): Promise<DummyOvs> {
    const ovs = new DummyOvs(await mkdtemp(join(tmpdir(), 'tapline-trace-')));
    try {
      await ovs.command('ovsdb-tool', ['create', ovs.path('conf.db'), '/usr/share/openvswitch/vswitch.ovsschema']);
      await ovs.daemon('ovsdb-server', [ovs.path('conf.db'), `--remote=punix:${ovs.path('db.sock')}`]);
      await ovs.vsctl(['--no-wait', 'init']);
      await ovs.daemon('ovs-vswitchd', [ovs.database, '--enable-dummy=override', '--disable-system']);
      return ovs;
    } catch (error) {
      await ovs[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Makes a host's bridges. Tunnel ports become plain ones, because a dummy datapath has no underlay to send them over. */
  async makeBridges(bridges: Readonly<Record<string, OvsBridge>>): Promise<void> {
    const made = Object.entries(bridges).flatMap(([name, bridge]) => [
      ...['--', 'add-br', name, '--', 'set', 'bridge', name, 'datapath_type=dummy', 'fail_mode=secure'],
      ...Object.entries(bridge.ports).flatMap(([port, { type, tag, options }]) => [
        ...['--', 'add-port', name, port, ...(tag === undefined ? [] : [`tag=${tag}`])],
        ...['--', 'set', 'interface', port, `type=${type === 'patch' || type === 'internal' ? type : 'dummy'}`],
        ...(type === 'patch' ? [`options:peer=${options['peer'] ?? ''}`] : []),
      ]),
    ]);
    await this.vsctl(made.slice(1));
    for (const [name, bridge] of Object.entries(bridges)) {
      const file = this.path(`${name}.flows`);
      const lines = bridge.flows.map(
        ({ table, priority, match, actions }) =>
          `table=${table},priority=${priority}${match === '' ? '' : `,${match}`},actions=${actions}`,
      );
      await writeFile(file, `${lines.join('\n')}\n`);
      const management = `unix:${this.path(`${name}.mgmt`)}`;
      await this.command('ovs-ofctl', ['-O', 'OpenFlow14', '--names', '--bundle', 'replace-flows', management, file]);
      for (const { port, vlan, macAddress } of bridge.macTable ?? []) {
        await this.control('fdb/add', [name, port === 'LOCAL' ? name : port, String(vlan), macAddress]);
      }
    }
  }

  /** Datapath port number to the port's name. */
  async datapathPorts(): Promise<ReadonlyMap<string, string>> {
    const shown = await this.control('dpif/show', []);
    return new Map([...shown.matchAll(/^ {4}(\S+) \d+\/(\d+):/gm)].map((line) => [line[2] ?? '', line[1] ?? '']));
  }

  /** One command to ovs-vswitchd, as `ovs-appctl` sends it: JSON-RPC 1.0 over its control socket. */
  control(method: string, params: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.path('ovs-vswitchd.ctl'));
      let text = '';
      socket.on('error', reject);
      socket.on('data', (chunk) => {
        text += chunk.toString();
        const answer = parsed(text);
        if (answer === null) return;
        socket.destroy();
        if (answer.error === null) resolve(answer.result ?? '');
        else reject(new Error(answer.error));
      });
      socket.write(JSON.stringify({ id: 0, method, params }));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of ['ovs-vswitchd', 'ovsdb-server']) {
      const pid = await readFile(this.path(`${name}.pid`), 'utf8').catch(() => null);
      if (pid !== null) process.kill(Number(pid), 'SIGKILL');
    }
    await rm(this.directory, { recursive: true, force: true });
  }

  private get database(): string {
    return `unix:${this.path('db.sock')}`;
  }

  private path(name: string): string {
    return join(this.directory, name);
  }

  private vsctl(args: readonly string[]): Promise<string> {
    return this.command('ovs-vsctl', [`--db=${this.database}`, ...args]);
  }

  private daemon(name: string, args: readonly string[]): Promise<string> {
    const files = ['pidfile', 'log-file', 'unixctl'].map((option) => {
      const ending = { pidfile: 'pid', 'log-file': 'log', unixctl: 'ctl' }[option];
      return `--${option}=${this.path(`${name}.${ending}`)}`;
    });
    return this.command(name, [...args, ...files, '--detach', '--no-chdir']);
  }

  private async command(name: string, args: readonly string[]): Promise<string> {
    const places = { OVS_RUNDIR: this.directory, OVS_LOGDIR: this.directory, OVS_DBDIR: this.directory };
    const { stdout } = await run(name, args, { env: { ...process.env, ...places } });
    return stdout;
  }
}

function parsed(text: string): { readonly result: string | null; readonly error: string | null } | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
