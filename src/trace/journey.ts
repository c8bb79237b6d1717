import type { HostState, Link, Namespace } from '../host/host-state.ts';
import { ROOT } from '../host/host-state.ts';
import type { Endpoint, Evidence, Hop, Stop } from './line.ts';
import type { ConnectionState, Packet } from './packet.ts';
import { type ReasonCode, reasons } from './reasons.ts';
import type { TraceModel } from './trace-model.ts';

/** A packet that a walk follows, with what it met so far. Each copy of a flooded packet is a traveller of its own. */
export interface Traveller {
  readonly packet: Packet;
  readonly hops: readonly Hop[];
  /** On which side of the picture the packet is: decides between the letters E F G and J I H. */
  readonly side: 'compute' | 'network';
  /** Whether this is a copy that went another way than the destination is. */
  readonly astray: boolean;
  readonly translations: readonly TranslatedAt[];
  readonly assumptions: readonly string[];
}

/** What conntrack of a namespace remembers of a translated connection: its first packet before and after. */
export interface TranslatedAt {
  readonly host: string;
  readonly namespace: string;
  readonly before: Packet;
  readonly after: Packet;
}

interface At {
  readonly host: string;
  readonly traveller: Traveller;
}

/** A frame comes to a device from the wire, or leaves by it. */
export interface Received extends At {
  readonly kind: 'received';
  readonly namespace: string;
  readonly device: string;
}

export interface Sent extends At {
  readonly kind: 'sent';
  readonly namespace: string;
  readonly device: string;
}

/** A frame enters an OVS bridge by a port, or leaves it by one. */
export interface Switched extends At {
  readonly kind: 'switched';
  readonly bridge: string;
  readonly port: string;
}

export interface SwitchedOut extends At {
  readonly kind: 'switchedOut';
  readonly bridge: string;
  readonly port: string;
}

export interface End {
  readonly kind: 'end';
  readonly traveller: Traveller;
  readonly outcome: Outcome;
}

/** Where a traveller is next. A walk is a list of these, worked off until all are ends. */
export type Move = Received | Sent | Switched | SwitchedOut | End;

export type Outcome =
  | { readonly kind: 'arrives' }
  /** `certain` where the packet was on its only way to the destination; a flooded copy that dies elsewhere is not. */
  | { readonly kind: 'stops'; readonly stop: Stop; readonly certain: boolean }
  /** The next hop's MAC cannot be learned: what kills the packet before it is sent, should it otherwise arrive. */
  | { readonly kind: 'unresolved'; readonly stop: Stop }
  | { readonly kind: 'elsewhere' };

/** What a walk knows and wants. */
export interface Journey {
  readonly states: Readonly<Record<string, HostState>>;
  readonly model: TraceModel;
  readonly to: Endpoint;
  readonly connection: ConnectionState;
  /** Translations that conntrack remembers, when the packet answers an earlier one. */
  readonly remembered: readonly TranslatedAt[];
}

export function linkAt(
  journey: Pick<Journey, 'states'>,
  host: string,
  namespace: string,
  device: string,
): Link | undefined {
  return namespaceAt(journey, host, namespace)?.links[device];
}

export function namespaceAt(journey: Pick<Journey, 'states'>, host: string, namespace: string): Namespace | undefined {
  return journey.states[host]?.namespaces[namespace];
}

/** The OVS bridge of a host that has a port, by name. */
export function bridgeOfPort(state: HostState | undefined, port: string): string | undefined {
  return Object.entries(state?.bridges ?? {}).find(([, bridge]) => Object.hasOwn(bridge.ports, port))?.[0];
}

/** The namespace that holds a device; a live copy outside the host's own namespace wins over one inside it. */
export function namespaceOfDevice(state: HostState | undefined, device: string): string | undefined {
  const holding = Object.entries(state?.namespaces ?? {}).filter(([, namespace]) =>
    Object.hasOwn(namespace.links, device),
  );
  return (holding.find(([name]) => name !== ROOT) ?? holding[0])?.[0];
}

/** The traveller with one more hop. */
export function withHop(traveller: Traveller, hop: Omit<Hop, 'packet'>, packet: Packet = traveller.packet): Traveller {
  return { ...traveller, packet, hops: [...traveller.hops, { ...hop, packet }] };
}

/** The traveller whose last hop shows more. */
export function withEvidence(traveller: Traveller, evidence: readonly Evidence[], packet: Packet): Traveller {
  const last = traveller.hops.at(-1);
  if (last === undefined) return { ...traveller, packet };
  const shown = { ...last, packet, evidence: [...last.evidence, ...evidence] };
  return { ...traveller, packet, hops: [...traveller.hops.slice(0, -1), shown] };
}

/** The end of a traveller, with its reason. `certain` unless said otherwise. */
export function stopped(
  traveller: Traveller,
  at: { readonly letter: string; readonly host: string },
  code: ReasonCode,
  message: string,
  options: { readonly mend?: string; readonly certain?: boolean } = {},
): Move {
  const stop: Stop = { letter: at.letter, host: at.host, code, message, mend: options.mend ?? reasons[code].mend };
  return {
    kind: 'end',
    traveller,
    outcome: { kind: 'stops', stop, certain: (options.certain ?? true) && !traveller.astray },
  };
}

export function elsewhere(traveller: Traveller): Move {
  return { kind: 'end', traveller, outcome: { kind: 'elsewhere' } };
}

export function arrived(traveller: Traveller): Move {
  return { kind: 'end', traveller, outcome: { kind: 'arrives' } };
}

/** How a command is run in a namespace by hand. */
export function inNamespace(namespace: string, command: string): string {
  return namespace === ROOT ? command : `ip netns exec ${namespace} ${command}`;
}
