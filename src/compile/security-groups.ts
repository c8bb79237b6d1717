import { ROOT } from '../host/host-state.ts';
import type { Port } from '../model/share.ts';
import { tapName } from './device-names.ts';
import { type GroupRules, groupRules } from './group-rules.ts';
import { type FilteredPort, filteredPorts, type HostView, type VmPort } from './host-view.ts';
import { ipSets } from './ip-sets.ts';
import type { Piece } from './piece.ts';
import { OPENVSWI, portChain, portChains } from './port-chains.ts';
import { portTree } from './port-tree.ts';
import { hasIpv6, routerAdvertisers } from './router-advertisers.ts';
import { type OwnChains, wrappedChains } from './wrapped-chains.ts';

/** The rules of Neutron's `iptables_hybrid` firewall in the host's own namespace: what passes between tap and qbr of each port. */
export function securityGroups(view: HostView): readonly Piece[] {
  const rules = groupRules(view.share);
  const sysctls: Record<string, string> =
    view.vmPorts.length === 0
      ? {}
      : {
          'net.bridge.bridge-nf-call-arptables': '1',
          'net.bridge.bridge-nf-call-iptables': '1',
          'net.bridge.bridge-nf-call-ip6tables': '1',
        };
  return [
    {
      namespaces: {
        [ROOT]: { sysctls, ipv4: rulesetOf(view, rules, 'IPv4'), ipv6: rulesetOf(view, rules, 'IPv6') },
      },
    },
    ipSets(view),
  ];
}

function rulesetOf(view: HostView, rules: GroupRules, ethertype: 'IPv4' | 'IPv6') {
  const filtered = filteredPorts(view);
  const open = view.vmPorts.filter(({ port }) => port !== undefined && !port.portSecurityEnabled);
  const networkIds = new Set(filtered.map(({ port }) => port.networkId));
  const advertisers = new Map([...networkIds].map((id) => [id, routerAdvertisers(view, id)]));
  const chains: Record<string, readonly string[]> = {};
  for (const { port } of filtered) {
    const stateful = isStateful(view, port);
    const routers = ethertype === 'IPv6' && hasIpv6(port) ? (advertisers.get(port.networkId) ?? []) : [];
    Object.assign(chains, portChains({ port, ethertype, stateful, rules, routers }));
  }
  return wrappedChains(OPENVSWI, {
    raw: zoneChains(view, filtered),
    filter: { ...dispatch(filtered, open), ...chains },
  });
}

/** The jumps that lead a packet to the chains of its port. RETURN from those lets it pass. */
function dispatch(filtered: readonly VmPort[], open: readonly VmPort[]): OwnChains {
  const bridged = (direction: 'in' | 'out', id: string) =>
    `-m physdev --physdev-${direction} ${tapName(id)} --physdev-is-bridged`;
  const isOpen = new Set(open.map(({ id }) => id));
  const allIds = [...filtered, ...open].map(({ id }) => id).sort();
  return {
    FORWARD: allIds.length === 0 ? [] : [`-i qbr+ -j ${OPENVSWI}-sg-chain`],
    INPUT: [
      ...filtered.map(({ id }) => `${bridged('in', id)} -j ${OPENVSWI}-${portChain('o', id)}`),
      ...open.map(({ id }) => `${bridged('in', id)} -m comment --comment "no port security" -j ACCEPT`),
    ],
    ...portTree({
      root: 'sg-chain',
      branch: 'sg',
      agent: OPENVSWI,
      portIds: allIds,
      entry: (id) =>
        isOpen.has(id) ? '-m comment --comment "no port security" -j ACCEPT' : `-g ${OPENVSWI}-${portChain('p', id)}`,
    }),
    ...Object.fromEntries(
      filtered.map(({ id }) => [
        portChain('p', id),
        [
          `${bridged('out', id)} -j ${OPENVSWI}-${portChain('i', id)}`,
          `${bridged('in', id)} -j ${OPENVSWI}-${portChain('o', id)}`,
          '-j ACCEPT',
        ],
      ]),
    ),
    'sg-fallback': ['-m comment --comment "no rule matched" -j DROP'],
  };
}

/** Neutron tracks a port's connections in a zone of its own, or not at all where one of its groups is stateless. */
function zoneChains(view: HostView, filtered: readonly FilteredPort[]): OwnChains {
  const { conntrackZones } = view.wiring;
  const targets = new Map<string, string>();
  for (const { id, port } of filtered) {
    const zone = conntrackZones[id];
    if (!isStateful(view, port)) targets.set(id, 'CT --notrack');
    else if (zone !== undefined) targets.set(id, `CT --zone ${zone}`);
  }
  if (targets.size === 0) return { PREROUTING: [] };
  return {
    PREROUTING: [`-i qbr+ -j ${OPENVSWI}-ct-chain`],
    ...portTree({
      root: 'ct-chain',
      branch: 'ct',
      agent: OPENVSWI,
      portIds: [...targets.keys()].sort(),
      entry: (id) => `-m comment --comment "port ${id}" -j ${targets.get(id)}`,
    }),
  };
}

function isStateful({ share }: HostView, port: Port): boolean {
  return port.securityGroupIds.every((id) => share.securityGroup[id]?.stateful !== false);
}
