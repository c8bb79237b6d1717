import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AgentFeed, everything } from '../../test/agent-feed.ts';
import { checkConfig } from '../config/config.ts';
import type { HostChange, HostDriver, Outcome } from '../driver/host-driver.ts';
import { emptyNamespace, type HostState, ROOT } from '../host/host-state.ts';
import type { Port } from '../model/share.ts';
import { type AgentOptions, startAgent } from './agent.ts';
import { askAgent, plug, unplug } from './control.ts';
import type { Planner } from './planner.ts';
import { shareFile } from './share-file.ts';

const nothing: HostState = { namespaces: { [ROOT]: emptyNamespace }, bridges: {}, daemons: {} };

/** A host in memory whose `set` can be held back, and which counts what is asked of it. */
class HeldHost implements HostDriver {
  state = nothing;
  reads = 0;
  readonly sets: HostState[] = [];
  readonly #listeners = new Set<(change: HostChange) => void>();
  /** Problems by device name. */
  readonly broken = new Set<string>();
  gate: Promise<void> = Promise.resolve();

  async read(): Promise<HostState> {
    this.reads += 1;
    return this.state;
  }

  async set(desired: HostState): Promise<Outcome> {
    this.sets.push(desired);
    await this.gate;
    const before = this.links(this.state);
    const wanted = this.links(desired).filter((name) => !this.broken.has(name));
    const writes =
      wanted.filter((name) => !before.includes(name)).length + before.filter((name) => !wanted.includes(name)).length;
    const links = Object.fromEntries(wanted.map((name) => [name, { kind: 'tap', addresses: [] } as const]));
    this.state = { ...nothing, namespaces: { [ROOT]: { ...emptyNamespace, links } } };
    const missing = this.links(desired).filter((name) => this.broken.has(name));
    return { writes, problems: missing.map((name) => ({ object: `link ${name}`, namespace: '', message: 'refused' })) };
  }

  onChange(listener: (change: HostChange) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  changed(kind: HostChange['kind']): void {
    for (const listener of this.#listeners) listener({ kind });
  }

  links(state: HostState): readonly string[] {
    return Object.keys(state.namespaces[ROOT]?.links ?? {});
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Plans one tap a plugged port. */
const taps: Planner = ({ held, plugs }) => {
  const ids = Object.keys(plugs).filter((id) => held.share.port[id] !== undefined);
  const links = Object.fromEntries(ids.map((id) => [`tap${id.slice(0, 11)}`, { kind: 'tap', addresses: [] } as const]));
  return {
    desired: { ...nothing, namespaces: { [ROOT]: { ...emptyNamespace, links } } },
    plugged: new Set(ids),
    problems: [],
  };
};

const portOf = (id: string, host = 'compute1'): Port => ({
  id,
  name: '',
  networkId: 'net1',
  projectId: 'p',
  macAddress: 'fa:16:3e:00:00:01',
  adminStateUp: true,
  fixedIps: [],
  deviceOwner: 'compute:nova',
  deviceId: '',
  host,
  portSecurityEnabled: true,
  securityGroupIds: [],
  allowedAddressPairs: [],
  extraDhcpOptions: [],
  dnsName: '',
});
const portId = (n: number) => `${String(n).padStart(8, '0')}-aaaa-4000-8000-000000000000`;
const bound = (ids: readonly string[], host?: string) => ids.map((id) => ({ kind: 'port', value: portOf(id, host) }));
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tapline-agent-'));
  await writeFile(join(directory, 'agent-token'), `${AgentFeed.token}\n`);
});
afterEach(() => rm(directory, { recursive: true }));

const configOf = (feed: { readonly port: number }, stateDirectory = directory) =>
  checkConfig({
    state_directory: stateDirectory,
    agent: { datapath_type: 'netdev', server: `http://127.0.0.1:${feed.port}`, host: 'compute1', local_ip: '10.0.0.1' },
  });
const quiet = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} };
const options = (driver: HostDriver, part: Partial<AgentOptions> = {}): AgentOptions => ({
  driver,
  planner: taps,
  logger: quiet,
  announcements: { announce: async () => null, forgetConnections: async () => {} },
  times: { retryFirstMs: 5, retryLongestMs: 40, offlineAfterMs: 60, settleMs: 1, betweenReadsMs: 5 },
  ...part,
});
const soon = { timeout: 3_000, interval: 5 };

test('startAgent() greets, wires a plug, and reports the port ACTIVE with the generation', async () => {
  await using feed = await AgentFeed.listen();
  feed.onHello = () => everything(bound([portId(1), portId(2)]), 4);
  const driver = new HeldHost();
  const config = configOf(feed);
  await using _agent = await startAgent(config, options(driver));
  await vi.waitFor(() => expect(feed.reports).toHaveLength(1), soon);
  expect(feed.hellos[0]).toMatchObject({ host: 'compute1', localIp: '10.0.0.1', resume: null, datapathType: 'netdev' });
  expect(feed.reports[0]?.generation).toBe(4);
  expect(feed.reports[0]?.ports.map((one) => one.status)).toEqual(['DOWN', 'DOWN']);

  expect(await plug(config, { portId: portId(1), plug: { kind: 'tap' } })).toEqual({
    ok: true,
    status: { id: portId(1), status: 'ACTIVE' },
  });
  expect(driver.links(driver.state)).toEqual([`tap${portId(1).slice(0, 11)}`]);
  await vi.waitFor(() => expect(feed.reports[1]?.ports).toEqual([{ id: portId(1), status: 'ACTIVE' }]), soon);

  expect(await unplug(config, portId(1))).toMatchObject({ ok: true });
  expect(driver.links(driver.state)).toEqual([]);
  await vi.waitFor(() => expect(feed.reports[2]?.ports[0]?.status).toBe('DOWN'), soon);
});

test('plug() of fifty ports at once is one round and one more', async () => {
  await using feed = await AgentFeed.listen();
  const ids = Array.from({ length: 50 }, (_, n) => portId(n));
  feed.onHello = () => everything(bound(ids));
  const driver = new HeldHost();
  const config = configOf(feed);
  await using agent = await startAgent(config, options(driver));
  await vi.waitFor(() => expect(feed.reports).toHaveLength(1), soon);
  const before = driver.sets.length;
  let open: () => void = () => {};
  driver.gate = new Promise((resolve) => {
    open = resolve;
  });
  const answers = ids.map((id) => plug(config, { portId: id, plug: { kind: 'tap' } }));
  await vi.waitFor(() => expect(driver.sets.length).toBe(before + 1), soon);
  await vi.waitFor(() => expect(agent.status().plugs).toHaveLength(50), soon);
  open();
  expect((await Promise.all(answers)).every((answer) => answer.ok)).toBe(true);
  expect(driver.sets.length - before).toBeLessThanOrEqual(2);
  await vi.waitFor(
    () => expect(feed.reports.flatMap((one) => one.ports).filter((one) => one.status === 'ACTIVE')).toHaveLength(50),
    soon,
  );
});

test('plug() waits for a port that is on its way from the server', async () => {
  await using feed = await AgentFeed.listen();
  feed.onHello = () => everything([]);
  const config = configOf(feed);
  await using _agent = await startAgent(config, options(new HeldHost()));
  await vi.waitFor(() => expect(feed.reports).toHaveLength(1), soon);
  const answer = plug(config, { portId: portId(1), plug: { kind: 'tap' } });
  await new Promise((resolve) => setTimeout(resolve, 30));
  feed.say({ generation: 2, set: bound([portId(1)]) });
  expect(await answer).toMatchObject({ ok: true });
});

test('plug() says what to do for a missing namespace, and why a port cannot be wired', async () => {
  await using feed = await AgentFeed.listen();
  feed.onHello = () => everything(bound([portId(1)]));
  const driver = new HeldHost();
  driver.broken.add(`tap${portId(1).slice(0, 11)}`);
  const config = configOf(feed);
  await using _agent = await startAgent(config, options(driver));
  const nowhere = { kind: 'netns', namespace: 'tapline-no-such', device: 'eth0' } as const;
  expect(await plug(config, { portId: portId(1), plug: nowhere })).toEqual({
    ok: false,
    error: 'there is no namespace tapline-no-such on this host: ip netns add tapline-no-such',
  });
  const refused = await plug(config, { portId: portId(1), plug: { kind: 'tap' } });
  expect(refused).toMatchObject({ ok: false, error: expect.stringContaining('refused') });
  await vi.waitFor(() => expect(feed.reports.at(-1)?.ports[0]?.status).toBe('ERROR'), soon);
  driver.broken.clear();
  await vi.waitFor(() => expect(feed.reports.at(-1)?.ports[0]?.status).toBe('ACTIVE'), soon);
});

test('plug() forgets a port that is bound elsewhere', async () => {
  await using feed = await AgentFeed.listen();
  feed.onHello = () => everything(bound([portId(1)]));
  const driver = new HeldHost();
  const config = configOf(feed);
  await using agent = await startAgent(config, options(driver));
  await plug(config, { portId: portId(1), plug: { kind: 'tap' } });
  feed.say({ generation: 2, set: bound([portId(1)], 'compute2') });
  await vi.waitFor(() => expect(driver.links(driver.state)).toEqual([]), soon);
  expect(agent.status().plugs).toEqual([]);
});

test('startAgent() writes nothing before it is in sync', async () => {
  await using feed = await AgentFeed.listen();
  const driver = new HeldHost();
  await using agent = await startAgent(configOf(feed), options(driver));
  await vi.waitFor(() => expect(feed.hellos).toHaveLength(1), soon);
  driver.changed('links');
  await new Promise((resolve) => setTimeout(resolve, 120));
  expect(driver.sets).toEqual([]);
  expect(agent.status()).toMatchObject({ connected: true, share: 'none', writes: 0 });
});

test('startAgent() brings the network back from disk when the server is away, and resumes when it is back', async () => {
  const held = { epoch: 'e1', generation: 9 };
  let port: number;
  {
    await using feed = await AgentFeed.listen();
    port = feed.port;
    feed.onHello = () => everything(bound([portId(1)]), 9);
    const config = configOf(feed);
    await using _agent = await startAgent(config, options(new HeldHost()));
    await plug(config, { portId: portId(1), plug: { kind: 'tap' } });
    await vi.waitFor(async () => expect(await shareFile(directory, 'compute1').read()).toMatchObject(held), soon);
  }
  const driver = new HeldHost();
  await using agent = await startAgent(configOf({ port }), options(driver));
  await vi.waitFor(() => expect(driver.links(driver.state)).toEqual([`tap${portId(1).slice(0, 11)}`]), soon);
  expect(agent.status()).toMatchObject({ connected: false, share: 'disk', generation: 9 });

  await using feed = await AgentFeed.listen(port);
  feed.onHello = () => ({ ...everything([], 10), full: false });
  await vi.waitFor(() => expect(feed.reports).toHaveLength(1), soon);
  expect(feed.hellos[0]?.resume).toEqual(held);
  expect(feed.reports[0]).toMatchObject({ generation: 10, ports: [{ id: portId(1), status: 'ACTIVE' }] });
  expect(agent.status()).toMatchObject({ connected: true, share: 'server', writes: 1 });
});

test('startAgent() asks for everything when a difference does not fit', async () => {
  await using feed = await AgentFeed.listen();
  feed.onHello = (hello) =>
    hello.resume === null ? everything(bound([portId(1)]), 3) : { ...everything([], 4), epoch: 'e2', full: false };
  await shareFile(directory, 'compute1').save({
    epoch: 'e1',
    generation: 1,
    share: (await import('../model/share.ts')).emptyShare,
  });
  await using agent = await startAgent(configOf(feed), options(new HeldHost()));
  await vi.waitFor(() => expect(agent.status()).toMatchObject({ share: 'server', generation: 3 }), soon);
  expect(feed.hellos.map((hello) => hello.resume?.epoch ?? null)).toEqual(['e1', null]);
});

test('startAgent() leaves a connection that is half open, and says everything anew', async () => {
  await using feed = await AgentFeed.listen();
  feed.onHello = () => everything(bound([portId(1)]));
  const times = { ...options(new HeldHost()).times, heartbeatMs: 10, silenceMs: 40 };
  await using _agent = await startAgent(configOf(feed), options(new HeldHost(), { times }));
  await vi.waitFor(() => expect(feed.reports).toHaveLength(1), soon);
  // A paused socket reads nothing, so it answers no ping: what a host that lost its power looks like.
  feed.socket?.pause();
  await vi.waitFor(() => expect(feed.hellos).toHaveLength(2), soon);
  await vi.waitFor(() => expect(feed.reports).toHaveLength(2), soon);
  expect(feed.reports[1]?.ports).toHaveLength(1);
});

test('startAgent() puts back what someone took away, and counts it', async () => {
  await using feed = await AgentFeed.listen();
  feed.onHello = () => everything(bound([portId(1)]));
  const driver = new HeldHost();
  const said: string[] = [];
  const logger = { ...quiet, warn: (_: object, message: string) => said.push(message) };
  const config = configOf(feed);
  await using agent = await startAgent(config, options(driver, { logger }));
  await plug(config, { portId: portId(1), plug: { kind: 'tap' } });
  driver.state = nothing;
  driver.changed('links');
  await vi.waitFor(() => expect(driver.links(driver.state)).toHaveLength(1), soon);
  expect(agent.status()).toMatchObject({ drift: 1 });
  expect(said).toContain(`link tap${portId(1).slice(0, 11)} was gone from the host, put back`);
});

test('startAgent() answers an observation with the host as it is', async () => {
  await using feed = await AgentFeed.listen();
  feed.onHello = () => everything([]);
  await using _agent = await startAgent(configOf(feed), options(new HeldHost()));
  await vi.waitFor(() => expect(feed.reports).toHaveLength(1), soon);
  feed.socket?.send(JSON.stringify({ type: 'observe', requestId: 'q1' }));
  await vi.waitFor(
    () => expect(feed.heard.at(-1)).toEqual({ type: 'observed', requestId: 'q1', state: nothing }),
    soon,
  );
});

test('startAgent() says when it has no token, or a wrong one', async () => {
  await using feed = await AgentFeed.listen();
  const config = configOf(feed);
  await rm(join(directory, 'agent-token'));
  await using agent = await startAgent(config, options(new HeldHost()));
  await vi.waitFor(() => expect(agent.status().lastFailure).toMatch(/agent-token cannot be read/), soon);
  await writeFile(join(directory, 'agent-token'), 'wrong');
  await vi.waitFor(() => expect(agent.status().lastFailure).toBe('no such token'), soon);
});

test('startAgent() refuses to serve a state directory that another agent serves, and takes over a dead one’s socket', async () => {
  await using feed = await AgentFeed.listen();
  const config = configOf(feed);
  {
    await using _first = await startAgent(config, options(new HeldHost()));
    await expect(startAgent(config, options(new HeldHost()))).rejects.toThrow(/another agent already serves/);
  }
  await expect(askAgent(config, { op: 'status' })).rejects.toThrow(/no agent answers/);
  await writeFile(join(directory, 'agent.sock'), '');
  await using _second = await startAgent(config, options(new HeldHost()));
  expect(await askAgent(config, { op: 'status' })).toMatchObject({ host: 'compute1' });
  expect((await stat(join(directory, 'agent.sock'))).mode & 0o777).toBe(0o600);
});

test('askAgent() reaches an agent whose socket has a path longer than the kernel takes', async () => {
  await using feed = await AgentFeed.listen();
  const deep = join(directory, 'd'.repeat(100), 'e'.repeat(60));
  await mkdir(deep, { recursive: true });
  const config = configOf(feed, deep);
  {
    await using _agent = await startAgent(config, options(new HeldHost()));
    expect(await askAgent(config, { op: 'state' })).toMatchObject({ observed: nothing });
  }
  await using _again = await startAgent(config, options(new HeldHost()));
});
