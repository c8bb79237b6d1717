import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryHost, HERE } from '../../test/support/arbitrary-share.ts';
import { wiringOf } from '../../test/support/arbitrary-wiring.ts';
import type { HostState } from '../host/host-state.ts';
import { emptyShare, type Share } from '../model/share.ts';
import { allocate } from './allocate.ts';
import { attachedPorts } from './attached-ports.ts';
import { compile } from './compile.ts';

const nothing: HostState = { namespaces: {}, bridges: {}, daemons: {} };

function networks(...ids: readonly string[]): Share {
  const network = {
    name: '',
    projectId: '',
    networkType: 'vxlan' as const,
    physicalNetwork: null,
    segmentationId: 1,
    mtu: 1450,
    external: false,
    adminStateUp: true,
  };
  return { ...emptyShare, network: Object.fromEntries(ids.map((id) => [id, { ...network, id }])) };
}

function hostWith(vlans: Readonly<Record<string, number>>, tag?: number): HostState {
  const ports = Object.entries(vlans).map(([id, vlan], index) => [
    `qvo${index}`,
    {
      type: '' as const,
      tag: tag ?? vlan,
      options: {},
      externalIds: {},
      otherConfig: { net_uuid: id, tag: String(vlan) },
    },
  ]);
  return { ...nothing, bridges: { 'br-int': { ports: Object.fromEntries(ports), flows: [] } } };
}

describe('allocate()', () => {
  test('gives the lowest free VLANs in the order of ids', () => {
    expect(allocate(networks('c', 'a', 'b'), nothing).localVlans).toEqual({ a: 1, b: 2, c: 3 });
  });

  test('keeps what it gave before, then what the host shows', () => {
    const previous = { localVlans: { c: 9 }, conntrackZones: {} };
    expect(allocate(networks('a', 'b', 'c'), hostWith({ b: 5, c: 6 }), previous).localVlans).toEqual({
      a: 1,
      b: 5,
      c: 9,
    });
  });

  test('frees the number of a network that is gone, but not while the host still uses it', () => {
    expect(allocate(networks('new'), hostWith({ gone: 1 })).localVlans).toEqual({ new: 2 });
    expect(allocate(networks('new'), nothing).localVlans).toEqual({ new: 1 });
  });

  test('does not believe the record of a port in the dead VLAN', () => {
    expect(allocate(networks('a'), hostWith({ a: 5 }, 4095)).localVlans).toEqual({ a: 1 });
  });

  test('gives no number twice when the host shows one for two networks', () => {
    const { localVlans } = allocate(networks('a', 'b'), hostWith({ a: 5, b: 5 }));
    expect(localVlans).toEqual({ a: 5, b: 1 });
  });

  test('leaves networks without a VLAN when all 4094 are given', () => {
    const ids = Array.from({ length: 4100 }, (_, index) => `n${String(index).padStart(4, '0')}`);
    const given = Object.values(allocate(networks(...ids), nothing).localVlans);
    expect([given.length, new Set(given).size, Math.max(...given)]).toEqual([4094, 4094, 4094]);
  });

  test('reads back from a host every number that stands on it, so that an agent needs no memory', () => {
    fc.assert(
      fc.property(arbitraryHost, (host) => {
        const wiring = wiringOf(host);
        const state = compile(host.share, wiring);
        const again = allocate(host.share, state, undefined, HERE);
        for (const { tag, otherConfig } of Object.values(state.bridges['br-int']?.ports ?? {})) {
          const id = otherConfig['net_uuid'];
          if (id !== undefined) expect(again.localVlans[id]).toBe(tag);
        }
        expect(compile(host.share, { ...wiring, ...again }).namespaces['']?.ipv4.raw).toEqual(
          state.namespaces['']?.ipv4.raw,
        );
      }),
      { numRuns: 30 },
    );
  });
});

describe('attachedPorts()', () => {
  test('finds what os-vif made and leaves out what Tapline made', () => {
    const made = { options: {}, otherConfig: {} };
    const ports = {
      'qvo-by-os-vif': { ...made, type: '' as const, externalIds: { 'iface-id': 'p1' } },
      'qvo-of-ours': { ...made, type: '' as const, externalIds: { 'iface-id': 'p2', tapline: 'true' } },
      'qr-of-neutron': { ...made, type: 'internal' as const, externalIds: { 'iface-id': 'p3' } },
      'patch-tun': { ...made, type: 'patch' as const, externalIds: {} },
    };
    expect(attachedPorts({ ...nothing, bridges: { 'br-int': { ports, flows: [] } } })).toEqual({ p1: 'qvo-by-os-vif' });
  });
});
