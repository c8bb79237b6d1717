/**
 * What was last read of a host, part by part, so that a part can be read again alone; put together it is a `HostState`.
 * Bridges and ports are not kept here: the OVSDB monitor has them.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Family, FlowChange } from '../host/change.ts';
import { flowKey } from '../host/difference-ovs.ts';
import {
  type Daemon,
  type Flow,
  type HostState,
  type IpSet,
  type Link,
  type MacEntry,
  type Namespace,
  ROOT,
  type Ruleset,
  type Shaper,
} from '../host/host-state.ts';
import { joinPeers, nameInternalPorts } from '../host/link-entry.ts';
import { type OvsTables, readBridges } from '../host/ovs-rows.ts';
import { isInternal, isManagedNamespace } from '../host/ownership.ts';
import { readMacTable } from '../host/read-mac-table.ts';
import { isRunning, readDaemons } from './daemons.ts';
import { KernelRefused } from './native/libc.ts';
import type { NamespaceLinks } from './native/link-reply.ts';
import { listNamespaces, readNamespaceLinks, readNamespaceShapers, readOffload } from './native/namespace-links.ts';
import { dumpFlows, listFlows, type OvsTools } from './openflow.ts';
import { readNamespaceIpsets, readNamespaceRules } from './read-namespace.ts';
import { eachAtMost, ToolFailed } from './run.ts';
import { readSysctls } from './sysctl.ts';
import { askSwitch } from './unixctl.ts';

export interface ObservationOptions extends OvsTools {
  readonly stateDirectory: string;
}

/** Takes what was read into the observation. False where it was known already. */
export type Commit = () => boolean;

export class Observation {
  readonly #options: ObservationOptions;
  readonly #identities = new Map<string, string>();
  readonly #links = new Map<string, NamespaceLinks>();
  readonly #rules = new Map<string, Ruleset>();
  readonly #ipsets = new Map<string, Readonly<Record<string, IpSet>>>();
  readonly #sysctls = new Map<string, Readonly<Record<string, string>>>();
  readonly #offload = new Map<string, ReadonlyMap<string, boolean>>();
  readonly #flows = new Map<string, readonly Flow[]>();
  readonly #macTables = new Map<string, readonly MacEntry[]>();
  #daemons: Readonly<Record<string, Daemon>> = {};
  /** Of the host's own namespace. */
  #shapers: Readonly<Record<string, Shaper>> = {};

  constructor(options: ObservationOptions) {
    this.#options = options;
  }

  /** Reads everything again. Throws `ToolFailed` where a tool cannot read the host's own namespace or a bridge. */
  async readAll(tables: OvsTables): Promise<void> {
    this.readDaemons();
    const namespaces = [ROOT, ...listNamespaces()];
    this.#forget(namespaces);
    const work = namespaces
      .filter(isManagedNamespace)
      .flatMap((namespace): readonly (() => Promise<void>)[] => [
        () => this.readRules(namespace, 'ipv4'),
        () => this.readRules(namespace, 'ipv6'),
        () => this.readIpsets(namespace),
        () => this.readSysctls(namespace, Object.keys(this.#sysctls.get(namespace) ?? {})),
        () => this.readOffload(namespace, [...(this.#offload.get(namespace)?.keys() ?? [])]),
      ]);
    const links = async () => {
      await eachAtMost(4, namespaces, (namespace) => this.readLinks(namespace));
    };
    const bridges = Object.keys(readBridges(tables));
    for (const bridge of this.#flows.keys()) if (!bridges.includes(bridge)) this.#flows.delete(bridge);
    const ofBridges = bridges.flatMap((bridge) => [
      () => this.readFlows(bridge),
      () => this.#readMacTable(bridge, tables),
    ]);
    await eachAtMost(4, [links, () => this.readShapers(), ...ofBridges, ...work], (one) => one());
  }

  /** Devices, addresses, routes and neighbours. A namespace that is gone is forgotten. */
  async readLinks(namespace: string): Promise<void> {
    (await this.fetchLinks(namespace))();
  }

  fetchLinks(namespace: string): Promise<Commit> {
    return this.#orGone(namespace, async () => {
      const read = await readNamespaceLinks(namespace);
      return () => put(this.#links, namespace, read, linksText);
    });
  }

  async readShapers(): Promise<void> {
    (await this.fetchShapers())();
  }

  async fetchShapers(): Promise<Commit> {
    const read = await readNamespaceShapers(ROOT);
    return () => {
      const isNew = settingsText(read) !== settingsText(this.#shapers);
      this.#shapers = read;
      return isNew;
    };
  }

  async readRules(namespace: string, family: Family): Promise<void> {
    (await this.fetchRules(namespace, family))();
  }

  fetchRules(namespace: string, family: Family): Promise<Commit> {
    return this.#orGone(namespace, async () => {
      const read = await readNamespaceRules(namespace, family);
      return () => put(this.#rules, `${family} ${namespace}`, read, settingsText);
    });
  }

  async readIpsets(namespace: string): Promise<void> {
    const commit = await this.#orGone(namespace, async () => {
      const read = await readNamespaceIpsets(namespace);
      return () => put(this.#ipsets, namespace, read);
    });
    commit();
  }

  putIpsets(namespace: string, read: Readonly<Record<string, IpSet>>): void {
    this.#ipsets.set(namespace, read);
  }

  /** Reads these keys; others that were read before stay as they were. */
  async readSysctls(namespace: string, keys: readonly string[]): Promise<void> {
    const commit = await this.#orGone(namespace, async () => {
      const read = await readSysctls(namespace, keys);
      return () => {
        const asked = new Set(keys);
        const others = Object.entries(this.#sysctls.get(namespace) ?? {}).filter(([key]) => !asked.has(key));
        return put(this.#sysctls, namespace, { ...Object.fromEntries(others), ...read });
      };
    });
    commit();
  }

  /** Reads that of these devices; that of others stays as it was read. */
  async readOffload(namespace: string, devices: readonly string[]): Promise<void> {
    if (devices.length === 0) return;
    const commit = await this.#orGone(namespace, async () => {
      const read = await readOffload(namespace, devices);
      return () => {
        const others = [...(this.#offload.get(namespace) ?? [])].filter(([device]) => !devices.includes(device));
        return put(this.#offload, namespace, new Map([...others, ...read]));
      };
    });
    commit();
  }

  async readFlows(bridge: string): Promise<void> {
    (await this.fetchFlows(bridge))();
  }

  /** A bridge that does not answer has no flows: writing them says why. */
  async fetchFlows(bridge: string): Promise<Commit> {
    const read = await dumpFlows(this.#options, bridge).catch((error: unknown) => {
      if (error instanceof ToolFailed) return [];
      throw error;
    });
    return () => put(this.#flows, bridge, read);
  }

  /**
   * Reads back what was written to a bridge. Where the quick list shows each change, it is taken for what was read; where it
   * does not, or cannot be had, everything is read.
   */
  async readWrittenFlows(bridge: string, tables: OvsTables, changes: readonly FlowChange[]): Promise<void> {
    const listed = await this.#listFlows(bridge, tables).catch(() => undefined);
    const isDone = ({ kind, flow }: FlowChange) =>
      listed?.get(flowKey(flow)) === (kind === 'add-flow' ? flow.actions : undefined);
    if (listed === undefined || !changes.every(isDone)) {
      await this.readFlows(bridge);
      return;
    }
    const touched = new Set(changes.map(({ flow }) => flowKey(flow)));
    const others = (this.#flows.get(bridge) ?? []).filter((flow) => !touched.has(flowKey(flow)));
    const added = changes.flatMap(({ kind, flow }) => (kind === 'add-flow' ? [flow] : []));
    this.#flows.set(bridge, [...others, ...added]);
  }

  /** Whether a bridge has just the flows that were last read. Throws where the switch does not answer. */
  async hasSameFlows(bridge: string, tables: OvsTables): Promise<boolean> {
    const listed = await this.#listFlows(bridge, tables);
    const known = this.#flows.get(bridge) ?? [];
    return known.length === listed.size && known.every((flow) => listed.get(flowKey(flow)) === flow.actions);
  }

  async #listFlows(bridge: string, tables: OvsTables): Promise<ReadonlyMap<string, string>> {
    const listed = await listFlows(this.#options, bridge, readBridges(tables)[bridge]?.ports ?? {});
    return new Map(listed.map((flow) => [flowKey(flow), flow.actions]));
  }

  readDaemons(): boolean {
    this.#daemons = readDaemons(this.#options.stateDirectory);
    return true;
  }

  /** Whether a daemon that ran when it was last read has ended. */
  hasDeadDaemon(): boolean {
    return Object.values(this.#daemons).some((daemon) => daemon.pid !== undefined && !isRunning(daemon));
  }

  /** Namespaces that came since the last reading. */
  unread(): readonly string[] {
    return listNamespaces().filter((name) => !this.#links.has(name));
  }

  /** Forgets the namespaces that are no more; false where there is none. */
  refreshNamespaces(): boolean {
    const known = this.#links.size;
    this.#forget([ROOT, ...listNamespaces()]);
    return this.#links.size !== known;
  }

  /** What a desired state asks about that is read on demand only: sysctls, and offload where it must be off. */
  async readWhatIsAsked(desired: HostState): Promise<void> {
    await this.#takeUpNamespaces(Object.keys(desired.namespaces));
    const work = Object.entries(desired.namespaces).flatMap(([namespace, wanted]) => {
      if (!this.#links.has(namespace)) return [];
      const known = this.#presentSysctls(namespace);
      const keys = Object.keys(wanted.sysctls).filter((key) => known[key] === undefined);
      const offload = this.#offload.get(namespace);
      const devices = this.#links
        .get(namespace)
        ?.entries.flatMap(({ name }) =>
          wanted.links[name]?.txOffload === false && offload?.get(name) === undefined ? [name] : [],
        );
      return [
        ...(keys.length > 0 ? [() => this.readSysctls(namespace, keys)] : []),
        () => this.readOffload(namespace, devices ?? []),
      ];
    });
    await eachAtMost(4, work, (one) => one());
  }

  /**
   * Namespaces that came a moment ago. Of a workload's nothing is known then, and nothing is asked: what is written there is
   * read back by the process that writes it.
   */
  async #takeUpNamespaces(wanted: readonly string[]): Promise<void> {
    const present = new Set(listNamespaces());
    this.#forget([ROOT, ...present]);
    const unread = wanted.filter((name) => !this.#links.has(name));
    await eachAtMost(4, unread, async (name) => {
      if (!present.has(name)) return;
      if (isManagedNamespace(name)) await this.readLinks(name);
      else this.#links.set(name, { entries: [], routes: [], neighbours: [] });
    });
  }

  /** Puts the parts together. */
  state(tables: OvsTables): HostState {
    const bridges = readBridges(tables);
    const internal = new Set(
      Object.values(bridges).flatMap(({ ports }) =>
        Object.entries(ports).flatMap(([name, port]) => (isInternal(port) ? [name] : [])),
      ),
    );
    const names = new Set(Object.keys(bridges));
    const links = joinPeers(Object.fromEntries([...this.#links].map(([name, { entries }]) => [name, entries])));
    return {
      namespaces: Object.fromEntries(
        [...this.#links.keys()].map((name) => [
          name,
          this.#namespace(name, nameInternalPorts(links[name] ?? {}, internal, names)),
        ]),
      ),
      bridges: Object.fromEntries(
        Object.entries(bridges).map(([name, bridge]) => {
          const macTable = this.#macTables.get(name);
          const flows = this.#flows.get(name) ?? [];
          return [name, { ...bridge, flows, ...(macTable === undefined ? {} : { macTable }) }];
        }),
      ),
      daemons: this.#daemons,
    };
  }

  #namespace(name: string, links: Readonly<Record<string, Link>>): Namespace {
    const offload = this.#offload.get(name);
    const withOffload = Object.entries(links).map(([device, link]) => {
      const txOffload = offload?.get(device);
      return [device, txOffload === undefined ? link : { ...link, txOffload }] as const;
    });
    const read = this.#links.get(name);
    return {
      links: Object.fromEntries(withOffload),
      routes: read?.routes ?? [],
      neighbours: read?.neighbours ?? [],
      sysctls: this.#presentSysctls(name),
      ipv4: this.#rules.get(`ipv4 ${name}`) ?? {},
      ipv6: this.#rules.get(`ipv6 ${name}`) ?? {},
      ipsets: this.#ipsets.get(name) ?? {},
      shapers: name === ROOT ? this.#shapers : {},
    };
  }

  /** Settings of a device go with it, and come back with other values with the next one of its name. */
  #presentSysctls(namespace: string): Readonly<Record<string, string>> {
    const read = Object.entries(this.#sysctls.get(namespace) ?? {});
    const devices = new Set(this.#links.get(namespace)?.entries.map(({ name }) => name));
    return Object.fromEntries(
      read.filter(([key]) => {
        const device = /^net\.ipv[46]\.(?:conf|neigh)\.([^.]+)\./.exec(key)?.[1];
        return device === undefined || device === 'all' || device === 'default' || devices.has(device);
      }),
    );
  }

  async #readMacTable(bridge: string, tables: OvsTables): Promise<void> {
    const ports = Object.entries(readBridges(tables)[bridge]?.ports ?? {});
    const names = new Map(
      ports.flatMap(([name, { ofport }]) => (ofport === undefined ? [] : [[ofport, name] as const])),
    );
    // What was learned is told where it can be had; nothing is decided by it.
    const shown = await askSwitch(this.#options.runDirectory, 'fdb/show', [bridge]).catch(() => '');
    this.#macTables.set(bridge, readMacTable(shown, names));
  }

  /** A namespace can go at any moment, and a dead one can leave its name behind; either is as good as none. */
  async #orGone(namespace: string, fetch: () => Promise<Commit>): Promise<Commit> {
    try {
      return await fetch();
    } catch (error) {
      if (namespace === ROOT || !(error instanceof ToolFailed || error instanceof KernelRefused)) throw error;
      return () => {
        this.refreshNamespaces();
        return this.#links.delete(namespace);
      };
    }
  }

  /** Whether a namespace was deleted and made again since this was last asked. */
  #isAnother(name: string): boolean {
    if (name === ROOT) return false;
    const before = this.#identities.get(name);
    const now = namespaceIdentity(name);
    this.#identities.set(name, now);
    return before !== undefined && before !== now;
  }

  #forget(listed: readonly string[]): void {
    const present = listed.filter((name) => !this.#isAnother(name));
    for (const kept of [this.#links, this.#ipsets, this.#sysctls, this.#offload] as readonly Map<string, unknown>[]) {
      for (const name of kept.keys()) if (!present.includes(name)) kept.delete(name);
    }
    for (const key of this.#rules.keys()) {
      if (!present.includes(key.slice(key.indexOf(' ') + 1))) this.#rules.delete(key);
    }
  }
}

/** Keeps a part; true where its text differs from before, or where there is no text to compare. */
function put<Part>(parts: Map<string, Part>, key: string, part: Part, text?: (part: Part) => string): boolean {
  const old = parts.get(key);
  parts.set(key, part);
  return text === undefined || old === undefined || text(old) !== text(part);
}

function linksText({ entries, routes }: NamespaceLinks): string {
  return JSON.stringify([entries, routes]);
}

/** Without counters, which move by themselves. */
function settingsText(part: Ruleset | Readonly<Record<string, Shaper>>): string {
  return JSON.stringify(part, (key, value) => (key === 'counters' ? undefined : value));
}

/** Tells a namespace from a later one of the same name; the number alone is given out again at once. */
function namespaceIdentity(name: string): string {
  try {
    const { ino, ctimeNs } = statSync(join('/run/netns', name), { bigint: true });
    return `${ino} ${ctimeNs}`;
  } catch {
    return '';
  }
}
