import type { Namespace } from '../host/host-state.ts';
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
import type { Evidence } from './line.ts';
import { answers, type HookResult } from './nat.ts';
import { hasPorts, type Packet } from './packet.ts';
import type { RouteDecision } from './routing.ts';
import { ruleEvidence } from './rule-evidence.ts';

interface Here {
  readonly host: string;
  readonly namespace: string;
  readonly device: string;
}

/** The hop of the device by which a packet comes into a namespace, with the route that it will take. */
export function enterHop(
  here: Here,
  traveller: Traveller,
  namespace: Namespace,
  route: RouteDecision,
  translatedTo: string,
): Traveller {
  const { ipDestination } = traveller.packet;
  const link = namespace.links[here.device];
  return withHop(traveller, {
    letter: deviceLetter(here.namespace, here.device),
    host: here.host,
    namespace: here.namespace,
    device: here.device,
    place: here.namespace,
    what: translatedTo === ipDestination ? routeWords(route) : `answers for ${ipDestination}`,
    because: link?.macAddress === undefined ? '' : `its MAC ${link.macAddress}`,
    evidence: [
      { command: inNamespace(here.namespace, `ip addr show ${here.device}`), text: (link?.addresses ?? []).join(', ') },
      {
        command: inNamespace(here.namespace, 'ip route'),
        text: route.kind === 'forward' ? route.text : routeWords(route),
      },
    ],
  });
}

function routeWords(route: RouteDecision): string {
  switch (route.kind) {
    case 'local':
      return `for itself: ${route.device} has the address`;
    case 'forward':
      return `route: ${route.text}`;
    case 'none':
      return 'no route';
  }
}

/** The hop of a translation, by a rule or by what conntrack remembers; the traveller as it was where nothing changes. */
export function natHop(
  here: Here,
  traveller: Traveller,
  hook: HookResult,
  memory: TranslatedAt | null,
  packet: Packet,
  route: RouteDecision | null = null,
): Traveller {
  const change = changeWords(traveller.packet, packet);
  if (change === '') return { ...traveller, packet };
  const step = hook.decisive?.translation?.step ?? null;
  const evidence: readonly Evidence[] =
    step === null
      ? [{ command: inNamespace(here.namespace, 'conntrack -L'), text: memory === null ? '' : conntrackWords(memory) }]
      : [ruleEvidence(here.namespace, packet, step)];
  return withHop(
    traveller,
    {
      letter: '',
      host: here.host,
      namespace: here.namespace,
      device: 'nat',
      place: here.namespace,
      what: route === null ? change : `${change}; ${routeWords(route)}`,
      because: step === null ? 'conntrack' : chainWords(step.chain),
      evidence,
    },
    packet,
  );
}

function changeWords(before: Packet, after: Packet): string {
  const ends = [
    [`${before.ipSource}`, `${after.ipSource}`],
    [`${before.ipDestination}`, `${after.ipDestination}`],
    [`source port ${before.sourcePort}`, `${after.sourcePort}`],
    [`port ${before.destinationPort}`, `${after.destinationPort}`],
  ] as const;
  return ends.flatMap(([from, to]) => (from.split(' ').at(-1) === to ? [] : [`${from} -> ${to}`])).join(', ');
}

function chainWords(chain: string): string {
  if (chain.endsWith('float-snat')) return `${chain} (floating IP)`;
  if (chain.endsWith('-snat')) return `${chain} (router’s own address)`;
  return chain;
}

function conntrackWords(memory: TranslatedAt): string {
  const { before, after } = memory;
  return `src=${before.ipSource} dst=${before.ipDestination} … src=${after.ipDestination} dst=${after.ipSource}`;
}

/** The translation that conntrack of a namespace remembers for a packet that answers; null for a first packet. */
export function remembered(journey: Journey, host: string, namespace: string, packet: Packet): TranslatedAt | null {
  return (
    journey.remembered.find(
      (entry) => entry.host === host && entry.namespace === namespace && answers(packet, entry.after),
    ) ?? null
  );
}

/** An answering packet with one end translated back. */
export function reversed(packet: Packet, memory: TranslatedAt, end: 'source' | 'destination'): Packet {
  const { before } = memory;
  const ported = hasPorts(packet.protocol);
  if (end === 'destination') {
    return { ...packet, ipDestination: before.ipSource, ...(ported ? { destinationPort: before.sourcePort } : {}) };
  }
  return { ...packet, ipSource: before.ipDestination, ...(ported ? { sourcePort: before.destinationPort } : {}) };
}

/** The end of a packet that a rule of a namespace drops. */
export function dropMove(here: Here, traveller: Traveller, hook: HookResult): Move {
  const step = hook.decisive?.decidedBy ?? null;
  const rule = step === null ? 'a chain’s policy' : `-A ${step.chain} ${step.text}`;
  const letter = deviceLetter(here.namespace, here.device);
  return stopped(traveller, { letter, host: here.host }, 'RULE_DROP', `${here.namespace}: dropped by ${rule}`);
}
