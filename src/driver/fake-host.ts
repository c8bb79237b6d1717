/** A host in memory, for tests of what stands above the driver. Passes the same contract as the real one. */
import { applyChanges } from '../host/apply-changes.ts';
import { difference } from '../host/difference.ts';
import { emptyNamespace, type HostState, ROOT } from '../host/host-state.ts';
import type { HostChange, HostDriver, Outcome } from './host-driver.ts';
import { Notes } from './notes.ts';

/** What outlives a driver: the machine. */
export class FakeMachine {
  #state: HostState;
  readonly #listeners = new Set<(change: HostChange) => void>();

  constructor(state: HostState = { namespaces: { [ROOT]: emptyNamespace }, bridges: {}, daemons: {} }) {
    this.#state = state;
  }

  get state(): HostState {
    return this.#state;
  }

  /** What the driver does. */
  become(state: HostState): void {
    this.#state = state;
  }

  /** What someone else does. */
  disturb(kind: HostChange['kind'], change: (state: HostState) => HostState): void {
    this.#state = change(this.#state);
    for (const listener of this.#listeners) listener({ kind });
  }

  listen(listener: (change: HostChange) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }
}

export class FakeHost implements HostDriver {
  readonly #machine: FakeMachine;

  constructor(machine: FakeMachine = new FakeMachine()) {
    this.#machine = machine;
  }

  async read(): Promise<HostState> {
    return structuredClone(this.#machine.state);
  }

  async set(desired: HostState): Promise<Outcome> {
    const changes = difference(desired, this.#machine.state);
    const writes = changes.filter(({ kind }) => !kind.startsWith('await-'));
    if (writes.length > 0) this.#machine.become(applyChanges(this.#machine.state, writes));
    return {
      writes: writes.length,
      problems: new Notes().problems(difference(desired, this.#machine.state)),
    };
  }

  onChange(listener: (change: HostChange) => void): Disposable {
    return this.#machine.listen(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The machine stays as it is.
  }
}
