import type { HostState } from '../host/host-state.ts';
import { ipVersionOf } from '../model/addresses.ts';
import type { Journey, Move, Outcome, TranslatedAt, Traveller } from './journey.ts';
import type { Endpoint, Line, Stop } from './line.ts';
import { strangerMac } from './neighbour.ts';
import { echoTypes, ephemeralPort, hasPorts, type Packet, type Protocol } from './packet.ts';
import { reasons } from './reasons.ts';
import { startMoves } from './start.ts';
import type { TraceModel } from './trace-model.ts';
import { walkLink } from './walk-link.ts';
import { walkPort } from './walk-port.ts';
import { walkReceived } from './walk-received.ts';
import { walkSwitch } from './walk-switch.ts';

/** What is asked: a packet from one end to another. */
export interface Question {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly protocol: Protocol;
  /** For TCP and UDP. */
  readonly destinationPort?: number;
  readonly sourcePort?: number;
  /** Length of the IP packet; 84 is what `ping` sends. */
  readonly bytes?: number;
  readonly model: TraceModel;
}

/** A hop list longer than this is a loop: the longest honest line has fewer than 60. */
const maxHops = 120;
const maxMoves = 20_000;

/**
 * Follows the first packet of a connection over the states of hosts and tells its line.
 *
 * Pure: the same states, desired or observed, give the same line. Copies of a flooded packet are all followed; the line is the
 * one that arrives, else the one that dies where it should have gone on.
 */
export function walk(states: Readonly<Record<string, HostState>>, question: Question): Line {
  return walkBoth(states, question).line;
}

/** The line of a packet and, when that arrives, the line of its answer, which conntrack knows as ESTABLISHED. */
export function walkWithReply(
  states: Readonly<Record<string, HostState>>,
  question: Question,
): { readonly line: Line; readonly reply: Line | null } {
  const { line, translations } = walkBoth(states, question);
  const end = line.hops.at(-1);
  // A packet that was redirected, as for metadata, is answered by a process of the namespace that took it.
  const redirected = question.to.kind === 'outside' && end?.letter === '' && end.namespace !== '';
  if (line.verdict === 'stops' || redirected) return { line, reply: null };
  const last = end?.packet ?? line.packet;
  const packet = answering(last, question.to);
  const journey: Journey = {
    states,
    model: question.model,
    to: question.from,
    connection: 'ESTABLISHED',
    remembered: translations,
  };
  return { line, reply: follow(journey, question.to, packet).line };
}

interface Followed {
  readonly line: Line;
  readonly translations: readonly TranslatedAt[];
}

function walkBoth(states: Readonly<Record<string, HostState>>, question: Question): Followed {
  const journey: Journey = { states, model: question.model, to: question.to, connection: 'NEW', remembered: [] };
  return follow(journey, question.from, firstPacket(question));
}

function follow(journey: Journey, from: Endpoint, packet: Packet): Followed {
  const moves: Move[] = [...startMoves(journey, from, packet)];
  const ends: { traveller: Traveller; outcome: Outcome }[] = [];
  for (let count = 0; moves.length > 0 && count < maxMoves; count += 1) {
    const move = moves.pop();
    if (move === undefined) break;
    if (move.kind === 'end') ends.push(move);
    else if (move.traveller.hops.length > maxHops) ends.push(circle(move.traveller));
    else moves.push(...step(journey, move));
  }
  const unresolved = ends.flatMap(({ outcome }) => (outcome.kind === 'unresolved' ? [outcome.stop] : []))[0];
  const best = ends
    .filter(({ outcome }) => outcome.kind !== 'unresolved')
    .toSorted((one, other) => rank(other) - rank(one))[0];
  const traveller: Traveller = best?.traveller ?? unmoved(packet);
  const { translations } = traveller;
  if (best?.outcome.kind === 'arrives' && unresolved !== undefined) {
    return { line: lineOf(journey, from, packet, cutAt(traveller, unresolved), unresolved), translations };
  }
  const stop = best === undefined || best.outcome.kind === 'elsewhere' ? lost(traveller) : stopOf(best.outcome);
  return { line: lineOf(journey, from, packet, traveller, stop), translations };
}

function unmoved(packet: Packet): Traveller {
  return { packet, hops: [], side: 'compute', astray: false, translations: [], assumptions: [] };
}

/** The way up to where something stopped; the first hop alone, where it was not on the way. */
function cutAt(traveller: Traveller, stop: Stop): Traveller {
  const index = traveller.hops.findIndex((hop) => hop.letter === stop.letter && hop.host === stop.host);
  return { ...traveller, hops: traveller.hops.slice(0, Math.max(index, 0) + 1) };
}

function step(journey: Journey, move: Exclude<Move, { kind: 'end' }>): readonly Move[] {
  switch (move.kind) {
    case 'received':
      return walkReceived(journey, move);
    case 'sent':
      return walkLink(journey, move);
    case 'switched':
      return walkSwitch(journey, move);
    case 'switchedOut':
      return walkPort(journey, move);
  }
}

function circle(traveller: Traveller): { traveller: Traveller; outcome: Outcome } {
  const last = traveller.hops.at(-1);
  const { message, mend } = reasons.WALK_TOO_LONG;
  const stop: Stop = { letter: last?.letter ?? '', host: last?.host ?? '', code: 'WALK_TOO_LONG', message, mend };
  return { traveller, outcome: { kind: 'stops', stop, certain: false } };
}

/** Arriving beats dying, dying on the way beats dying as a copy, and among equals the longest path tells most. */
function rank({ traveller, outcome }: { readonly traveller: Traveller; readonly outcome: Outcome }): number {
  const base = { arrives: 3000, stops: 1000, unresolved: 0, elsewhere: 0 }[outcome.kind];
  const certain = outcome.kind === 'stops' && outcome.certain ? 1000 : 0;
  return base + certain + traveller.hops.length;
}

function stopOf(outcome: Outcome): Stop | null {
  return outcome.kind === 'stops' ? outcome.stop : null;
}

function lost(traveller: Traveller): Stop {
  const last = traveller.hops.at(-1);
  const message = 'the packet reaches other ports only: no copy goes to the destination';
  return {
    letter: last?.letter ?? '',
    host: last?.host ?? '',
    code: 'NOTHING_LISTENS',
    message,
    mend: reasons.NOTHING_LISTENS.mend,
  };
}

function lineOf(journey: Journey, from: Endpoint, packet: Packet, traveller: Traveller, stop: Stop | null): Line {
  const last = traveller.hops.at(-1)?.packet ?? packet;
  return {
    from,
    to: journey.to,
    packet,
    verdict: stop === null ? 'arrives' : 'stops',
    translatedSource: last.ipSource === packet.ipSource ? null : last.ipSource,
    translatedDestination: last.ipDestination === packet.ipDestination ? null : last.ipDestination,
    hops: traveller.hops,
    stop,
    assumptions: [...new Set(traveller.assumptions)],
  };
}

function firstPacket(question: Question): Packet {
  const { from, to, protocol } = question;
  const ipDestination = to.kind === 'outside' ? to.ipAddress : to.address;
  const ipVersion = ipVersionOf(ipDestination);
  const ports = hasPorts(protocol)
    ? { sourcePort: question.sourcePort ?? ephemeralPort, destinationPort: question.destinationPort ?? 0 }
    : { sourcePort: echoTypes[ipVersion].request, destinationPort: 0 };
  return {
    macSource: from.kind === 'port' ? from.macAddress : strangerMac,
    macDestination: 'ff:ff:ff:ff:ff:ff',
    vlan: null,
    vni: null,
    ipVersion,
    ipSource: from.ipAddress,
    ipDestination,
    protocol,
    ...ports,
    dscp: 0,
    ttl: 64,
    bytes: question.bytes ?? 84,
  };
}

/** The packet that answers another: ends swapped, from the end that was reached. */
function answering(packet: Packet, from: Endpoint): Packet {
  const ports = hasPorts(packet.protocol)
    ? { sourcePort: packet.destinationPort, destinationPort: packet.sourcePort }
    : { sourcePort: echoTypes[packet.ipVersion].reply, destinationPort: 0 };
  return {
    ...packet,
    ...ports,
    macSource: from.kind === 'port' ? from.macAddress : strangerMac,
    macDestination: 'ff:ff:ff:ff:ff:ff',
    ipSource: packet.ipDestination,
    ipDestination: packet.ipSource,
    vlan: null,
    vni: null,
    ttl: 64,
  };
}
