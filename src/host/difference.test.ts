import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyChanges } from './apply-changes.ts';
import { difference } from './difference.ts';
import {
  type Chain,
  emptyNamespace,
  type HostState,
  type Link,
  type Namespace,
  OUR_GROUP,
  type OvsBridge,
  type OvsPort,
  ROOT,
} from './host-state.ts';
import { marked, OUR_COOKIE } from './ownership.ts';

const router = 'qrouter-f1c1cc81-a991-4777-96ce-948f6b682ec7';
const empty: HostState = { namespaces: {}, bridges: {}, daemons: {} };

const subset = <T>(entries: Readonly<Record<string, fc.Arbitrary<T>>>) =>
  fc.record(entries, { requiredKeys: [] }) as fc.Arbitrary<Record<string, T>>;

const all = <T>(fields: { readonly [Key in keyof T]: fc.Arbitrary<T[Key]> }) => fc.record(fields) as fc.Arbitrary<T>;
const oneOf = (...records: readonly Record<string, string>[]) => fc.constantFrom(...records);

const bridgeLink = all<Link>({
  kind: fc.constant('bridge'),
  mtu: fc.constantFrom(1450, 1500),
  up: fc.boolean(),
  ageingTime: fc.constant(0),
  addresses: fc.constant([]),
});
const veth = (peer: string) =>
  all<Link>({
    kind: fc.constant('veth'),
    peer: fc.constant(peer),
    mtu: fc.constantFrom(1450, 1500),
    up: fc.constant(true),
    addresses: fc.constant([]),
  });
const internal = all<Link>({
  kind: fc.constant('internal'),
  macAddress: fc.constantFrom('fa:16:3e:00:00:01', 'fa:16:3e:00:00:02'),
  up: fc.constant(true),
  addresses: fc.subarray(['10.0.0.1/24', '203.0.113.17/32', '203.0.113.18/32']),
});
const rules = fc.subarray(['-p icmp -j RETURN', '-p tcp -m tcp --dport 22 -j RETURN', '-j DROP']);
const chain = rules.map((some): Chain => ({ rules: some }));
const jumps = fc
  .subarray(['-j neutron-filter-top', '-j neutron-openvswi-FORWARD'])
  .map((some): Chain => ({ policy: 'ACCEPT', rules: some }));
const ruleset = fc.record({
  filter: subset({ FORWARD: jumps, 'neutron-openvswi-FORWARD': chain, 'neutron-filter-top': chain }),
});
const sets = subset({
  NIPv4b786c4a6: fc.subarray(['10.0.0.1', '10.0.0.2', '10.0.0.3']).map((members) => ({
    type: 'hash:net' as const,
    family: 'inet' as const,
    members,
  })),
});
const root = all<Namespace>({
  links: fc
    .tuple(
      subset({ 'qbr5afb5e46-37': bridgeLink }),
      fc.option(fc.tuple(veth('qvo5afb5e46-37'), veth('qvb5afb5e46-37'))),
    )
    .map(([bridge, pair]) =>
      pair === null ? bridge : { ...bridge, 'qvb5afb5e46-37': pair[0], 'qvo5afb5e46-37': pair[1] },
    ),
  routes: fc.constant([]),
  sysctls: fc.constant({}),
  ipv4: ruleset,
  ipv6: fc.constant({}),
  ipsets: sets,
  shapers: fc.constant({}),
}).chain((one) => {
  const shaper = fc.constantFrom(
    { kbps: 1000, burstUs: 20_000, queueBytes: 9000 },
    { kbps: 2, burstUs: 1, queueBytes: 9000 },
  );
  return subset(Object.fromEntries(Object.keys(one.links).map((dev) => [dev, shaper]))).map((shapers) => ({
    ...one,
    shapers,
  }));
});
const inRouter = all<Namespace>({
  links: subset({ 'qr-243b9d3a-c4': internal, 'qg-3b0f3779-10': internal }),
  routes: fc.subarray([
    { destination: 'default', via: '203.0.113.1', dev: 'qg-3b0f3779-10', protocol: 'static', ipVersion: 4 as const },
    {
      destination: '192.0.2.0/24',
      via: '10.0.0.254',
      dev: 'qr-243b9d3a-c4',
      protocol: 'static',
      ipVersion: 4 as const,
    },
  ]),
  sysctls: oneOf({}, { 'net.ipv4.ip_forward': '1' }),
  ipv4: ruleset,
  ipv6: ruleset,
  ipsets: fc.constant({}),
  shapers: fc.constant({}),
});
const port = all<OvsPort>({
  type: fc.constantFrom('' as const, 'internal' as const),
  tag: fc.integer({ min: 1, max: 3 }),
  options: fc.constant({}),
  externalIds: oneOf({}, { 'iface-id': '5afb5e46-3713-4499-ac44-f56fc4bbcf9d' }),
  otherConfig: oneOf({ tag: '1' }, { tag: '2' }),
});
const flows = fc.uniqueArray(
  fc.record({
    table: fc.integer({ min: 0, max: 2 }),
    priority: fc.integer({ min: 0, max: 2 }),
    match: fc.constantFrom('', 'arp', 'dl_vlan=1'),
    actions: fc.constantFrom('drop', 'NORMAL', 'goto_table:2'),
    cookie: fc.constant(OUR_COOKIE),
  }),
  { selector: ({ table, priority, match }) => `${table} ${priority} ${match}` },
);
const ovsBridge = all<OvsBridge>({
  datapathType: fc.constant('netdev'),
  failMode: fc.constantFrom('secure', 'standalone'),
  ports: subset({ 'qvo5afb5e46-37': port, 'patch-tun': port }),
  flows,
});
const daemon = fc.record({
  kind: fc.constant('dnsmasq' as const),
  namespace: fc.constant('qdhcp-f1c1cc81-a991-4777-96ce-948f6b682ec7'),
  argv: fc.constantFrom(['dnsmasq', '--no-hosts'], ['dnsmasq']),
  files: oneOf({ '/s/host': 'a' }, { '/s/host': 'b' }),
});
const state = all<HostState>({
  namespaces: fc.record({ [ROOT]: root, [router]: inRouter }, { requiredKeys: [] }) as fc.Arbitrary<
    Record<string, Namespace>
  >,
  bridges: subset({ 'br-int': ovsBridge, 'br-tun': ovsBridge }),
  daemons: subset({ 'dnsmasq:1': daemon }),
});

/** A host that has exactly the state, made by us. */
const made = (wanted: HostState) => applyChanges(empty, difference(wanted, empty));

describe('difference()', () => {
  test('of a state and a host that has it is empty', () => {
    fc.assert(
      fc.property(state, (one) => {
        expect(difference(one, made(one))).toEqual([]);
      }),
    );
  });

  test('applied to a host with any other state leaves nothing that differs and nothing of ours too much', () => {
    fc.assert(
      fc.property(state, state, (one, other) => {
        const host = applyChanges(made(one), difference(other, made(one)));
        expect(difference(other, host)).toEqual([]);
        expect(difference(empty, applyChanges(host, difference(empty, host)))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('leaves alone what is not ours', () => {
    const foreign: HostState = {
      namespaces: {
        [ROOT]: {
          ...emptyNamespace,
          links: {
            eth0: { kind: 'other', up: true, addresses: ['192.0.2.7/24'] },
            'qbrcf5a6d23-98': { kind: 'bridge', addresses: [] },
            docker0: { kind: 'bridge', addresses: ['172.17.0.1/16'] },
          },
          routes: [{ destination: 'default', via: '192.0.2.1', dev: 'eth0', ipVersion: 4 }],
          ipv4: {
            filter: {
              FORWARD: { policy: 'DROP', rules: ['-j DOCKER-USER', '-j neutron-openvswi-FORWARD'] },
              'DOCKER-USER': { rules: ['-j RETURN'] },
              'neutron-openvswi-FORWARD': { rules: [] },
            },
          },
          ipsets: { blocked: { type: 'hash:net', family: 'inet', members: ['10.9.0.0/16'] } },
        },
        'vm-a': { ...emptyNamespace, links: { eth0: { kind: 'veth', addresses: ['10.0.0.5/24'] } } },
      },
      bridges: {
        'br-ex': {
          ports: {
            eth2: { type: '', options: {}, externalIds: {}, otherConfig: {} },
            'phy-br-ex': { type: 'patch', options: {}, externalIds: marked({}), otherConfig: {} },
          },
          flows: [
            { table: 0, priority: 0, match: '', actions: 'NORMAL', cookie: '0x0' },
            { table: 0, priority: 2, match: 'in_port="phy-br-ex"', actions: 'drop', cookie: OUR_COOKIE },
            { table: 0, priority: 1, match: 'dl_vlan=1', actions: 'drop', cookie: OUR_COOKIE, hardTimeout: 300 },
          ],
        },
      },
      daemons: {},
    };
    const changes = difference(empty, foreign);
    expect(changes.map((change) => ('name' in change ? `${change.kind} ${change.name}` : change.kind)).sort()).toEqual([
      'remove-chain',
      'remove-flow',
      'remove-port phy-br-ex',
      'write-jumps',
    ]);
    const left = applyChanges(foreign, changes);
    expect(left.namespaces[ROOT]?.ipv4.filter?.['FORWARD']).toEqual({ policy: 'DROP', rules: ['-j DOCKER-USER'] });
    expect(left.bridges['br-ex']?.flows).toHaveLength(2);
  });

  test("leaves an operator's flow that does the same already", () => {
    const flow = { table: 0, priority: 0, match: '', actions: 'NORMAL' };
    const bridge = (cookie: string): OvsBridge => ({ ports: {}, flows: [{ ...flow, cookie }] });
    const wanted = (name: string): HostState => ({ ...empty, bridges: { [name]: bridge(OUR_COOKIE) } });
    const has = (name: string): HostState => ({ ...empty, bridges: { [name]: bridge('0x0') } });
    expect(difference(wanted('br-ex'), has('br-ex'))).toEqual([]);
    expect(difference(wanted('br-int'), has('br-int'))).toHaveLength(1);
  });

  test('awaits what is not ours to make', () => {
    const wanted: HostState = {
      ...empty,
      namespaces: {
        'vm-a': {
          ...emptyNamespace,
          links: { eth0: { kind: 'veth', peer: 'tap1', peerNamespace: ROOT, addresses: [] } },
        },
        [ROOT]: {
          ...emptyNamespace,
          links: { tap1: { kind: 'veth', peer: 'eth0', peerNamespace: 'vm-a', addresses: [] } },
        },
      },
      bridges: { 'br-ex': { ports: {}, flows: [{ table: 0, priority: 0, match: '', actions: 'NORMAL' }] } },
    };
    expect(difference(wanted, empty)).toEqual([
      { kind: 'await-namespace', name: 'vm-a' },
      { kind: 'await-bridge', name: 'br-ex' },
    ]);
  });

  test('does not touch addresses in the namespace of a workload', () => {
    const vm = (addresses: readonly string[]): HostState => ({
      ...empty,
      namespaces: { 'vm-a': { ...emptyNamespace, links: { eth0: { kind: 'veth', mtu: 1450, addresses } } } },
    });
    expect(difference(vm([]), vm(['10.0.0.5/24']))).toEqual([]);
  });

  test('takes a dead copy of an internal port away and moves the new one in', () => {
    const link: Link = { kind: 'internal', macAddress: 'fa:16:3e:00:00:01', up: true, addresses: ['10.0.0.1/24'] };
    const wanted: HostState = {
      ...empty,
      namespaces: { [router]: { ...emptyNamespace, links: { 'qr-243b9d3a-c4': link } } },
    };
    const has: HostState = {
      ...empty,
      namespaces: {
        [ROOT]: { ...emptyNamespace, links: { 'qr-243b9d3a-c4': { kind: 'internal', addresses: [] } } },
        [router]: { ...emptyNamespace, links: { 'qr-243b9d3a-c4': link } },
      },
    };
    expect(difference(wanted, has)).toEqual([
      { kind: 'move-link', namespace: router, name: 'qr-243b9d3a-c4', from: ROOT, replaces: true, link },
      { kind: 'add-address', namespace: router, dev: 'qr-243b9d3a-c4', address: '10.0.0.1/24' },
    ]);
  });

  test('says what a chain gains where it loses nothing', () => {
    const host = (...some: readonly string[]): HostState => ({
      namespaces: { [ROOT]: { ...emptyNamespace, ipv4: { filter: { 'neutron-openvswi-FORWARD': { rules: some } } } } },
      bridges: {},
      daemons: {},
    });
    const insertions = [
      { place: 1, rule: '-j a' },
      { place: 3, rule: '-j c' },
    ];
    expect(difference(host('-j a', '-j b', '-j c', '-j d'), host('-j b', '-j d'))).toMatchObject([{ insertions }]);
    for (const other of [host('-j d', '-j b'), host('-j b', '-j x')]) {
      const [change] = difference(host('-j a', '-j b', '-j d'), other);
      expect(change).toMatchObject({ kind: 'write-chain' });
      expect(change).not.toHaveProperty('insertions');
    }
  });

  test('makes an OVS port anew whose device it makes anew, because the switch holds the device that is gone', () => {
    const qvo: Link = { kind: 'veth', peer: 'qvb5afb5e46-37', addresses: [] };
    const port: OvsPort = { type: '', options: {}, externalIds: {}, otherConfig: {} };
    const bridges = { 'br-int': { ports: { 'qvo5afb5e46-37': port }, flows: [] } };
    const host = (links: Record<string, Link>): HostState => ({
      namespaces: { [ROOT]: { ...emptyNamespace, links } },
      bridges,
      daemons: {},
    });
    const kinds = difference(host({ 'qvo5afb5e46-37': qvo }), host({})).map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['add-link', 'remove-port', 'add-port']));
    // A chain that os-vif made is its own to make again.
    expect(difference(host({}), host({}))).toEqual([]);
  });

  test('signs a device that a killed agent had not signed yet', () => {
    const tap: Link = { kind: 'tap', addresses: [] };
    const host = (link: Link): HostState => ({
      ...empty,
      namespaces: { [ROOT]: { ...emptyNamespace, links: { 'tap5afb5e46-37': link } } },
    });
    expect(difference(host(tap), host(tap))).toEqual([
      { kind: 'change-link', namespace: ROOT, name: 'tap5afb5e46-37', link: { group: OUR_GROUP } },
    ]);
    expect(difference(empty, host({ ...tap, group: OUR_GROUP }))).toHaveLength(1);
    expect(difference(empty, host(tap))).toEqual([]);
  });
});
