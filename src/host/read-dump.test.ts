import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ROOT } from './host-state.ts';
import { readDump } from './read-dump.ts';
import { printFlow, readFlow, readFlows } from './read-flows.ts';
import { printIpsets, readIpsets } from './read-ipsets.ts';
import { printRuleset, readRuleset } from './read-ruleset.ts';

const folder = 'test/fixtures/neutron-21';
const hosts = ['cmp1', 'cmp2', 'net1'];

function files(host: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(`${folder}/${host}`).map((file) => [file, readFileSync(`${folder}/${host}/${file}`, 'utf8')]),
  );
}

describe.each(hosts)('dumps of %s', (host) => {
  const dumps = files(host);
  const named = (pattern: RegExp) => Object.entries(dumps).filter(([file]) => pattern.test(file));

  test('flows print back what was read, but for durations and flags', () => {
    for (const [, dump] of named(/^flows-/)) {
      const lines = dump.split('\n').filter((line) => line.includes('actions='));
      expect(lines.length).toBeGreaterThan(0);
      const kept = lines.map((line) =>
        line
          .trim()
          .replace(/duration=\S+ /, '')
          .replace('reset_counts ', ''),
      );
      expect(readFlows(dump).map(printFlow)).toEqual(kept);
    }
  });

  test('rulesets print back what was read, but for the counters of chains', () => {
    for (const [, dump] of named(/\.iptables\.txt$/)) {
      for (const saved of dump.split(/^### .*\n/m).slice(1)) {
        const lines = (text: string) =>
          text
            .split('\n')
            .filter((line) => line !== '' && !line.startsWith('#'))
            .map((line) => line.replace(/^(:.*) \[.*$/, '$1'))
            .sort();
        expect(lines(printRuleset(readRuleset(saved)))).toEqual(lines(saved));
      }
    }
  });

  test('sets print back what was read, but for the hash parameters', () => {
    for (const [, dump] of named(/\.ipset\.txt$/)) {
      const lines = (text: string) =>
        text
          .split('\n')
          .filter((line) => line !== '' && !line.startsWith('#'))
          .map((line) => line.replace(/ hashsize .*/, ''))
          .sort();
      expect(lines(printIpsets(readIpsets(dump)))).toEqual(lines(dump));
    }
  });

  test('the whole host is read: every device, every port by name', () => {
    const state = readDump(dumps);
    for (const [file, dump] of named(/\.ip\.txt$/)) {
      const namespace = state.namespaces[file.replace('.ip.txt', '').replace(/^root$/, ROOT)];
      const shown = dump.slice(dump.indexOf('### ip -d addr'), dump.indexOf('### ip rule'));
      expect(Object.keys(namespace?.links ?? {}).length).toBe([...shown.matchAll(/^\d+: /gm)].length);
      expect(Object.values(namespace?.links ?? {}).flatMap((link) => link.addresses).length).toBe(
        [...shown.matchAll(/^ +inet6? (?!fe80:\S+ff:fe)/gm)].length,
      );
    }
    for (const bridge of Object.values(state.bridges)) {
      for (const flow of bridge.flows) expect(`${flow.match} ${flow.actions}`).not.toMatch(/in_port=\d|output:\d/);
    }
  });
});

describe('readDump()', () => {
  const cmp1 = readDump(files('cmp1'));
  const net1 = readDump(files('net1'));

  test('joins the veth pair of the hybrid chain and the one into the VM', () => {
    expect(cmp1.namespaces[ROOT]?.links['qvo5afb5e46-37']).toEqual({
      kind: 'veth',
      macAddress: 'f2:3b:61:57:0c:13',
      mtu: 1450,
      up: true,
      peer: 'qvb5afb5e46-37',
      addresses: [],
    });
    expect(cmp1.namespaces[ROOT]?.links['tap5afb5e46-37']).toMatchObject({ peer: 'eth0', peerNamespace: 'vm1' });
    expect(cmp1.namespaces['vm1']?.links['eth0']).toMatchObject({ peer: 'tap5afb5e46-37', peerNamespace: ROOT });
    expect(cmp1.namespaces[ROOT]?.links['qbr5afb5e46-37']).toMatchObject({ kind: 'bridge', ageingTime: 0 });
  });

  test('knows internal ports in their namespaces and leaves bridges their devices', () => {
    const router = Object.entries(net1.namespaces).find(([name]) => name.startsWith('qrouter-'))?.[1];
    expect(router?.links['qg-3b0f3779-10']).toMatchObject({
      kind: 'internal',
      addresses: ['203.0.113.159/24', '203.0.113.185/32', '203.0.113.183/32'],
    });
    expect(router?.routes).toContainEqual({
      destination: 'default',
      via: '203.0.113.1',
      dev: 'qg-3b0f3779-10',
      protocol: 'static',
      ipVersion: 4,
    });
    expect(router?.neighbours).toHaveLength(4);
    expect(net1.namespaces[ROOT]?.links['br-int']?.kind).toBe('other');
  });

  test('reads ports with their VLAN, the host that a tunnel leads to, and learned addresses', () => {
    expect(cmp1.bridges['br-int']?.ports['qvo5afb5e46-37']).toMatchObject({
      type: '',
      tag: 2,
      ofport: 2,
      externalIds: { 'iface-id': '5afb5e46-3713-4499-ac44-f56fc4bbcf9d', 'iface-status': 'active' },
      otherConfig: { net_uuid: '4432eab7-ab0a-4d7a-93f3-885da4b015ab', segmentation_id: '15578', tag: '2' },
    });
    expect(cmp1.bridges['br-tun']?.ports['vxlan-0a62000b']).toMatchObject({
      type: 'vxlan',
      options: { remote_ip: '10.98.0.11', local_ip: '10.98.0.21' },
    });
    expect(cmp1.bridges['br-int']?.failMode).toBe('secure');
    expect(cmp1.bridges['br-int']?.macTable).toContainEqual({
      port: 'qvo5afb5e46-37',
      vlan: 2,
      macAddress: 'fa:16:3e:5a:ba:7c',
      ageSeconds: 3,
    });
    expect(cmp1.bridges['br-int']?.flows).toContainEqual(
      expect.objectContaining({ table: 25, match: 'in_port="qvo5afb5e46-37",dl_src=fa:16:3e:5a:ba:7c' }),
    );
  });

  test('reads the files of each dnsmasq', () => {
    const daemon = net1.daemons['dnsmasq:4432eab7-ab0a-4d7a-93f3-885da4b015ab'];
    expect(daemon?.pid).toBe(287);
    expect(daemon?.files['/var/lib/neutron/dhcp/4432eab7-ab0a-4d7a-93f3-885da4b015ab/host']).toContain(
      'fa:16:3e:5a:ba:7c',
    );
  });
});

test('readFlow() refuses what is no flow', () => {
  expect(() => readFlow('ovs-ofctl: br-int is not a bridge')).toThrow('not a flow');
});
