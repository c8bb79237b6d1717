/** What the tools said about changes that did not succeed, to be told with what is missing when the host is read back. */
import type { Change } from '../host/change.ts';
import type { Problem } from './host-driver.ts';
import { ToolFailed } from './run.ts';

export class Notes {
  readonly #said = new Map<string, string>();

  /** Does something for the changes. Where it fails, its words are noted for each of them. */
  async take(changes: readonly Change[], work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const message = error instanceof ToolFailed ? error.stderr.trim() || error.message : wordsOf(error);
      for (const change of changes) this.add(change, message);
    }
  }

  add(change: Change, message: string): void {
    const { namespace, object } = describe(change);
    const key = `${namespace} ${object}`;
    if (!this.#said.has(key)) this.#said.set(key, message);
  }

  /** Each change that is still to be made, as a problem. */
  problems(remaining: readonly Change[]): readonly Problem[] {
    return remaining.map((change) => {
      const { object, namespace, wish } = describe(change);
      return { object, namespace, message: this.#said.get(`${namespace} ${object}`) ?? wish };
    });
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

interface Description {
  readonly object: string;
  readonly namespace: string;
  /** What is wrong where no tool said anything. */
  readonly wish: string;
}

function describe(change: Change): Description {
  const namespace = 'namespace' in change ? change.namespace : '';
  switch (change.kind) {
    case 'await-bridge':
      return {
        namespace,
        object: `bridge ${change.name}`,
        wish: 'this bridge does not exist; make it and give it its NIC',
      };
    case 'await-namespace':
      return { namespace: change.name, object: `namespace ${change.name}`, wish: 'this namespace does not exist' };
    case 'add-namespace':
    case 'remove-namespace':
      return { namespace, object: `namespace ${change.namespace}`, wish: wishOf(change.kind) };
    case 'add-link':
    case 'move-link':
    case 'change-link':
    case 'remove-link':
      return { namespace, object: `link ${change.name}`, wish: wishOf(change.kind) };
    case 'add-address':
    case 'remove-address':
      return { namespace, object: `address ${change.address} on ${change.dev}`, wish: wishOf(change.kind) };
    case 'write-route':
    case 'remove-route':
      return { namespace, object: `route ${change.route.destination}`, wish: wishOf(change.kind) };
    case 'write-shaper':
    case 'remove-shaper':
      return { namespace, object: `limit on ${change.dev}`, wish: wishOf(change.kind) };
    case 'set-sysctl':
      return { namespace, object: `sysctl ${change.key}`, wish: `is not ${change.value}` };
    case 'write-chain':
    case 'remove-chain':
    case 'write-jumps':
      return { namespace, object: `chain ${change.table} ${change.chain} ${change.family}`, wish: wishOf(change.kind) };
    case 'add-ipset':
    case 'change-ipset':
    case 'remove-ipset':
      return { namespace, object: `ipset ${change.name}`, wish: wishOf(change.kind) };
    case 'add-bridge':
    case 'change-bridge':
    case 'remove-bridge':
      return { namespace, object: `bridge ${change.bridge}`, wish: wishOf(change.kind) };
    case 'add-port':
    case 'change-port':
    case 'remove-port':
      return { namespace, object: `port ${change.name} of ${change.bridge}`, wish: wishOf(change.kind) };
    case 'add-flow':
    case 'remove-flow': {
      const { table, priority, match } = change.flow;
      return {
        namespace,
        object: `flow ${change.bridge} table=${table}, priority=${priority} ${match}`.trim(),
        wish: wishOf(change.kind),
      };
    }
    case 'start-daemon':
    case 'restart-daemon':
    case 'reload-daemon':
    case 'remove-daemon':
      return { namespace: change.daemon.namespace, object: `daemon ${change.id}`, wish: wishOf(change.kind) };
  }
}

function wishOf(kind: Change['kind']): string {
  const verb = kind.split('-')[0];
  if (verb === 'remove') return 'is still there after it was removed';
  return verb === 'change' || verb === 'write'
    ? 'reads back different from what was written'
    : 'is not there after it was made';
}
