import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { neutronShare, TUNNEL_IPS } from '../../test/support/neutron-share.ts';
import type { HostState } from '../host/host-state.ts';
import { readDump } from '../host/read-dump.ts';
import { compile } from './compile.ts';
import type { Plug, Wiring } from './wiring.ts';

const folder = 'test/fixtures/neutron-21';

/** Where our hosts are meant to differ from Neutron's: what a line of the comparison says, and why. */
const deviations: readonly { readonly line: RegExp; readonly why: string }[] = [
  { line: /^- \S+ flow br-int 0,200,reg3=0 /, why: 'limits are no queues of OVS, see compile/qos.ts' },
  { line: /^- \S+ flow br-phy /, why: 'br-phy carries the tunnels and is the operator’s' },
  { line: /^- \S+ port br-phy |^- net1 port br-ex ext0 /, why: 'the operator’s' },
  {
    line: /^- net1 rule root ipv[46] filter \S+-FORWARD .*--physdev-(in|out) tap/,
    why: 'no DHCP or router device is on a Linux bridge',
  },
  {
    line: /^- net1 rule qrouter.*(169\.254\.169\.254|fe80::a9fe:a9fe|--dport 9697|--mark 0x1\/)/,
    why: 'metadata is another issue',
  },
  {
    line: /^- net1 (chain|rule) qrouter\S+ ipv6 nat /,
    why: 'metadata is another issue; nothing else is translated in IPv6',
  },
  {
    line: /^- net1 address \S+ \S+ (169\.254\.169\.254\/32|203\.0\.113\.183\/32|fe80::a9fe:a9fe\/64)$/,
    why: 'metadata is another issue; a floating IP of which no port is forwarded there',
  },
  {
    line: /^[-+] \S+ rule root ipv[46] (raw \S+-(PREROUTING|ct-chain)|filter \S+-(FORWARD|sg-chain|p[0-9a-f-]{10})) /,
    why: 'a tree by the names of bridges leads to a port, where Neutron has lists of all ports',
  },
  { line: /^\+ cmp\d chain root ipv[46] (raw \S+-ct-chain|filter \S+-p[0-9a-f-]{10})$/, why: 'chains of that tree' },
  { line: /^- net1 file \S+\/interface /, why: 'the device follows from the port; nothing reads the file' },
  { line: /^- net1 file \S+\/leases /, why: 'dnsmasq writes it' },
];

/** Where our chains lead to ports in another way. */
const ofTheTree = /^root ipv[46] (raw \S+-(PREROUTING|ct-chain)|filter \S+-(FORWARD|sg-chain|p[0-9a-f-]{10}))$/;

const used = new Set<string>();

afterAll(() => {
  expect(deviations.filter(({ line }) => !used.has(line.source)).map(({ line }) => line.source)).toEqual([]);
});

const plug = (namespace: string): Plug => ({ kind: 'netns', namespace, device: 'eth0' });
const [vm1, vm2, vm3, vm4, iso1] = [
  '5afb5e46-3713-4499-ac44-f56fc4bbcf9d',
  'db722b10-82c8-4558-aca0-c1994f48a4f3',
  '48f78507-7ab4-486e-a4eb-9952ca9b3071',
  '5f1fab4f-1c14-412b-8a6d-f311eb1cbb50',
  'cf5a6d23-98b1-48b3-abf7-a8b3a3610280',
];
const [net, iso, ext] = [
  '4432eab7-ab0a-4d7a-93f3-885da4b015ab',
  'f585c69b-7698-4694-8eb2-c7c5d5140353',
  '8d035908-1914-4b76-9df8-2ef127bb3fb6',
];

const wirings: Readonly<Record<string, Partial<Wiring>>> = {
  cmp1: {
    localVlans: { [iso]: 1, [net]: 2 },
    conntrackZones: { [vm1]: 4097, [vm2]: 4098 },
    plugs: { [vm1]: plug('vm1'), [vm2]: plug('vm2'), [iso1]: plug('iso1') },
  },
  cmp2: {
    localVlans: { [net]: 1 },
    conntrackZones: { [vm3]: 4097, [vm4]: 4098 },
    plugs: { [vm3]: plug('vm3'), [vm4]: plug('vm4') },
  },
  net1: { localVlans: { [net]: 1, [iso]: 2, [ext]: 3 }, bridgeMappings: { external: 'br-ex' } },
};

describe.each(['cmp1', 'cmp2', 'net1'])('compile() for %s makes what Neutron made', (host) => {
  const dumps = Object.fromEntries(
    readdirSync(`${folder}/${host}`).map((file) => [file, readFileSync(`${folder}/${host}/${file}`, 'utf8')]),
  );
  const neutron = readDump(dumps);
  const ours = compile(neutronShare(host), {
    host,
    datapathType: 'netdev',
    localIp: TUNNEL_IPS[host] ?? null,
    bridgeMappings: {},
    stateDirectory: '/var/lib/neutron',
    localVlans: {},
    conntrackZones: {},
    plugs: {},
    attached: {},
    ...wirings[host],
  });

  test.each([
    ['flows', flowLines],
    ['ports of the bridges', portLines],
    ['chains', chainLines],
    ['rules', ruleLines],
    ['sets', setLines],
    ['devices', linkLines],
    ['addresses', addressLines],
    ['routes', routeLines],
    ['files of dnsmasq', fileLines],
  ])('%s', (_, lines) => {
    const [theirs, mine] = [lines(neutron), lines(ours)];
    const unexplained = [
      ...theirs.filter((line) => !mine.includes(line)).map((line) => `- ${host} ${line}`),
      ...mine.filter((line) => !theirs.includes(line)).map((line) => `+ ${host} ${line}`),
    ].filter((line) => {
      const deviation = deviations.find((one) => one.line.test(line));
      if (deviation !== undefined) used.add(deviation.line.source);
      return deviation === undefined;
    });
    expect(unexplained).toEqual([]);
    expect(new Set(mine).size).toBe(mine.length);
  });

  test('the order of rules, but for those that groups give', () => {
    const theirs = orderedRules(neutron);
    for (const [place, rules] of orderedRules(ours)) {
      if (ofTheTree.test(place)) continue;
      const common = theirs.get(place)?.filter((rule) => rules.includes(rule));
      expect({ place, rules: common }).toEqual({ place, rules });
    }
  });
});

function flowLines({ bridges }: HostState): readonly string[] {
  return Object.entries(bridges).flatMap(([bridge, { flows }]) =>
    flows
      .filter(({ hardTimeout }) => hardTimeout === undefined)
      .map(
        ({ table, priority, match, actions }) =>
          `flow ${bridge} ${table},${priority},${match} ${sortOutputs(actions).replace(/cookie=0x[0-9a-f]+/, 'cookie')}`,
      ),
  );
}

/** Neutron floods in the order in which it came to know the hosts, we in that of their addresses. */
function sortOutputs(actions: string): string {
  const parts = actions.split(',');
  return parts.some((part) => part.startsWith('output')) && !actions.startsWith('learn')
    ? parts.sort().join(',')
    : actions;
}

function portLines({ bridges }: HostState): readonly string[] {
  return Object.entries(bridges).flatMap(([bridge, { ports }]) =>
    Object.entries(ports).map(([name, port]) => {
      const {
        'mcast-snooping-flood': _,
        'mcast-snooping-flood-reports': __,
        physical_network: ___,
        ...config
      } = port.otherConfig;
      const { 'vm-uuid': ____, ...ids } = port.externalIds;
      return `port ${bridge} ${name} ${port.type} ${port.tag} ${record(port.options)} ${record(config)} ${record(ids)}`;
    }),
  );
}

function record(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

function eachChain({ namespaces }: HostState) {
  return Object.entries(namespaces).flatMap(([namespace, { ipv4, ipv6 }]) =>
    Object.entries({ ipv4, ipv6 }).flatMap(([family, ruleset]) =>
      Object.entries(ruleset).flatMap(([table, chains]) =>
        Object.entries(chains).map(([name, chain]) => ({
          place: `${namespace === '' ? 'root' : namespace} ${family} ${table} ${name}`,
          chain,
        })),
      ),
    ),
  );
}

function chainLines(state: HostState): readonly string[] {
  return eachChain(state)
    .filter(({ place }) => / neutron-\S+$/.test(place))
    .map(({ place }) => `chain ${place}`);
}

function ruleLines(state: HostState): readonly string[] {
  return eachChain(state).flatMap(({ place, chain }) => {
    return chain.rules.map((rule) => `rule ${place} ${bare(rule)}`);
  });
}

function bare(rule: string): string {
  return rule.replace(/-m comment --comment (?:"[^"]*"|\S+) /, '');
}

/** What each chain says, in order, without the rules that groups give. */
function orderedRules(state: HostState): ReadonlyMap<string, readonly string[]> {
  return new Map(
    eachChain(state).map(({ place, chain }) => [
      place,
      chain.rules.filter((rule) => !rule.includes('"sgr ')).map(bare),
    ]),
  );
}

function setLines({ namespaces }: HostState): readonly string[] {
  return Object.entries(namespaces).flatMap(([namespace, { ipsets }]) =>
    Object.entries(ipsets).map(
      ([name, { type, family, members }]) =>
        `set ${namespace} ${name} ${type} ${family} ${[...members].sort().join(' ')}`,
    ),
  );
}

function linkLines({ namespaces }: HostState): readonly string[] {
  return Object.entries(namespaces).flatMap(([namespace, { links }]) =>
    Object.entries(links)
      .filter(([, { kind }]) => kind !== 'other')
      .filter(([name]) => /^(tap|q|eth)/.test(name))
      .map(([name, { kind, mtu, up, master, peer, ageingTime }]) => {
        return `link ${namespace} ${name} ${kind} ${mtu} ${up} ${master} ${peer} ${ageingTime}`;
      }),
  );
}

function addressLines({ namespaces }: HostState): readonly string[] {
  return Object.entries(namespaces).flatMap(([namespace, { links }]) =>
    Object.entries(links)
      .filter(([name]) => /^(tap|q)/.test(name))
      .flatMap(([name, { addresses }]) => addresses.map((address) => `address ${namespace} ${name} ${address}`)),
  );
}

function routeLines({ namespaces }: HostState): readonly string[] {
  return Object.entries(namespaces)
    .filter(([namespace]) => namespace.startsWith('q'))
    .flatMap(([namespace, { routes }]) =>
      routes
        .filter(({ protocol }) => protocol === 'static')
        .map(({ destination, via, dev, ipVersion }) => `route ${namespace} ${destination} ${via} ${dev} ${ipVersion}`),
    );
}

/** Lines in order of text: Neutron's stand in the order of its database. */
function fileLines({ daemons }: HostState): readonly string[] {
  return Object.values(daemons).flatMap(({ files }) =>
    Object.entries(files).map(([path, content]) => `file ${path} ${content.trim().split('\n').sort().join('\n')}`),
  );
}
