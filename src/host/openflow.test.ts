import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFlow, printFlow } from './openflow.ts';
import { parseActions, printActions } from './openflow-action-text.ts';
import { parseMatch, printMatch } from './openflow-match.ts';

const fixtures = 'test/fixtures/neutron-21';

/** Every flow of the dumps as `[match, actions]`. */
function dumpedFlows(): readonly (readonly [string, string])[] {
  const files = readdirSync(fixtures, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /flows-[^/]*\.txt$/.test(path),
  );
  return files.flatMap((path) =>
    [...readFileSync(`${fixtures}/${path}`, 'utf8').matchAll(/priority=\d+,?(\S*) actions=(.*)$/gm)].map(
      (line) => [line[1] ?? '', line[2] ?? ''] as const,
    ),
  );
}

describe('parseFlow()', () => {
  test('knows every element of a real dump and prints it back', () => {
    const flows = dumpedFlows();
    expect(flows.length).toBeGreaterThan(150);
    for (const [match, actions] of flows) {
      const parsed = parseFlow({ match, actions });
      expect(printFlow(parsed)).toEqual({ match, actions });
      expect([...parsed.match, ...parsed.actions].filter((item) => item.kind === 'unknown')).toEqual([]);
    }
  });

  test('reads ports by name', () => {
    expect(parseMatch('arp,in_port="qvo5afb5e46-37",arp_spa=10.0.0.69')).toEqual([
      { kind: 'protocol', word: 'arp' },
      { kind: 'inPort', port: { kind: 'named', name: 'qvo5afb5e46-37', quoted: true } },
      { kind: 'field', field: 'arp_spa', value: '10.0.0.69', mask: null },
    ]);
    expect(parseActions('pop_vlan,set_field:0x3cda->tun_id,output:"vxlan-0a620015",output:3')).toEqual([
      { kind: 'popVlan', word: 'pop_vlan' },
      { kind: 'setField', value: '0x3cda', mask: null, field: 'tun_id' },
      { kind: 'output', port: { kind: 'named', name: 'vxlan-0a620015', quoted: true }, bare: false },
      { kind: 'output', port: { kind: 'numbered', ofport: 3 }, bare: false },
    ]);
  });

  test('takes learn() apart', () => {
    const text =
      'learn(table=20,hard_timeout=300,priority=1,NXM_OF_VLAN_TCI[0..11],NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],' +
      'load:0->NXM_OF_VLAN_TCI[],load:NXM_NX_TUN_ID[]->NXM_NX_TUN_ID[],output:OXM_OF_IN_PORT[])';
    const [learn] = parseActions(text);
    expect(learn).toMatchObject({ kind: 'learn' });
    expect(learn?.kind === 'learn' && learn.specs.filter((spec) => spec.kind === 'unknown')).toEqual([]);
    expect(printActions(parseActions(text))).toBe(text);
  });

  test.each([
    'ct(commit,zone=NXM_NX_REG6[0..15],exec(set_field:0x1->ct_mark))',
    'ct(table=72,zone=NXM_NX_REG6[0..15])',
    'conjunction(17,1/2)',
    'mod_vlan_vid:1,mod_nw_tos:104,NORMAL',
    'note:00.01.02.00.00.00',
    'resubmit("qvo1",0),resubmit(,60),resubmit:2',
    'set_field:fa:16:3e:5a:ba:7c->eth_src,IN_PORT',
    'set_field:0x1/0x3->reg0,dec_ttl,meter:3,group:7',
  ])('knows %s', (text) => {
    const actions = parseActions(text);
    expect(actions.filter((action) => action.kind === 'unknown')).toEqual([]);
    expect(printActions(actions)).toBe(text);
  });

  test('keeps what it does not know', () => {
    expect(parseActions('multipath(eth_src,50,modulo_n,1,0,NXM_NX_REG0[]),NORMAL')).toEqual([
      { kind: 'unknown', text: 'multipath(eth_src,50,modulo_n,1,0,NXM_NX_REG0[])' },
      { kind: 'normal' },
    ]);
    expect(parseActions('goto_table:007')).toEqual([{ kind: 'unknown', text: 'goto_table:007' }]);
  });

  test('prints back any text', () => {
    const fragment = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'in_port=',
        '"',
        ',',
        '(',
        ')',
        '->',
        'load:',
        'output:',
        'ct',
        'resubmit(,',
        '[0..11]',
        '/',
        '=',
        'learn(',
      ),
    );
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 8 }), (fragments) => {
        const text = fragments.join('');
        expect(printMatch(parseMatch(text))).toBe(text);
        expect(printActions(parseActions(text))).toBe(text);
      }),
    );
  });
});
