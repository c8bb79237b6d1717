/** What someone else did to a host, one line each for the log. Pure. */
import type { Change } from '../host/change.ts';
import { difference } from '../host/difference.ts';
import { type HostState, ROOT } from '../host/host-state.ts';

/**
 * Such as `flow table=60,priority=90 actions=… was gone from br-int, put back`. At most `limit` lines and one that counts
 * the rest, because a restarted switch has lost everything at once.
 */
export function driftLines(desired: HostState, observed: HostState, limit = 20): readonly string[] {
  const lines = difference(desired, observed).map(driftLine);
  const rest = lines.length - limit;
  return rest > 0 ? [...lines.slice(0, limit), `${rest} more objects were gone or changed, put right`] : lines;
}

function driftLine(change: Change): string {
  switch (change.kind) {
    case 'add-namespace':
      return `namespace ${change.namespace} was gone, put back`;
    case 'remove-namespace':
      return `namespace ${change.namespace} stood there again, removed`;
    case 'add-link':
    case 'move-link':
      return `link ${change.name} was gone from ${place(change.namespace)}, put back`;
    case 'change-link':
      return `link ${change.name} in ${place(change.namespace)} was changed (${Object.keys(change.link).join(', ')}), put right`;
    case 'remove-link':
      return `link ${change.name} stood in ${place(change.namespace)} again, removed`;
    case 'add-address':
      return `address ${change.address} was gone from ${change.dev} in ${place(change.namespace)}, put back`;
    case 'remove-address':
      return `address ${change.address} stood on ${change.dev} in ${place(change.namespace)}, removed`;
    case 'write-route':
      return `route ${change.route.destination} was gone from ${place(change.namespace)}, put back`;
    case 'remove-route':
      return `route ${change.route.destination} stood in ${place(change.namespace)}, removed`;
    case 'write-shaper':
      return `limit on ${change.dev} was gone or changed, put right`;
    case 'remove-shaper':
      return `limit on ${change.dev} stood there again, removed`;
    case 'set-sysctl':
      return `sysctl ${change.key} in ${place(change.namespace)} was changed, put right`;
    case 'write-chain':
      return `chain ${change.table} ${change.chain} in ${place(change.namespace)} was ${change.isNew ? 'gone' : 'changed'}, put back`;
    case 'remove-chain':
      return `chain ${change.table} ${change.chain} stood in ${place(change.namespace)} again, removed`;
    case 'write-jumps':
      return `jumps from ${change.table} ${change.chain} in ${place(change.namespace)} were gone, put back`;
    case 'add-ipset':
      return `set ${change.name} was gone from ${place(change.namespace)}, put back`;
    case 'change-ipset':
      return `set ${change.name} in ${place(change.namespace)} had other members, put right`;
    case 'remove-ipset':
      return `set ${change.name} stood in ${place(change.namespace)} again, removed`;
    case 'add-bridge':
      return `bridge ${change.bridge} was gone, put back`;
    case 'change-bridge':
      return `bridge ${change.bridge} was changed, put right`;
    case 'remove-bridge':
      return `bridge ${change.bridge} stood there again, removed`;
    case 'add-port':
      return `port ${change.name} was gone from ${change.bridge}, put back`;
    case 'change-port':
      return `port ${change.name} of ${change.bridge} was changed (${Object.keys(change.port).join(', ')}), put right`;
    case 'remove-port':
      return `port ${change.name} stood in ${change.bridge} again, removed`;
    case 'add-flow':
      return `flow ${flowText(change.flow)} was gone from ${change.bridge}, put back`;
    case 'remove-flow':
      return `flow ${flowText(change.flow)} stood in ${change.bridge} again, removed`;
    case 'start-daemon':
      return `${change.daemon.kind} of ${place(change.daemon.namespace)} was gone, started again`;
    case 'restart-daemon':
    case 'reload-daemon':
      return `files of ${change.daemon.kind} of ${place(change.daemon.namespace)} were changed, put right`;
    case 'remove-daemon':
      return `${change.daemon.kind} of ${place(change.daemon.namespace)} ran again, ended`;
    case 'await-bridge':
      return `bridge ${change.name} is gone; it is the operator's to make`;
    case 'await-namespace':
      return `namespace ${change.name} is gone; it is the workload's to make`;
  }
}

function place(namespace: string): string {
  return namespace === ROOT ? 'the host' : namespace;
}

function flowText(flow: { table: number; priority: number; match: string; actions: string }): string {
  return `table=${flow.table},priority=${flow.priority}${flow.match && `,${flow.match}`} actions=${flow.actions}`;
}
