import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { arbitraryHost, HERE } from '../../test/support/arbitrary-share.ts';
import { wiringOf } from '../../test/support/arbitrary-wiring.ts';
import { ScratchNetns } from '../../test/support/scratch-netns.ts';
import { ScratchOvs } from '../../test/support/scratch-ovs.ts';
import { commitFlows } from '../driver/native/flow-bundle.ts';
import { flowBytes } from '../driver/native/flow-bytes.ts';
import type { LinkRequest } from '../driver/native/link-request.ts';
import { changeLinks, readNamespaceLinks, readNamespaceShapers } from '../driver/native/namespace-links.ts';
import { numberPorts } from '../host/flow-ports.ts';
import type { HostState, Link, Namespace, Ruleset } from '../host/host-state.ts';
import { printFlow, readFlows } from '../host/read-flows.ts';
import { readIpsets } from '../host/read-ipsets.ts';
import { printRoute } from '../host/read-routes.ts';
import { printRuleset, readRuleset } from '../host/read-ruleset.ts';
import { emptyShare, type SecurityGroupRule, type Share } from '../model/share.ts';
import { compile } from './compile.ts';
import { protocolNumber } from './protocol-names.ts';

/** What differs after a round trip would be repaired for ever, so every text that compile can emit goes through the real tools. */
const seed = Number(process.env['TAPLINE_SEED'] ?? 20);
const runs = Number(process.env['TAPLINE_RUNS'] ?? 6);
const hosts = fc.sample(arbitraryHost, { seed, numRuns: runs });
const states: readonly (readonly [string, HostState])[] = [
  ...hosts.map((host, index) => [`share ${index} of seed ${seed}`, compile(host.share, wiringOf(host))] as const),
  [
    'every protocol, port range, ICMP type and code',
    compile(everyProtocol(), wiringOf({ share: everyProtocol(), plugs: { [vm()]: 'tap' } })),
  ],
];

describe.each(states)('%s comes back from the tools as it was compiled', (_, state) => {
  let ovs: ScratchOvs;
  beforeAll(() => {
    ovs = new ScratchOvs();
  });
  afterAll(() => ovs[Symbol.dispose]());

  test.each(Object.keys(state.bridges))('flows of %s', async (name) => {
    const bridge = state.bridges[name];
    if (bridge === undefined) throw new Error('no such bridge');
    ovs.addBridge(name, Object.keys(bridge.ports));
    const wanted = bridge.flows.map(printFlow);
    expect(new Set(bridge.flows.map(({ table, priority, match }) => `${table} ${priority} ${match}`)).size).toBe(
      wanted.length,
    );
    ovs.addFlows(name, wanted.join('\n'));
    const read = () =>
      readFlows(ovs.dumpFlows(name)).map(({ packets: _packets, bytes: _bytes, ...flow }) => printFlow(flow));
    expect(differences(wanted, read())).toEqual([]);
    // All but those that only the tool has words for go in bytes as well, and come back the same.
    const ports = ovs.ports(Object.keys(bridge.ports));
    const bytes = (command: 'add' | 'remove') =>
      bridge.flows.flatMap((flow) => flowBytes(numberPorts(flow, ports), command) ?? []);
    const learning = bridge.flows.filter(({ actions }) => actions.includes('learn('));
    expect(bytes('add').length).toBe(wanted.length - learning.length);
    await commitFlows(ovs.management(name), bytes('remove'));
    expect(read().filter((text) => !text.includes('learn('))).toEqual([]);
    ovs.addFlows(name, learning.map(printFlow).join('\n'));
    await commitFlows(ovs.management(name), bytes('add'));
    expect(differences(wanted, read())).toEqual([]);
    ovs.removeBridge(name);
  });

  test.each(
    Object.keys(state.namespaces)
      .filter((name) => !name.startsWith('vm'))
      .map((name) => [name === '' ? 'the host itself' : name, name] as const),
  )('rules, sets, limits, addresses and routes of %s', async (_title, name) => {
    const namespace = state.namespaces[name];
    if (namespace === undefined) throw new Error('no such namespace');
    using netns = new ScratchNetns();
    checkSets(netns, namespace);
    checkRules(netns, 'iptables', namespace.ipv4);
    checkRules(netns, 'ip6tables', namespace.ipv6);
    await checkShapers(netns, namespace);
    if (name.startsWith('q')) await checkAddressesAndRoutes(netns, namespace);
  });
});

function checkSets(netns: ScratchNetns, { ipsets }: Namespace): void {
  const lines = Object.entries(ipsets).flatMap(([name, { type, family, members }]) => [
    `create ${name} ${type} family ${family}`,
    ...members.map((member) => `add ${name} ${member}`),
  ]);
  netns.run('ipset', ['restore'], `${lines.join('\n')}\n`);
  const read = readIpsets(netns.run('ipset', ['save']));
  expect(sortedMembers(read)).toEqual(sortedMembers(ipsets));
}

function sortedMembers(sets: Namespace['ipsets']) {
  return Object.fromEntries(
    Object.entries(sets).map(([name, set]) => [name, { ...set, members: [...set.members].sort() }]),
  );
}

function checkRules(netns: ScratchNetns, program: 'iptables' | 'ip6tables', ruleset: Ruleset): void {
  const withPolicies = Object.fromEntries(
    Object.entries(ruleset).map(([table, chains]) => [
      table,
      Object.fromEntries(
        Object.entries(chains).map(([name, chain]) => [
          name,
          /^[A-Z]+$/.test(name) ? { ...chain, policy: 'ACCEPT' } : chain,
        ]),
      ),
    ]),
  );
  netns.run(`${program}-restore`, [], printRuleset(withPolicies));
  const read = readRuleset(netns.run(`${program}-save`, []));
  for (const [table, chains] of Object.entries(ruleset)) {
    for (const [chain, { rules }] of Object.entries(chains)) {
      const saved = Object.entries(read).find(([name]) => name === table)?.[1][chain]?.rules;
      expect({ table, chain, rules: saved }).toEqual({ table, chain, rules });
    }
  }
}

async function checkShapers(netns: ScratchNetns, { shapers }: Namespace): Promise<void> {
  const written = Object.entries(shapers).flatMap(([device, shaper]): readonly LinkRequest[] => [
    { kind: 'add-bridge', name: device, settings: {} },
    { kind: 'write-shaper', device, shaper },
  ]);
  expect([...(await changeLinks(netns.name, written))]).toEqual([]);
  const read = await readNamespaceShapers(netns.name);
  expect(
    Object.fromEntries(Object.entries(read).map(([device, { counters: _, ...shaper }]) => [device, shaper])),
  ).toEqual(shapers);
}

async function checkAddressesAndRoutes(netns: ScratchNetns, { links, routes }: Namespace): Promise<void> {
  const requests = Object.entries(links).flatMap(([name, { macAddress, mtu, addresses }]): readonly LinkRequest[] => [
    { kind: 'add-bridge', name, settings: {} },
    { kind: 'set-link', name, settings: { macAddress, mtu, up: true } },
    ...addresses.map((address) => ({ kind: 'add-address', device: name, address }) as const),
  ]);
  const failures = await changeLinks(netns.name, [
    ...requests,
    { kind: 'set-link', name: 'lo', settings: { up: true } },
    ...routes.map((route) => ({ kind: 'write-route', route }) as const),
  ]);
  expect([...failures]).toEqual([]);
  const read = await readNamespaceLinks(netns.name);
  const found = new Map(read.entries.map(({ name, link }) => [name, link]));
  for (const [name, link] of Object.entries(links)) {
    expect({ name, ...settings(found.get(name)) }).toEqual({ name, ...settings(link) });
  }
  const text = (route: (typeof routes)[number]) => `${route.ipVersion} ${printRoute(route)}`;
  const ours = read.routes.filter(({ protocol }) => protocol === 'static');
  expect(ours.map(text).sort()).toEqual(routes.map(text).sort());
}

function settings(link: Link | undefined) {
  return { macAddress: link?.macAddress, mtu: link?.mtu, up: link?.up, addresses: [...(link?.addresses ?? [])].sort() };
}

/** What is in one list only, each line marked with the side that has it. */
function differences(wanted: readonly string[], read: readonly string[]): readonly string[] {
  const [want, have] = [new Set(wanted), new Set(read)];
  return [
    ...wanted.filter((line) => !have.has(line)).map((line) => `compiled: ${line}`),
    ...read.filter((line) => !want.has(line)).map((line) => `read back: ${line}`),
  ];
}

function vm(): string {
  return '11111111-1111-4111-8111-111111111111';
}

/** One port in one group with a rule for each protocol of both families, by number and by name, and the edges of ports and ICMP. */
function everyProtocol(): Share {
  const names = [
    'ah',
    'dccp',
    'egp',
    'esp',
    'gre',
    'icmp',
    'icmpv6',
    'igmp',
    'ipip',
    'ipv6-encap',
    'ipv6-frag',
    'ipv6-icmp',
  ];
  const more = [
    'ipv6-nonxt',
    'ipv6-opts',
    'ipv6-route',
    'ospf',
    'pgm',
    'rsvp',
    'sctp',
    'tcp',
    'udp',
    'udplite',
    'vrrp',
  ];
  const protocols = [null, ...names, ...more, ...Array.from({ length: 256 }, (_, number) => String(number))];
  const ranges = [
    [0, 0],
    [0, 65_535],
    [1, 1],
    [22, 22],
    [65_535, 65_535],
    [1, 2],
    [80, null],
  ] as const;
  const icmp = [
    [0, null],
    [0, 0],
    [8, null],
    [8, 0],
    [3, 4],
    [255, null],
    [255, 255],
    [254, 255],
    [134, null],
  ] as const;
  const rules = (['IPv4', 'IPv6'] as const).flatMap((ethertype) =>
    protocols.flatMap((protocol) => {
      const number = protocolNumber(protocol, ethertype);
      const edges = number === 1 || number === 58 ? icmp : [6, 17, 33, 132, 136].includes(number ?? 0) ? ranges : [];
      return [[null, null] as const, ...edges].flatMap(([min, max]) =>
        (['ingress', 'egress'] as const).map((direction) => ({ direction, ethertype, protocol, min, max })),
      );
    }),
  );
  const id = '22222222-2222-4222-8222-222222222222';
  return {
    ...emptyShare,
    network: {
      [id]: {
        id,
        name: '',
        projectId: '',
        networkType: 'vxlan',
        physicalNetwork: null,
        segmentationId: 1,
        mtu: 1450,
        external: false,
        adminStateUp: true,
      },
    },
    port: {
      [vm()]: {
        id: vm(),
        name: '',
        networkId: id,
        projectId: '',
        macAddress: 'fa:16:3e:00:00:01',
        adminStateUp: true,
        fixedIps: [],
        deviceOwner: 'compute:nova',
        deviceId: '',
        host: HERE,
        portSecurityEnabled: true,
        securityGroupIds: [id],
        allowedAddressPairs: [],
        extraDhcpOptions: [],
        dnsName: '',
      },
    },
    securityGroup: {
      [id]: {
        id,
        name: '',
        stateful: true,
        rules: rules.map(
          ({ direction, ethertype, protocol, min, max }, index): SecurityGroupRule => ({
            id: `33333333-3333-4333-8333-${String(index).padStart(12, '0')}`,
            direction,
            ethertype,
            protocol,
            portRangeMin: min,
            portRangeMax: max,
            remoteIpPrefix: null,
            remoteGroupId: null,
          }),
        ),
      },
    },
  };
}
