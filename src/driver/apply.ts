/**
 * The order in which a plan is carried out, one batch a kind, and the reading back of what was written.
 *
 * It fails closed: what goes stops passing packets first, then come sets and rules, devices, OVS ports with their VLAN, and
 * flows last; what nothing refers to any more is swept at the end. Reading back begins as soon as a kind is written.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Change, Family, FlowChange, IpsetChange, OvsChange, RuleChange } from '../host/change.ts';
import { portsOf } from '../host/flow-ports.ts';
import { type HostState, ROOT } from '../host/host-state.ts';
import { readBridges } from '../host/ovs-rows.ts';
import { isInternal, isManagedNamespace } from '../host/ownership.ts';
import { reloadDaemon, removeDaemon, startDaemon, stopDaemon } from './daemons.ts';
import {
  carrierLines,
  hostLines,
  type LinkLine,
  moves,
  namespaceSettings,
  removals,
  replacements,
  shaperRemovals,
} from './links.ts';
import { changeNamespaces } from './namespaces.ts';
import { changeLinks, readNamespaceShapers, switchOffOffload } from './native/namespace-links.ts';
import { writeIpsets, writeRules } from './netfilter.ts';
import type { Notes } from './notes.ts';
import type { Observation } from './observation.ts';
import { type OvsTools, writeFlows } from './openflow.ts';
import { ovsOperations } from './ovs-operations.ts';
import type { Ovsdb } from './ovsdb.ts';
import { eachAtMost } from './run.ts';
import { writeSysctls } from './sysctl.ts';

export interface ApplyContext extends OvsTools {
  readonly stateDirectory: string;
  readonly ovsdb: Ovsdb;
  readonly observation: Observation;
  /** As it was before. */
  readonly observed: HostState;
  readonly notes: Notes;
}

/** Carries the changes out and reads back what they concern. What fails is noted; nothing is thrown for it. */
export async function apply(changes: readonly Change[], context: ApplyContext): Promise<void> {
  const plan = new Application(changes, context);
  await plan.takeDown();
  await plan.prepare();
  await plan.connect();
  await plan.serve();
  await plan.sweep();
  await plan.readBack();
}

class Application {
  readonly #changes: readonly Change[];
  readonly #context: ApplyContext;
  /** Parts that are being read back, each started when its kind was written. */
  readonly #reads: Promise<void>[] = [];

  constructor(changes: readonly Change[], context: ApplyContext) {
    this.#changes = changes;
    this.#context = context;
  }

  /** Devices of the host that go: they leave OVS, then they are deleted. */
  async takeDown(): Promise<void> {
    const leaving = this.#of('remove-port').filter(({ port }) => !isInternal(port));
    await this.#transact(leaving);
    await this.#links(ROOT, removals(this.#changes, ROOT));
  }

  /** Rules of the host and devices side by side: nothing of it is connected yet. */
  async prepare(): Promise<void> {
    await Promise.all([this.#hostRules(), this.#hostDevices()]);
  }

  /** OVS ports, then what stands in namespaces and the flows. */
  async connect(): Promise<void> {
    const leaving = new Set<Change>(this.#of('remove-port').filter(({ port }) => !isInternal(port)));
    const ovs = this.#changes.filter((change): change is OvsChange => isOvsChange(change) && !leaving.has(change));
    // Nothing waits for the offload but the end.
    this.#reads.push(this.#offload());
    const connected = this.#transact(ovs);
    const inner = this.#touchedNamespaces();
    const ours = inner.filter((name) => isManagedNamespace(name));
    const workloads = inner.filter((name) => !isManagedNamespace(name));
    await Promise.all([
      connected.then(() => Promise.all([this.#namespaces(ours), this.#flows()])),
      this.#settings(workloads),
    ]);
    await this.#giveCarrier();
  }

  /** Daemons, whose devices have their addresses now. */
  async serve(): Promise<void> {
    const { observed, notes, stateDirectory } = this.#context;
    await eachAtMost(4, this.#changes, async (change) => {
      switch (change.kind) {
        case 'start-daemon':
          return notes.take([change], () => startDaemon(change.daemon));
        case 'restart-daemon':
          return notes.take([change], async () => {
            const has = observed.daemons[change.id];
            if (has !== undefined) await stopDaemon(has);
            await startDaemon(change.daemon);
          });
        case 'reload-daemon':
          return notes.take([change], async () => {
            const has = observed.daemons[change.id];
            if (has !== undefined) reloadDaemon(change.daemon, has);
          });
        case 'remove-daemon':
          return notes.take([change], () => removeDaemon(stateDirectory, change.id, change.daemon));
        default:
          return undefined;
      }
    });
    if (this.#changes.some((change) => change.kind.endsWith('-daemon'))) this.#context.observation.readDaemons();
  }

  /** Namespaces and sets that nothing uses any more, and limits that let everything through by now. */
  async sweep(): Promise<void> {
    const { notes, observation } = this.#context;
    await this.#dropShapers();
    const gone = this.#of('remove-namespace');
    await changeNamespaces(gone, notes);
    if (gone.length > 0) {
      observation.refreshNamespaces();
      this.#reads.push(observation.readLinks(ROOT));
    }
    const sets = this.#of('remove-ipset');
    for (const [namespace, changes] of byNamespace(sets)) {
      await this.#ipsets(namespace, changes);
    }
  }

  async readBack(): Promise<void> {
    await Promise.all(this.#reads);
  }

  async #hostRules(): Promise<void> {
    await this.#rules(ROOT);
  }

  async #dropShapers(): Promise<void> {
    const { notes, observation } = this.#context;
    const gone = this.#of('remove-shaper');
    if (gone.length > 0) {
      await notes.take(gone, () => haveLeft(gone.map(({ dev }) => dev)));
      await this.#links(ROOT, shaperRemovals(gone));
    }
    if (gone.length > 0 || this.#of('write-shaper').length > 0) this.#reads.push(observation.readShapers());
  }

  async #ipsets(namespace: string, changes: readonly IpsetChange[]): Promise<void> {
    const { notes, observation } = this.#context;
    await notes.take(changes, async () => {
      try {
        observation.putIpsets(namespace, await writeIpsets(namespace, changes));
      } catch (error) {
        await observation.readIpsets(namespace);
        throw error;
      }
    });
  }

  /** Sets before the rules that name them. */
  async #rules(namespace: string): Promise<void> {
    const { notes, observation } = this.#context;
    const sets = this.#changes.filter(
      (change): change is IpsetChange =>
        (change.kind === 'add-ipset' || change.kind === 'change-ipset') && change.namespace === namespace,
    );
    if (sets.length > 0) {
      await this.#ipsets(namespace, sets);
    }
    const families: readonly Family[] = ['ipv4', 'ipv6'];
    await Promise.all(
      families.map(async (family) => {
        const rules = this.#changes.filter(
          (change): change is RuleChange =>
            isRuleChange(change) && change.namespace === namespace && change.family === family,
        );
        if (rules.length === 0) return;
        await notes.take(rules, () => writeRules(namespace, family, rules));
        this.#reads.push(observation.readRules(namespace, family));
      }),
    );
  }

  /** Devices of the host, then the namespaces' settings and rules, which name devices that may come later. */
  async #hostDevices(): Promise<void> {
    await changeNamespaces(this.#of('add-namespace'), this.#context.notes);
    await this.#links(ROOT, hostLines(this.#changes));
    const quiet = this.#of('add-link')
      .filter(({ namespace }) => namespace === ROOT)
      .map(({ name }) => [`net.ipv6.conf.${name}.disable_ipv6`, '1'] as const);
    // Where the kernel has no IPv6 there is nothing to switch off.
    await writeSysctls(ROOT, Object.fromEntries(quiet)).catch(() => undefined);
    await this.#sysctls(ROOT);
    const inner = this.#touchedNamespaces();
    await eachAtMost(4, inner, async (namespace) => {
      await Promise.all([this.#sysctls(namespace), this.#rules(namespace)]);
    });
  }

  async #sysctls(namespace: string): Promise<void> {
    const { notes, observation } = this.#context;
    const changes = this.#of('set-sysctl').filter((change) => change.namespace === namespace);
    if (changes.length === 0) return;
    const values = Object.fromEntries(changes.map(({ key, value }) => [key, value]));
    await notes.take(changes, () => writeSysctls(namespace, values));
    this.#reads.push(observation.readSysctls(namespace, Object.keys(values)));
  }

  async #offload(): Promise<void> {
    const { notes, observation } = this.#context;
    const off = this.#changes.filter(
      (change) => (change.kind === 'add-link' || change.kind === 'change-link') && change.link.txOffload === false,
    ) as readonly Extract<Change, { kind: 'add-link' | 'change-link' }>[];
    for (const [namespace, changes] of byNamespace(off)) {
      const devices = changes.map(({ name }) => name);
      await notes.take(changes, async () => {
        const failures = await switchOffOffload(namespace, devices);
        noteFailures(
          failures,
          changes.map((change) => [change]),
          notes,
        );
        await observation.readOffload(namespace, devices);
      });
    }
  }

  async #transact(changes: readonly OvsChange[]): Promise<void> {
    if (changes.length === 0) return;
    const { ovsdb, notes } = this.#context;
    await notes.take(changes, () => ovsdb.transact(ovsOperations(changes, (table, name) => ovsdb.find(table, name))));
  }

  /** Carries requests out in a namespace; what fails is noted. */
  async #links(namespace: string, lines: readonly LinkLine[]): Promise<void> {
    const { notes } = this.#context;
    const changes = lines.map((line) => line.changes);
    await notes.take(changes.flat(), async () => {
      const requests = lines.map(({ request }) => request);
      noteFailures(await changeLinks(namespace, requests), changes, notes);
    });
  }

  /** Internal ports go from where OVS made them to their namespace; there they get their settings. */
  async #namespaces(names: readonly string[]): Promise<void> {
    const origins = new Set(this.#of('move-link').map(({ from }) => from));
    await eachAtMost(4, names, (namespace) => this.#links(namespace, replacements(this.#changes, namespace)));
    await eachAtMost(4, [...origins], (from) => this.#links(from, moves(this.#changes, from)));
    await this.#settings(names);
    for (const from of origins) if (from !== ROOT) this.#reads.push(this.#context.observation.readLinks(from));
  }

  /** What a workload says first, such as a DHCPDISCOVER, finds its way, and the noise of many that start is not waited for. */
  async #giveCarrier(): Promise<void> {
    await this.#links(ROOT, carrierLines(this.#changes));
    const hasMoved = this.#of('move-link').some(({ from }) => from === ROOT);
    if (hasMoved || this.#hasLinksIn(ROOT)) this.#reads.push(this.#context.observation.readLinks(ROOT));
  }

  /** Settings of devices in namespaces, read back at once. */
  async #settings(namespaces: readonly string[]): Promise<void> {
    const changesOf = byEitherEnd(this.#changes);
    await eachAtMost(4, namespaces, async (namespace) => {
      await this.#links(namespace, namespaceSettings(changesOf.get(namespace) ?? [], namespace));
      if (this.#hasLinksIn(namespace)) await this.#context.observation.readLinks(namespace);
    });
  }

  /** Flows that name a port which OVS does not have wait: they would fail the whole bundle. */
  async #flows(): Promise<void> {
    const { ovsdb, notes, observation, observed } = this.#context;
    const bridges = readBridges(ovsdb.tables);
    const all = this.#changes.filter(
      (change): change is FlowChange => change.kind === 'add-flow' || change.kind === 'remove-flow',
    );
    const names = [...new Set(all.map(({ bridge }) => bridge))];
    await Promise.all(
      names.map(async (name) => {
        const ports = bridges[name]?.ports;
        if (ports === undefined) return;
        const isPresent = (port: string) => port === name || (ports[port]?.ofport ?? -1) > 0;
        const changes = all.filter((change) => {
          const absent = portsOf(change.flow).find((port) => !isPresent(port));
          if (change.bridge !== name) return false;
          if (change.kind === 'remove-flow' || absent === undefined) return true;
          notes.add(change, `the bridge has no port ${absent}`);
          return false;
        });
        if (changes.length > 0) {
          await notes.take(changes, () =>
            writeFlows(this.#context, name, changes, { before: observed.bridges[name]?.ports ?? {}, now: ports }),
          );
          this.#reads.push(observation.readWrittenFlows(name, ovsdb.tables, changes));
        }
      }),
    );
  }

  #touchedNamespaces(): readonly string[] {
    const going = new Set(this.#of('remove-namespace').map(({ namespace }) => namespace));
    const names = this.#changes.flatMap((change) => ('namespace' in change ? [change.namespace] : []));
    return [...new Set(names)].filter((name) => name !== ROOT && !going.has(name));
  }

  #hasLinksIn(namespace: string): boolean {
    return this.#changes.some(
      (change) =>
        'namespace' in change && change.namespace === namespace && /link|address|route|namespace/.test(change.kind),
    );
  }

  #of<Kind extends Change['kind']>(kind: Kind): readonly Extract<Change, { kind: Kind }>[] {
    return this.#changes.filter((change): change is Extract<Change, { kind: Kind }> => change.kind === kind);
  }
}

/** The kernel looks after a queue that was opened when the frame at its head would have been due. */
const LONGEST_DRAIN_MS = 1000;
const BETWEEN_LOOKS_MS = 5;

/** Waits until nothing waits behind the limits of these devices any more, or for a second. */
async function haveLeft(devices: readonly string[]): Promise<void> {
  const until = performance.now() + LONGEST_DRAIN_MS;
  while (performance.now() < until) {
    const shapers = await readNamespaceShapers(ROOT);
    if (devices.every((dev) => (shapers[dev]?.counters?.waitingBytes ?? 0) === 0)) return;
    await delay(BETWEEN_LOOKS_MS);
  }
}

/** Notes what was said of the changes at each place. */
function noteFailures(
  failures: ReadonlyMap<number, string>,
  changes: readonly (readonly Change[])[],
  notes: Notes,
): void {
  for (const [place, said] of failures) for (const change of changes[place] ?? []) notes.add(change, said);
}

function isOvsChange(change: Change): change is OvsChange {
  return /^(add|change|remove)-(bridge|port)$/.test(change.kind);
}

function isRuleChange(change: Change): change is RuleChange {
  return change.kind === 'write-chain' || change.kind === 'remove-chain' || change.kind === 'write-jumps';
}

/** The changes of each namespace, and with them the far ends of its veth pairs. */
function byEitherEnd(changes: readonly Change[]): ReadonlyMap<string, readonly Change[]> {
  const groups = new Map<string, Change[]>();
  for (const change of changes) {
    if (!('namespace' in change)) continue;
    const far = change.kind === 'add-link' ? change.link.peerNamespace : undefined;
    for (const name of new Set([change.namespace, far ?? change.namespace])) {
      const group = groups.get(name) ?? [];
      groups.set(name, group);
      group.push(change);
    }
  }
  return groups;
}

function byNamespace<One extends { readonly namespace: string }>(
  changes: readonly One[],
): ReadonlyMap<string, readonly One[]> {
  const groups = new Map<string, One[]>();
  for (const change of changes) {
    const group = groups.get(change.namespace) ?? [];
    groups.set(change.namespace, group);
    group.push(change);
  }
  return groups;
}
