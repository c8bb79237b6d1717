import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRule, printRule } from './iptables.ts';

const fixtures = 'test/fixtures/neutron-21';

function dumpedRules(): readonly string[] {
  const files = readdirSync(fixtures, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.iptables.txt'),
  );
  return files.flatMap((path) =>
    [...readFileSync(`${fixtures}/${path}`, 'utf8').matchAll(/^(?:\[\d+:\d+\] )?-A \S+ (.*)$/gm)].map(
      (line) => line[1] ?? '',
    ),
  );
}

describe('parseRule()', () => {
  test('knows every element of a real dump and prints it back', () => {
    const rules = dumpedRules();
    expect(rules.length).toBeGreaterThan(300);
    for (const text of rules) {
      const rule = parseRule(text);
      expect(printRule(rule)).toBe(text);
      expect(rule.target).not.toBeNull();
      expect([...rule.matches, rule.target].filter((part) => part?.kind === 'unknown')).toEqual([]);
    }
  });

  test('takes a rule apart', () => {
    const text =
      '! -s 10.0.0.0/24 ! -o qg-3b0f3779-10 -p tcp -m tcp ! --dport 80 -m conntrack ! --ctstate DNAT -m comment --comment "a \\"b\\"" -j DNAT --to-destination 10.0.0.69:80';
    expect(parseRule(text)).toEqual({
      matches: [
        { kind: 'source', negated: true, cidr: '10.0.0.0/24' },
        { kind: 'outInterface', negated: true, name: 'qg-3b0f3779-10' },
        { kind: 'protocol', negated: false, protocol: 'tcp' },
        { kind: 'ports', module: 'tcp', source: null, destination: { negated: true, value: '80' } },
        { kind: 'state', module: 'conntrack', negated: true, states: ['DNAT'] },
        { kind: 'comment', text: 'a "b"' },
      ],
      target: { kind: 'dnat', to: '10.0.0.69:80', flags: [] },
    });
    expect(printRule(parseRule(text))).toBe(text);
  });

  test.each([
    '-m set ! --match-set NIPv4b786c4a6 src,dst -j RETURN',
    '-m multiport --sports 22,80:90 -g neutron-chain',
    '-p tcp -m tcp --tcp-flags SYN,RST SYN -j REJECT --reject-with icmp-port-unreachable',
    '-m physdev ! --physdev-in tap1 --physdev-is-bridged -j CT --notrack',
    '-m comment --comment -j -j ACCEPT',
    '-p icmp -m icmp --icmp-type 8/0',
    '-j MASQUERADE --random-fully',
    '-j CONNMARK --set-xmark 0x1/0xffffffff',
  ])('knows %s', (text) => {
    const rule = parseRule(text);
    expect([...rule.matches, rule.target].filter((part) => part?.kind === 'unknown')).toEqual([]);
    expect(printRule(rule)).toBe(text);
  });

  test('keeps what it does not know beside what it knows', () => {
    expect(parseRule('-p tcp -m owner --uid-owner 0 -j NFLOG --nflog-group 3')).toEqual({
      matches: [
        { kind: 'protocol', negated: false, protocol: 'tcp' },
        { kind: 'unknown', text: '-m owner --uid-owner 0' },
      ],
      target: { kind: 'unknown', text: '-j NFLOG --nflog-group 3' },
    });
  });

  test('prints back any text', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '!',
        '-s',
        '-m',
        '-j',
        '-g',
        'tcp',
        '--dport',
        '--comment',
        'comment',
        '"',
        '\\',
        'DNAT',
        'physdev',
        'mark',
        '--mark',
        '0x1/0x2',
        'CT',
      ),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (words) => {
        const text = words.join(' ');
        expect(printRule(parseRule(text))).toBe(text);
      }),
    );
  });
});
