/** An Open vSwitch of a test's own, with dummy datapaths: it keeps flows and port names, and touches nothing of the machine. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OvsPort } from '../../src/host/host-state.ts';

export class ScratchOvs implements Disposable {
  readonly #directory = mkdtempSync(join(tmpdir(), 'tapline-compile-ovs-'));

  constructor() {
    const at = (name: string) => join(this.#directory, name);
    this.#run('ovsdb-tool', ['create', at('conf.db'), '/usr/share/openvswitch/vswitch.ovsschema']);
    const daemon = (name: string) => [
      `--pidfile=${at(`${name}.pid`)}`,
      `--unixctl=${at(`${name}.ctl`)}`,
      `--log-file=${at(`${name}.log`)}`,
      '--detach',
      '--no-chdir',
    ];
    this.#run('ovsdb-server', [at('conf.db'), `--remote=punix:${at('db.sock')}`, ...daemon('ovsdb-server')]);
    this.#vsctl(['--no-wait', 'init']);
    this.#run('ovs-vswitchd', [
      `unix:${at('db.sock')}`,
      '--disable-system',
      '--enable-dummy',
      ...daemon('ovs-vswitchd'),
    ]);
  }

  /** Makes a bridge with ports of these names. */
  addBridge(name: string, ports: readonly string[]): void {
    this.#vsctl([
      ...['add-br', name, '--', 'set', 'bridge', name, 'datapath_type=dummy', 'fail_mode=secure'],
      ...ports.flatMap((port) => ['--', 'add-port', name, port, '--', 'set', 'interface', port, 'type=dummy']),
    ]);
  }

  removeBridge(name: string): void {
    this.#vsctl(['del-br', name]);
  }

  /** Adds flows, all or none, in the text of `ovs-ofctl`. */
  addFlows(bridge: string, flows: string): void {
    this.#run('ovs-ofctl', ['-O', 'OpenFlow14', '--bundle', 'add-flows', this.management(bridge), '-'], flows);
  }

  /** Ports by name, each with its number. */
  ports(names: readonly string[]): Readonly<Record<string, OvsPort>> {
    const plain = { type: '' as const, options: {}, externalIds: {}, otherConfig: {} };
    const numbers = this.#vsctl(names.flatMap((name) => ['--', 'get', 'interface', name, 'ofport'])).split('\n');
    return Object.fromEntries(names.map((name, place) => [name, { ...plain, ofport: Number(numbers[place]) }]));
  }

  dumpFlows(bridge: string): string {
    return this.#run('ovs-ofctl', ['-O', 'OpenFlow14', '--names', 'dump-flows', this.management(bridge)]);
  }

  [Symbol.dispose](): void {
    for (const name of ['ovs-vswitchd', 'ovsdb-server']) {
      process.kill(Number(readFileSync(join(this.#directory, `${name}.pid`), 'utf8')));
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** The socket that takes OpenFlow. */
  management(bridge: string): string {
    return join(this.#directory, `${bridge}.mgmt`);
  }

  #vsctl(args: readonly string[]): string {
    return this.#run('ovs-vsctl', [`--db=unix:${join(this.#directory, 'db.sock')}`, '--timeout=20', ...args]);
  }

  #run(program: string, args: readonly string[], input = ''): string {
    const env = {
      ...process.env,
      OVS_RUNDIR: this.#directory,
      OVS_DBDIR: this.#directory,
      OVS_LOGDIR: this.#directory,
    };
    return execFileSync(program, args, {
      env,
      input,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
      maxBuffer: 2 ** 28,
    });
  }
}
