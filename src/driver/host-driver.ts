/**
 * What the agent asks of a host. `linux-host.ts` is the real one; `fake-host.ts` keeps its state in memory and passes the
 * same contract tests (`host-driver.contract.ts`).
 */
import type { HostState } from '../host/host-state.ts';

export interface HostDriver extends AsyncDisposable {
  /** Reads the whole host back. Throws `HostUnfit` where a needed program, right or daemon is missing. */
  read(): Promise<HostState>;

  /**
   * Brings the host to `desired`. Works out the difference to what it last saw, applies it in one batch a kind, new before
   * stale, and verifies by reading back what it wrote. Setting the same state again writes nothing. One call at a time.
   */
  set(desired: HostState): Promise<Outcome>;

  /** Calls back soon after something that this driver did not do changed the host: a port, a link, a flow, a rule. */
  onChange(listener: (change: HostChange) => void): Disposable;
}

/** What came of a `set`. */
export interface Outcome {
  /** Objects written to the kernel, OVS or disk; 0 when there was nothing to do. */
  readonly writes: number;
  /** What could not be brought about, or was not there when read back. Empty: the host is as desired. */
  readonly problems: readonly Problem[];
}

export interface Problem {
  /** The object's place and name, such as `link qvo5afb5e46-37` or `chain filter neutron-openvswi-sg-chain`. */
  readonly object: string;
  /** The namespace it belongs to; empty for the host's own. */
  readonly namespace: string;
  /** For a person: what is wrong, in the words of the tool that said so. */
  readonly message: string;
}

export interface HostChange {
  /** `ports` says that devices of br-int came or went, which may be a workload being plugged. */
  readonly kind: 'ports' | 'links' | 'flows' | 'rules' | 'daemons' | 'vswitchd-restarted';
}

/** The host lacks something without which the agent cannot work. */
export class HostUnfit extends Error {
  override readonly name = 'HostUnfit';
  /** Each thing that is missing and how to get it. */
  readonly missing: readonly string[];

  constructor(missing: readonly string[]) {
    super(`this host cannot be wired:\n${missing.map((one) => `  - ${one}`).join('\n')}`);
    this.missing = missing;
  }
}
