import { ROOT } from '../host/host-state.ts';
import type { Port } from '../model/share.ts';
import { qvbName, tapName } from './device-names.ts';
import { type GroupRules, groupRules } from './group-rules.ts';
import { filteredPorts, type HostView, type VmPort } from './host-view.ts';
import { ipSets } from './ip-sets.ts';
import type { Piece } from './piece.ts';
import { OPENVSWI, portChain, portChains } from './port-chains.ts';
import { routerAdvertisers } from './router-advertisers.ts';
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
  const chains: Record<string, readonly string[]> = {};
  for (const { port } of filtered) {
    const stateful = isStateful(view, port);
    const routers = ethertype === 'IPv6' ? routerAdvertisers(view, port) : [];
    Object.assign(chains, portChains({ port, ethertype, stateful, rules, routers }));
  }
  return wrappedChains(OPENVSWI, {
    raw: { PREROUTING: filtered.flatMap((one) => zoneRules(view, one, isStateful(view, one.port))) },
    filter: { ...dispatch(filtered, open), ...chains },
  });
}

/** The jumps that lead a packet to the chains of its port. */
function dispatch(filtered: readonly VmPort[], open: readonly VmPort[]): OwnChains {
  const bridged = (direction: 'in' | 'out', id: string) =>
    `-m physdev --physdev-${direction} ${tapName(id)} --physdev-is-bridged`;
  return {
    FORWARD: [
      ...filtered.flatMap(({ id }) => [
        `${bridged('out', id)} -j ${OPENVSWI}-sg-chain`,
        `${bridged('in', id)} -j ${OPENVSWI}-sg-chain`,
      ]),
      ...open.flatMap(({ id }) => [
        `${bridged('out', id)} -m comment --comment "no port security" -j ACCEPT`,
        `${bridged('in', id)} -m comment --comment "no port security" -j ACCEPT`,
      ]),
    ],
    INPUT: [
      ...filtered.map(({ id }) => `${bridged('in', id)} -j ${OPENVSWI}-${portChain('o', id)}`),
      ...open.map(({ id }) => `${bridged('in', id)} -m comment --comment "no port security" -j ACCEPT`),
    ],
    'sg-chain': [
      ...filtered.flatMap(({ id }) => [
        `${bridged('out', id)} -j ${OPENVSWI}-${portChain('i', id)}`,
        `${bridged('in', id)} -j ${OPENVSWI}-${portChain('o', id)}`,
      ]),
      '-j ACCEPT',
    ],
    'sg-fallback': ['-m comment --comment "no rule matched" -j DROP'],
  };
}

/** Neutron tracks a port's connections in a zone of its own, or not at all where one of its groups is stateless. */
function zoneRules({ wiring }: HostView, { id }: VmPort, stateful: boolean): readonly string[] {
  const zone = wiring.conntrackZones[id];
  if (stateful && zone === undefined) return [];
  const target = stateful ? `CT --zone ${zone}` : 'CT --notrack';
  const comment = `-m comment --comment "port ${id}"`;
  return [
    `-m physdev --physdev-in ${qvbName(id)} ${comment} -j ${target}`,
    `-i ${qvbName(id)} ${comment} -j ${target}`,
    `-m physdev --physdev-in ${tapName(id)} ${comment} -j ${target}`,
  ];
}

function isStateful({ share }: HostView, port: Port): boolean {
  return port.securityGroupIds.every((id) => share.securityGroup[id]?.stateful !== false);
}
