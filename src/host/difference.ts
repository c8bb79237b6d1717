/**
 * The difference of two states: what to add, change and remove so that a host as it is becomes a host as it should be.
 *
 * A missing optional field of the desired state is not compared; a missing object means none of ours; what is not ours stays
 * (`ownership.ts`). The difference of a state and itself is empty.
 */
import type { Change, DaemonChange } from './change.ts';
import { namespaceChanges } from './difference-namespaces.ts';
import { ovsChanges } from './difference-ovs.ts';
import { ruleChanges } from './difference-rules.ts';
import type { Daemon, HostState } from './host-state.ts';

/** Everything that differs, in no order that matters. */
export function difference(desired: HostState, observed: HostState): readonly Change[] {
  return [
    ...namespaceChanges(desired, observed),
    ...ruleChanges(desired, observed),
    ...ovsChanges(desired, observed),
    ...daemonChanges(desired, observed),
  ];
}

function daemonChanges(desired: HostState, observed: HostState): readonly DaemonChange[] {
  const changes: DaemonChange[] = [];
  for (const [id, daemon] of Object.entries(desired.daemons)) {
    const has = observed.daemons[id];
    if (has?.pid === undefined) changes.push({ kind: 'start-daemon', id, daemon });
    else if (isAnotherProcess(daemon, has)) changes.push({ kind: 'restart-daemon', id, daemon });
    else if (Object.entries(daemon.files).some(([path, content]) => has.files[path] !== content)) {
      changes.push({ kind: 'reload-daemon', id, daemon });
    }
  }
  for (const [id, daemon] of Object.entries(observed.daemons)) {
    if (desired.daemons[id] === undefined) changes.push({ kind: 'remove-daemon', id, daemon });
  }
  return changes;
}

function isAnotherProcess(wanted: Daemon, has: Daemon): boolean {
  return wanted.namespace !== has.namespace || JSON.stringify(wanted.argv) !== JSON.stringify(has.argv);
}
