import type { Namespace } from '../host/host-state.ts';
import type { NetfilterPacket } from './iptables-match.ts';
import {
  inNamespace,
  type Journey,
  type Move,
  stopped,
  type TranslatedAt,
  type Traveller,
  withHop,
} from './journey.ts';
import { deviceLetter } from './letters.ts';
import { dropMove, natHop, reversed } from './namespace-hops.ts';
import { passHook } from './nat.ts';
import { findNeighbour, isExternalAddress, strangerMac } from './neighbour.ts';
import { lookUpRoute, type RouteDecision } from './routing.ts';

interface Here {
  readonly host: string;
  readonly namespace: string;
  readonly device: string;
}

type Forward = Extract<RouteDecision, { kind: 'forward' }>;

/** Routes a packet on: FORWARD for one that came in (`device` is where), POSTROUTING, then the next hop's MAC. */
export function walkForward(
  journey: Journey,
  here: Here,
  namespace: Namespace,
  traveller: Traveller,
  context: NetfilterPacket,
  memory: TranslatedAt | null,
): Move {
  const at = { letter: deviceLetter(here.namespace, here.device), host: here.host };
  const route = lookUpRoute(namespace, context.packet.ipDestination);
  if (route.kind !== 'forward') {
    const message = `${here.namespace} has no route to ${context.packet.ipDestination}`;
    return stopped(traveller, at, 'NO_ROUTE', message);
  }
  if (leadsOut(journey, route.device, context.packet.ipDestination)) {
    const message = `${here.namespace} has no interface on the network of ${context.packet.ipDestination}, and its route ${route.text} leads outside`;
    const mend = 'openstack router add subnet ROUTER SUBNET';
    return stopped(traveller, at, 'NO_ROUTE', message, { mend });
  }
  const forwards = context.inInterface !== null;
  if (forwards && !mayForward(namespace, context.packet.ipVersion)) {
    const mend = inNamespace(here.namespace, `sysctl -w ${forwardingKey(context.packet.ipVersion)}=1`);
    return stopped(traveller, at, 'FORWARDING_OFF', `${here.namespace} does not forward`, { mend });
  }
  const leaving = { ...context, outInterface: route.device };
  const filter = forwards ? passHook(namespace, 'FORWARD', leaving, '') : null;
  if (filter?.verdict === 'drop') return dropMove(here, traveller, filter);
  const post = passHook(
    namespace,
    'POSTROUTING',
    filter?.packet ?? leaving,
    ownAddress(namespace, route.device, context),
  );
  if (post.verdict === 'drop') return dropMove(here, traveller, post);
  const packet = memory === null ? post.packet.packet : reversed(post.packet.packet, memory, 'source');
  const translated = natHop({ ...here, device: route.device }, traveller, post, memory, packet);
  if (lacksSnat(journey, here, route.device, packet.ipSource)) {
    const message = `${packet.ipSource} leaves by ${route.device} as it is: no rule translates it`;
    return stopped(translated, { letter: 'NAT', host: here.host }, 'SNAT_MISSING', message);
  }
  return sendOn(journey, here, namespace, remember(here, traveller, translated), route);
}

/** Whether a route leads to an external network for an address that a tenant's port has. */
function leadsOut(journey: Journey, device: string, destination: string): boolean {
  const { to } = journey;
  const external = device.startsWith('qg-') && to.kind === 'port' && to.ipAddress === destination;
  return external && !isExternalAddress(journey, destination);
}

/** Whether a router that should translate lets a tenant's address out. Its model says whether it should. */
function lacksSnat(journey: Journey, here: Here, device: string, source: string): boolean {
  const router = journey.model.routers.find((candidate) => here.namespace === `qrouter-${candidate.id}`);
  return device.startsWith('qg-') && router?.enableSnat === true && !isExternalAddress(journey, source);
}

/** A connection's translation is one, though its two halves happen at different hooks. */
function remember(here: Here, before: Traveller, after: Traveller): Traveller {
  const entered = before.hops.findLast(
    (hop) => hop.host === here.host && hop.namespace === here.namespace && hop.letter !== '',
  );
  const first = entered?.packet ?? before.packet;
  const changed = first.ipSource !== after.packet.ipSource || first.ipDestination !== after.packet.ipDestination;
  if (!changed) return after;
  const entry = { host: here.host, namespace: here.namespace, before: first, after: after.packet };
  return { ...after, translations: [...after.translations, entry] };
}

function sendOn(journey: Journey, here: Here, namespace: Namespace, traveller: Traveller, route: Forward): Move {
  const { packet } = traveller;
  const link = namespace.links[route.device];
  const letter = deviceLetter(here.namespace, route.device);
  const neighbour = findNeighbour(journey, here.host, here.namespace, route.device, route.nextHop);
  if (neighbour.kind === 'nobody') {
    const message = `no port has ${route.nextHop}, so nobody answers ARP on ${route.device}`;
    const mend = `openstack port list --fixed-ip ip-address=${route.nextHop}`;
    return stopped(traveller, { letter, host: here.host }, 'NO_NEIGHBOUR', message, { mend });
  }
  const macDestination = neighbour.kind === 'known' ? neighbour.macAddress : strangerMac;
  const sent = {
    ...packet,
    macSource: link?.macAddress ?? packet.macSource,
    macDestination,
    ttl: packet.ttl - 1,
    vlan: null,
  };
  const whose = neighbour.kind === 'known' ? macDestination : 'the MAC that it answers with';
  const hop = {
    letter,
    host: here.host,
    namespace: here.namespace,
    device: route.device,
    place: here.namespace,
    what: `to ${route.nextHop} at ${whose}`,
    because: neighbour.kind === 'known' ? neighbour.from : 'outside',
    evidence: [
      { command: inNamespace(here.namespace, `ip route get ${packet.ipDestination}`), text: route.text },
      { command: inNamespace(here.namespace, `ip neigh show ${route.nextHop}`), text: macDestination },
    ],
  };
  const assumptions =
    neighbour.kind === 'outside'
      ? [...traveller.assumptions, `${route.nextHop} is outside and answers ARP`]
      : traveller.assumptions;
  return {
    kind: 'sent',
    host: here.host,
    namespace: here.namespace,
    device: route.device,
    traveller: withHop({ ...traveller, assumptions }, hop, sent),
  };
}

function forwardingKey(version: 4 | 6): string {
  return version === 4 ? 'net.ipv4.ip_forward' : 'net.ipv6.conf.all.forwarding';
}

function mayForward(namespace: Namespace, version: 4 | 6): boolean {
  return namespace.sysctls[forwardingKey(version)] !== '0';
}

function ownAddress(namespace: Namespace, device: string, context: NetfilterPacket): string {
  const addresses = namespace.links[device]?.addresses ?? [];
  const own = addresses.find((address) => address.includes(':') === (context.packet.ipVersion === 6));
  return own?.split('/')[0] ?? context.packet.ipSource;
}
