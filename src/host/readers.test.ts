import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Flow, Ruleset } from './host-state.ts';
import { isDerivedLinkLocal } from './link-entry.ts';
import { printFlow, quotePortName, readFlow, readFlows } from './read-flows.ts';
import { printIpsets, readIpsets } from './read-ipsets.ts';
import { readValue } from './read-ovsdb-list.ts';
import { printRoute, readRoutesText } from './read-routes.ts';
import { printRuleset, readRuleset } from './read-ruleset.ts';

const word = fc.stringMatching(/^[a-zA-Z0-9_-]{1,12}$/);
const sentence = fc.stringMatching(/^[a-z0-9:./!,"-]{1,8}( [a-z0-9:./!,"-]{1,8}){0,3}$/);

const flow: fc.Arbitrary<Flow> = fc.record(
  {
    table: fc.integer({ min: 0, max: 254 }),
    priority: fc.integer({ min: 0, max: 65_535 }),
    match: fc.constantFrom(
      '',
      'arp',
      'in_port="qvo5afb5e46-37",dl_src=fa:16:3e:5a:ba:7c',
      'ip,reg2=0',
      'ct_state=+trk-new',
    ),
    actions: fc.constantFrom(
      'drop',
      'NORMAL',
      'pop_vlan,set_field:0x7d7->tun_id,output:"vxlan-0a62000b"',
      'goto_table:2',
    ),
    cookie: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((cookie) => `0x${cookie.toString(16)}`),
    hardTimeout: fc.nat(65_535),
    idleTimeout: fc.nat(65_535),
    packets: fc.nat(),
    bytes: fc.nat(),
  },
  { requiredKeys: ['table', 'priority', 'match', 'actions'] },
);

test('readFlow() reads what printFlow() printed', () => {
  fc.assert(
    fc.property(flow, (one) => {
      expect(readFlow(printFlow(one))).toEqual(one);
    }),
  );
});

test('readFlows() names the ports of a dump with numbers', () => {
  const names = new Map([
    [1, 'patch-tun'],
    [2, 'eth1'],
  ]);
  const [read] = readFlows(
    ' cookie=0x0, table=0, priority=1,in_port=1 actions=learn(table=20,in_port=2,load:0x1->NXM_OF_VLAN_TCI[]),resubmit(1,2),resubmit:2,output:2,output:9',
    names,
  );
  expect(read?.match).toBe('in_port="patch-tun"');
  expect(read?.actions).toBe(
    'learn(table=20,in_port=eth1,load:0x1->NXM_OF_VLAN_TCI[]),resubmit("patch-tun",2),resubmit:eth1,output:eth1,output:9',
  );
  expect(quotePortName('qvo1')).toBe('qvo1');
});

const chains = fc.dictionary(
  word,
  fc.array(fc.tuple(sentence, fc.nat(), fc.nat()), { minLength: 1, maxLength: 4 }).chain((rules) =>
    fc.record(
      {
        policy: fc.constantFrom('ACCEPT', 'DROP'),
        rules: fc.constant(rules.map(([rule]) => rule)),
        counters: fc.constant(rules.map(([, packets, bytes]) => [packets, bytes] as const)),
      },
      { requiredKeys: ['rules'] },
    ),
  ),
);
const ruleset: fc.Arbitrary<Ruleset> = fc.record(
  { raw: chains, mangle: chains, nat: chains, filter: chains },
  { requiredKeys: [] },
);

test('readRuleset() reads what printRuleset() printed', () => {
  fc.assert(
    fc.property(ruleset, (one) => {
      expect(readRuleset(printRuleset(one))).toEqual(one);
    }),
  );
});

test('readRuleset() refuses what is no rule', () => {
  expect(() => readRuleset('*filter\niptables-save: Permission denied\nCOMMIT')).toThrow('not a line of iptables-save');
});

test('readIpsets() reads what printIpsets() printed', () => {
  const set = fc.record({
    type: fc.constant('hash:net' as const),
    family: fc.constantFrom('inet' as const, 'inet6' as const),
    members: fc.uniqueArray(word).map((members) => members.sort()),
  });
  fc.assert(
    fc.property(fc.dictionary(word, set), (sets) => {
      expect(readIpsets(printIpsets(sets))).toEqual(sets);
    }),
  );
});

test('readRoutesText() reads what printRoute() printed', () => {
  const route = fc.record(
    {
      destination: fc.constantFrom('default', '10.0.0.0/24', '192.0.2.1'),
      via: fc.constantFrom('10.0.0.1', '10.0.0.254'),
      dev: word,
      protocol: fc.constantFrom('static', 'kernel'),
      source: fc.constant('10.0.0.7'),
      ipVersion: fc.constant(4 as const),
    },
    { requiredKeys: ['destination', 'dev', 'ipVersion'] },
  );
  fc.assert(
    fc.property(route, (one) => {
      expect(readRoutesText(printRoute(one), 4)).toEqual([one]);
    }),
  );
});

test('isDerivedLinkLocal() tells the address that the kernel made from one that was given', () => {
  expect(isDerivedLinkLocal('fe80::f816:3eff:fe57:82c8/64', 'fa:16:3e:57:82:c8')).toBe(true);
  expect(isDerivedLinkLocal('fe80::98:ff:fe00:15/64', '02:98:00:00:00:15')).toBe(true);
  expect(isDerivedLinkLocal('fe80::a9fe:a9fe/64', 'fa:16:3e:57:82:c8')).toBe(false);
  expect(isDerivedLinkLocal('10.0.0.1/24', 'fa:16:3e:57:82:c8')).toBe(false);
});

test('readValue() reads scalars, sets and maps of ovs-vsctl', () => {
  expect(readValue('"ptcp:6640:127.0.0.1"')).toBe('ptcp:6640:127.0.0.1');
  expect(readValue('[]')).toEqual([]);
  expect(readValue('[4, 5]')).toEqual([4, 5]);
  expect(readValue('{a=b, "c,d"="e=\\"f\\""}')).toEqual(
    new Map([
      ['a', 'b'],
      ['c,d', 'e="f"'],
    ]),
  );
});
