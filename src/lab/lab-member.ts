/** A namespace of the lab that commands can be run in: a host, the controller, the outside. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { join } from 'node:path';
import { type CommandOptions, command, type Finished, tryCommand } from './command.ts';
import type { MemberState } from './lab-state.ts';
import { isAlive } from './process-identity.ts';

export interface InsideOptions {
  /** A network namespace of that host, such as `qrouter-…`; the host's own when left out. */
  readonly namespace?: string;
}

export class LabMember {
  readonly state: MemberState;
  /** Files of this member: `ovs/` is its `/run/openvswitch`, the rest is free. */
  readonly directory: string;

  constructor(state: MemberState, labDirectory: string) {
    this.state = state;
    this.directory = join(labDirectory, state.name);
  }

  get name(): string {
    return this.state.name;
  }

  /** Its `/run/openvswitch` as seen from outside. */
  get ovsDirectory(): string {
    return join(this.directory, 'ovs');
  }

  /** On the network between the hosts and the controller; null for the outside. */
  get managementAddress(): string | null {
    return this.state.number === null ? null : `10.99.0.${this.state.number}`;
  }

  /** The end of its tunnels; null where it is not a host. */
  get tunnelAddress(): string | null {
    return this.state.kind === 'host' && this.state.number !== null ? `10.98.0.${this.state.number}` : null;
  }

  /** What to put before a command line so that it runs here. The working directory becomes `/`. */
  prefix(options: InsideOptions = {}): readonly string[] {
    const holder = this.state.holder;
    if (holder === null || !isAlive(holder)) throw new Error(`${this.name} is not up`);
    const enter = ['nsenter', '--target', `${holder.pid}`, '--net', '--mount', '--uts', '--'];
    return options.namespace === undefined ? enter : [...enter, 'ip', 'netns', 'exec', options.namespace];
  }

  /** Runs a program here. Throws `CommandFailed` unless it ends with 0. */
  exec(argv: readonly string[], options: CommandOptions & InsideOptions = {}): Promise<Finished> {
    return command([...this.prefix(options), ...argv], options);
  }

  /** Runs a program here and returns how it ended. */
  tryExec(argv: readonly string[], options: CommandOptions & InsideOptions = {}): Promise<Finished> {
    return tryCommand([...this.prefix(options), ...argv], options);
  }

  /** Starts a program here and leaves it running. */
  spawn(argv: readonly string[], options: SpawnOptions & InsideOptions = {}): ChildProcess {
    const { namespace, ...rest } = options;
    const [program = '', ...args] = [...this.prefix(namespace === undefined ? {} : { namespace }), ...argv];
    return spawn(program, args, rest);
  }
}
