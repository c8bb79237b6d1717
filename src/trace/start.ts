import { ROOT } from '../host/host-state.ts';
import { isInCidr } from '../model/addresses.ts';
import type { Subnet } from '../model/share.ts';
import { askArp } from './arp.ts';
import {
  arrived,
  inNamespace,
  type Journey,
  type Move,
  namespaceAt,
  type Received,
  stopped,
  type Traveller,
  withEvidence,
  withHop,
} from './journey.ts';
import { ovsPortOf } from './l2-goal.ts';
import { deviceLetter } from './letters.ts';
import type { Endpoint } from './line.ts';
import { dropMove } from './namespace-hops.ts';
import { passHook } from './nat.ts';
import { holderOf, isExternalAddress, strangerMac } from './neighbour.ts';
import type { Packet } from './packet.ts';
import { physicalPorts } from './physical.ts';
import { reasons } from './reasons.ts';
import { lookUpRoute } from './routing.ts';
import { isServicePort, portOfAddress } from './trace-model.ts';
import { walkForward } from './walk-forward.ts';
import { firstView } from './walk-namespace.ts';

type PortEnd = Extract<Endpoint, { kind: 'port' }>;

/** The first moves of a packet from an end. */
export function startMoves(journey: Journey, from: Endpoint, packet: Packet): readonly Move[] {
  const traveller: Traveller = { packet, hops: [], side: 'compute', astray: false, translations: [], assumptions: [] };
  if (from.kind === 'outside') return startOutside(journey, traveller);
  const at = { letter: 'A', host: from.host };
  if (from.host === '') return [stopped(traveller, at, 'PORT_UNBOUND', `${from.name} is bound to no host`)];
  if (journey.states[from.host] === undefined) {
    return [stopped(traveller, at, 'HOST_NOT_OBSERVED', `nothing is known of ${from.host}`)];
  }
  return isServicePort(from.deviceOwner) ? startService(journey, from, traveller) : startVm(journey, from, traveller);
}

/** A VM resolves its next hop by its subnet: the destination itself, a host route's next hop, or the gateway. */
function startVm(journey: Journey, from: PortEnd, start: Traveller): readonly Move[] {
  const next = nextHopOfVm(journey, from, start.packet.ipDestination);
  const at = { letter: 'A', host: from.host };
  const hop = {
    letter: 'A',
    host: from.host,
    namespace: '',
    device: 'eth0',
    place: `vm ${from.name}`,
    because: '',
    evidence: [{ command: `openstack port show ${from.portId}`, text: `${from.macAddress} ${from.ipAddress}` }],
  };
  const { packet } = start;
  if (next === null) {
    const traveller = withHop(start, { ...hop, what: `${packet.ipSource} -> ${packet.ipDestination}` });
    const message = `${packet.ipDestination} is in another subnet, and the subnet of ${from.ipAddress} has no gateway`;
    return [stopped(traveller, at, 'NO_ROUTE', message)];
  }
  const macAddress = portOfAddress(journey.model, from.networkId, next.ipAddress)?.macAddress;
  const role = next.role === 'destination' ? 'to' : `to ${next.role} ${next.ipAddress} at`;
  const what = `${packet.ipSource} -> ${packet.ipDestination}, ${role} ${macAddress ?? 'an unknown MAC'}`;
  const traveller = withHop(start, { ...hop, what }, { ...packet, macDestination: macAddress ?? strangerMac });
  if (macAddress === undefined && next.known && !isExternalAddress(journey, next.ipAddress)) {
    return [stopped(traveller, at, 'ARP_UNANSWERED', `no port of the network has ${next.ipAddress}`)];
  }
  if (namespaceAt(journey, from.host, ROOT)?.links[from.device] === undefined) {
    const message = `${from.host} has no device ${from.device}`;
    return [stopped(traveller, { letter: 'B', host: from.host }, 'PORT_NOT_WIRED', message)];
  }
  const wired: Received = { kind: 'received', host: from.host, namespace: ROOT, device: from.device, traveller };
  return packet.ipVersion === 4 && macAddress !== undefined
    ? resolved(journey, from, next.ipAddress, macAddress, wired)
    : [wired];
}

/** The same packet, after the ARP request that a VM sends before it: with who answered, or with the request's death. */
function resolved(
  journey: Journey,
  from: PortEnd,
  ipTarget: string,
  macAddress: string,
  wired: Received,
): readonly Move[] {
  const port = ovsPortOf(journey.states[from.host], 'br-int', { id: from.portId, deviceOwner: from.deviceOwner });
  if (port === undefined) return [wired];
  const { traveller } = wired;
  const request = { ...addressesOf(from), host: from.host, bridge: 'br-int', port, ipTarget };
  const answer = askArp(journey, request, 'compute');
  if (answer.kind === 'unknown') return [wired];
  if (answer.kind === 'dies') {
    const { letter, host, code } = answer;
    const stop = { letter, host, code, message: `ARP for ${ipTarget}: ${answer.message}`, mend: reasons[code].mend };
    return [wired, { kind: 'end', traveller, outcome: { kind: 'unresolved', stop } }];
  }
  if (answer.macAddress !== macAddress) {
    const message = `ARP for ${ipTarget} is answered by ${answer.by} with ${answer.macAddress}, not with ${macAddress}`;
    return [stopped(traveller, { letter: 'A', host: from.host }, 'ARP_WRONG_ANSWER', message)];
  }
  const command = `ip neigh show ${ipTarget}   # in the VM`;
  const shown = withEvidence(
    traveller,
    [{ command, text: `${macAddress}, answered by ${answer.by}` }],
    traveller.packet,
  );
  return [{ ...wired, traveller: shown }];
}

function addressesOf(from: PortEnd): { readonly macSource: string; readonly ipSource: string } {
  return { macSource: from.macAddress, ipSource: from.ipAddress };
}

function nextHopOfVm(
  journey: Journey,
  from: PortEnd,
  destination: string,
): {
  readonly ipAddress: string;
  readonly role: 'destination' | 'next hop' | 'gateway';
  readonly known: boolean;
} | null {
  const subnet: Subnet | undefined = journey.model.subnets.find(
    (candidate) => candidate.networkId === from.networkId && isInCidr(from.ipAddress, candidate.cidr),
  );
  // Without its subnet nothing says who its neighbours are.
  if (subnet === undefined) return { ipAddress: destination, role: 'destination', known: false };
  if (isInCidr(destination, subnet.cidr)) return { ipAddress: destination, role: 'destination', known: true };
  const hostRoute = subnet.hostRoutes
    .filter((route) => isInCidr(destination, route.destination))
    .toSorted((one, other) => prefixLength(other.destination) - prefixLength(one.destination))[0];
  if (hostRoute !== undefined) return { ipAddress: hostRoute.nexthop, role: 'next hop', known: true };
  return subnet.gatewayIp === null ? null : { ipAddress: subnet.gatewayIp, role: 'gateway', known: true };
}

function prefixLength(cidr: string): number {
  return Number(cidr.split('/')[1]);
}

/** A port that is a device of a namespace sends by that namespace's own routes. */
function startService(journey: Journey, from: PortEnd, start: Traveller): readonly Move[] {
  const held = Object.entries(journey.states[from.host]?.namespaces ?? {}).find(
    ([name, namespace]) => name !== ROOT && Object.hasOwn(namespace.links, from.device),
  );
  const at = { letter: deviceLetter(held?.[0] ?? '', from.device), host: from.host };
  if (held === undefined)
    return [stopped(start, at, 'PORT_NOT_WIRED', `no namespace of ${from.host} has ${from.device}`)];
  const [name, namespace] = held;
  const traveller = withHop(
    { ...start, side: 'network' },
    {
      letter: at.letter,
      host: from.host,
      namespace: name,
      device: from.device,
      place: name,
      what: `sends ${start.packet.ipSource} -> ${start.packet.ipDestination}`,
      because: '',
      evidence: [{ command: inNamespace(name, `ip addr show ${from.device}`), text: from.ipAddress }],
    },
  );
  const here = { host: from.host, namespace: name, device: from.device };
  const output = passHook(namespace, 'OUTPUT', firstView(traveller.packet, journey.connection, null), '');
  if (output.verdict === 'drop') return [dropMove(here, traveller, output)];
  const { to } = journey;
  const isOwn = to.kind === 'port' && to.host === from.host && Object.hasOwn(namespace.links, to.device);
  if (isOwn && lookUpRoute(namespace, output.packet.packet.ipDestination).kind === 'local') return [arrived(traveller)];
  return [walkForward(journey, here, namespace, traveller, output.packet, null)];
}

/** Someone outside asks by ARP who has the address; the packet comes in by the NIC of the host that answers. */
function startOutside(journey: Journey, start: Traveller): readonly Move[] {
  const { packet } = start;
  const { to } = journey;
  const found = holderOf(journey, packet.ipDestination);
  // What answers inside a tenant's network does not answer out here, whatever its address.
  const holder =
    found?.device.startsWith('qg-') === true || isExternalAddress(journey, packet.ipDestination) ? found : undefined;
  const direct =
    to.kind === 'port' && packet.ipDestination === to.ipAddress && isExternalAddress(journey, packet.ipDestination);
  const answer = holder ?? (direct ? { host: null, macAddress: to.macAddress } : undefined);
  const ports = physicalPorts(journey.states);
  if (answer === undefined || ports.length === 0) return [unanswered(journey, start, ports[0]?.host ?? '')];
  const traveller: Traveller = { ...start, side: 'network', packet: { ...packet, macDestination: answer.macAddress } };
  const entries = ports.filter((port) => answer.host === null || port.host === answer.host);
  return entries.map(({ host, bridge, port }) => ({ kind: 'switched', host, bridge, port, traveller }));
}

function unanswered(journey: Journey, traveller: Traveller, host: string): Move {
  const { to } = journey;
  const { ipDestination } = traveller.packet;
  if (to.kind === 'port' && to.floatingIpAddress === null && !isExternalAddress(journey, ipDestination)) {
    const message = `${to.name} has the fixed IP ${to.ipAddress} and no floating IP`;
    const mend = `openstack floating ip create --port ${to.portId} NETWORK`;
    return stopped(traveller, { letter: 'Q', host }, 'FIP_NOT_ASSOCIATED', message, { mend });
  }
  const floating = to.kind === 'port' && to.floatingIpAddress === ipDestination;
  const message = `no device of a router holds ${ipDestination}`;
  return stopped(traveller, { letter: 'N', host }, floating ? 'FIP_NO_ADDRESS' : 'ARP_UNANSWERED', message);
}
