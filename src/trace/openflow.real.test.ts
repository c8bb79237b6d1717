import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DummyOvs } from '../../test/neutron-21/dummy-ovs.ts';
import { observedStates } from '../../test/neutron-21/observed.ts';
import type { HostState } from '../host/host-state.ts';
import { splitOutsideBrackets } from '../host/split-text.ts';
import { parseAddress } from '../model/addresses.ts';
import { type Fields, parseMac } from './fields.ts';
import { runPipeline } from './openflow.ts';

const states = observedStates();

interface Probe {
  readonly bridge: string;
  readonly port: string;
  /** As `ofproto/trace` reads it. */
  readonly text: string;
  readonly fields: Fields;
}

const macs = [
  'fa:16:3e:5a:ba:7c',
  'fa:16:3e:85:43:5b',
  'fa:16:3e:2d:2d:62',
  'fa:16:3e:db:8b:1c',
  'fa:16:3e:00:00:aa',
  'fa:16:3e:6e:48:55',
  'fa:16:3e:b3:c7:91',
  'fa:16:3e:57:82:c8',
  'fa:16:3e:33:de:e9',
  '02:00:00:00:00:01',
];
const multicasts = ['ff:ff:ff:ff:ff:ff', '33:33:00:00:00:01', '01:80:c2:00:00:02'];
const addresses = [
  '10.0.0.69',
  '10.0.0.134',
  '10.0.0.42',
  '10.0.0.45',
  '10.0.0.200',
  '10.0.0.1',
  '10.0.9.103',
  '8.8.8.8',
];
const targets = ['fe80::f816:3eff:fe5a:ba7c', 'fe80::f816:3eff:fe2d:2d62', 'fe80::f816:3eff:fe00:aa', 'fe80::1'];

function probes(state: HostState): fc.Arbitrary<Probe> {
  const ports = Object.entries(state.bridges).flatMap(([bridge, { ports: all }]) =>
    Object.entries(all).flatMap(([port, { type }]) =>
      type === 'patch' ? [] : [{ bridge, port, tunnel: type === 'vxlan' }],
    ),
  );
  return fc
    .record({
      at: fc.constantFrom(...ports),
      source: fc.constantFrom(...macs),
      destination: fc.oneof(fc.constantFrom(...macs), fc.constantFrom(...multicasts)),
      vlan: fc.oneof(
        { weight: 4, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.constantFrom(1, 2, 3, 7, 4095) },
      ),
      vni: fc.constantFrom(15578, 2007, 5),
      kind: fc.constantFrom('arp', 'icmp', 'tcp', 'icmp6'),
      from: fc.constantFrom(...addresses),
      to: fc.constantFrom(...addresses),
      target: fc.constantFrom(...targets),
      icmpType: fc.constantFrom(135, 136),
    })
    .map(({ at, source, destination, vlan, vni, kind, from, to, target, icmpType }) => {
      const ends = { eth_src: mac(source), eth_dst: mac(destination) };
      const tag = { vlan_tci: vlan === null ? 0n : BigInt(vlan | 0x1000) };
      const tunnel: Fields = at.tunnel ? { tun_id: BigInt(vni) } : {};
      const body = bodyOf(kind, source, from, to, target, icmpType);
      const text = [
        `in_port="${at.port}"`,
        `dl_src=${source}`,
        `dl_dst=${destination}`,
        ...(vlan === null ? [] : [`dl_vlan=${vlan}`]),
        ...(at.tunnel ? [`tun_id=${vni}`] : []),
        body.text,
      ].join(',');
      return { bridge: at.bridge, port: at.port, text, fields: { ...ends, ...tag, ...tunnel, ...body.fields } };
    });
}

function bodyOf(
  kind: string,
  source: string,
  from: string,
  to: string,
  target: string,
  icmpType: number,
): Pick<Probe, 'text' | 'fields'> {
  switch (kind) {
    case 'arp':
      return {
        text: `arp,arp_op=1,arp_spa=${from},arp_tpa=${to},arp_sha=${source}`,
        fields: { eth_type: 0x806n, arp_op: 1n, arp_spa: ip(from), arp_tpa: ip(to), arp_sha: mac(source) },
      };
    case 'icmp6':
      return {
        text: `icmp6,ipv6_src=fe80::9,ipv6_dst=fe80::8,icmpv6_type=${icmpType},icmpv6_code=0,nd_target=${target}`,
        fields: { eth_type: 0x86ddn, nw_proto: 58n, tp_src: BigInt(icmpType), nd_target: ip(target) },
      };
    case 'tcp':
      return {
        text: `tcp,nw_src=${from},nw_dst=${to},tp_src=1,tp_dst=2`,
        fields: { eth_type: 0x800n, nw_proto: 6n, nw_src: ip(from), nw_dst: ip(to), tp_src: 1n, tp_dst: 2n },
      };
    default:
      return {
        text: `icmp,nw_src=${from},nw_dst=${to},icmp_type=8,icmp_code=0`,
        fields: { eth_type: 0x800n, nw_proto: 1n, nw_src: ip(from), nw_dst: ip(to), tp_src: 8n },
      };
  }
}

const mac = (text: string) => parseMac(text) ?? 0n;
const ip = (text: string) => parseAddress(text)?.value ?? 0n;

/** Where our pipelines put a frame, over patches too, as `port vlan`. */
function ours(state: HostState, bridge: string, port: string, fields: Fields): readonly string[] {
  const pipeline = state.bridges[bridge];
  if (pipeline === undefined) return [];
  return runPipeline(pipeline, bridge, port, fields).outputs.flatMap((output) => {
    const out = pipeline.ports[output.port];
    if (out?.type !== 'patch') return [`${output.port} ${vlanText(output.fields)}`];
    const peer = out.options['peer'] ?? '';
    const next = Object.keys(state.bridges).find((name) => Object.hasOwn(state.bridges[name]?.ports ?? {}, peer)) ?? '';
    return ours(state, next, peer, withoutMetadata(output.fields));
  });
}

/** A patch port takes headers along, registers and tunnel metadata not. */
function withoutMetadata(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([name]) => !/^(reg\d+|tun_id|metadata|conj_id)$/.test(name)),
  );
}

function vlanText(fields: Fields): string {
  const tci = Number(fields['vlan_tci'] ?? 0n);
  return (tci & 0x1000) === 0 ? 'untagged' : String(tci & 0xfff);
}

/** Where Open vSwitch puts it, from the datapath actions that `ofproto/trace` prints. */
function theirs(trace: string, start: string, ports: ReadonlyMap<string, string>): readonly string[] {
  let vlan = start;
  const actions = /^Datapath actions: (.*)$/m.exec(trace)?.[1] ?? '';
  return splitOutsideBrackets(actions, ',').flatMap((action) => {
    const pushed = /^push_vlan\((?:tpid=\w+,)?vid=(\d+)/.exec(action)?.[1];
    if (pushed !== undefined) vlan = pushed;
    else if (action === 'pop_vlan') vlan = 'untagged';
    else if (/^\d+$/.test(action)) return [`${ports.get(action) ?? action} ${vlan}`];
    return [];
  });
}

const unique = (texts: readonly string[]) => [...new Set(texts)].toSorted();

test.each(Object.keys(states))(
  'runPipeline() puts random packets where Open vSwitch does, with the flows of %s',
  async (host) => {
    const state = states[host];
    if (state === undefined) throw new Error(`no state of ${host}`);
    await using ovs = await DummyOvs.start();
    await ovs.makeBridges(state.bridges);
    const ports = await ovs.datapathPorts();
    let outputs = 0;
    await fc.assert(
      fc.asyncProperty(probes(state), async (probe) => {
        const trace = await ovs.control('ofproto/trace', [probe.bridge, probe.text]);
        const expected = unique(theirs(trace, vlanText(probe.fields), ports));
        outputs += expected.length;
        expect(unique(ours(state, probe.bridge, probe.port, probe.fields)), trace).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
    expect(outputs).toBeGreaterThan(200);
  },
);
