import type { Link, Namespace } from '../host/host-state.ts';
import type { NetfilterPacket } from './iptables-match.ts';
import {
  arrived,
  elsewhere,
  type Journey,
  type Move,
  namespaceAt,
  type Received,
  stopped,
  type Traveller,
} from './journey.ts';
import { deviceLetter } from './letters.ts';
import { dropMove, enterHop, natHop, remembered, reversed } from './namespace-hops.ts';
import { type HookResult, passHook } from './nat.ts';
import type { ConnectionState, Packet } from './packet.ts';
import { lookUpRoute } from './routing.ts';
import { walkForward } from './walk-forward.ts';

/** Takes a packet through a namespace's IP stack: PREROUTING, then to itself or on by its routes. */
export function walkNamespace(journey: Journey, move: Received): readonly Move[] {
  const { host, device, traveller } = move;
  const namespace = namespaceAt(journey, host, move.namespace);
  const link = namespace?.links[device];
  if (namespace === undefined || link === undefined) return [];
  if (!isForLink(traveller.packet, link)) return [elsewhere(traveller)];
  const arriving = firstView(traveller.packet, journey.connection, device);
  const memory = remembered(journey, host, move.namespace, traveller.packet);
  const hook = passHook(namespace, 'PREROUTING', arriving, ownAddress(link, traveller.packet));
  const packet = memory === null ? hook.packet.packet : reversed(hook.packet.packet, memory, 'destination');
  const route = lookUpRoute(namespace, packet.ipDestination);
  const entered = enterHop(move, noted(traveller, hook), namespace, route, packet.ipDestination);
  if (hook.verdict === 'drop') return [dropMove(move, entered, hook)];
  const translated = natHop(move, entered, hook, memory, packet, route);
  const context = { ...hook.packet, packet };
  if (route.kind === 'local') return [walkInput(journey, move, namespace, translated, context)];
  return [walkForward(journey, move, namespace, translated, context, memory)];
}

/** How a packet looks to netfilter when it comes in by a device. */
export function firstView(packet: Packet, state: ConnectionState, inInterface: string | null): NetfilterPacket {
  return {
    packet,
    state,
    dnat: false,
    snat: false,
    mark: 0,
    connmark: 0,
    inInterface,
    outInterface: null,
    physdevIn: null,
    physdevOut: null,
  };
}

function noted(traveller: Traveller, hook: HookResult): Traveller {
  const assumptions = hook.traversals.flatMap((traversal) => traversal.assumptions);
  return { ...traveller, side: 'network', assumptions: [...traveller.assumptions, ...assumptions] };
}

function isForLink(packet: Packet, link: Link): boolean {
  const multicast = (Number.parseInt(packet.macDestination.slice(0, 2), 16) & 1) === 1;
  return multicast || link.macAddress === undefined || link.macAddress === packet.macDestination;
}

/** The device's first address of the packet's family. */
function ownAddress(link: Link, packet: Packet): string {
  const own = link.addresses.find((address) => address.includes(':') === (packet.ipVersion === 6));
  return own?.split('/')[0] ?? packet.ipDestination;
}

/** The packet is for the namespace itself. */
function walkInput(
  journey: Journey,
  move: Received,
  namespace: Namespace,
  traveller: Traveller,
  context: NetfilterPacket,
): Move {
  const { host, device } = move;
  const at = { letter: deviceLetter(move.namespace, device), host };
  const input = passHook(namespace, 'INPUT', context, context.packet.ipDestination);
  if (input.verdict === 'drop') return dropMove(move, traveller, input);
  const { to } = journey;
  const asked = traveller.hops[0]?.packet.ipDestination;
  if (to.kind === 'outside') {
    // The metadata address is redirected to the proxy in this namespace.
    if (context.dnat && asked === to.ipAddress) return arrived(traveller);
  } else {
    const isHere = Object.hasOwn(namespace.links, to.device) && to.host === host;
    if (isHere && (context.packet.ipDestination === to.ipAddress || asked === to.address)) return arrived(traveller);
    const floating = to.floatingIpAddress === context.packet.ipDestination;
    if (floating && !context.dnat) {
      const message = `${move.namespace} has ${context.packet.ipDestination} and keeps the packet: no rule translates it to ${to.ipAddress}`;
      return stopped(traveller, { letter: 'NAT', host }, 'FIP_NO_DNAT', message);
    }
  }
  return stopped(traveller, at, 'NOTHING_LISTENS', `${context.packet.ipDestination} is ${move.namespace} itself`);
}
