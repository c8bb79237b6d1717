import type { Packet } from './packet.ts';
import type { ReasonCode } from './reasons.ts';

/** One end of a line: what was asked for, resolved. `name` is what a person calls it. */
export type Endpoint =
  | {
      readonly kind: 'port';
      readonly name: string;
      readonly portId: string;
      readonly networkId: string;
      readonly macAddress: string;
      /** The fixed IP that the line starts or ends with. */
      readonly ipAddress: string;
      /** The floating IP by which the outside reaches it; null where it has none. */
      readonly floatingIpAddress: string | null;
      /** The address that was meant by the question: the floating IP where that was named. */
      readonly address: string;
      /** `binding:host_id`; empty while unbound. */
      readonly host: string;
      /** The device that is the port: `tap…`, `qr-…`, `qg-…`. */
      readonly device: string;
      readonly deviceOwner: string;
    }
  | { readonly kind: 'outside'; readonly name: string; readonly ipAddress: string };

/** The command that shows a fact by hand, run on the hop's host, and what it shows. */
export interface Evidence {
  readonly command: string;
  readonly text: string;
}

/** One step of a packet's path. */
export interface Hop {
  /** Letter of the picture, A to Q; empty for a step between letters. */
  readonly letter: string;
  readonly host: string;
  /** Empty for the host's own. */
  readonly namespace: string;
  readonly device: string;
  /** `bridge qbr…`, `br-int`, `qrouter-…`. */
  readonly place: string;
  /** What happens here, in words. */
  readonly what: string;
  /** What decided it, in short. */
  readonly because: string;
  /** The packet as it leaves this step. */
  readonly packet: Packet;
  readonly evidence: readonly Evidence[];
}

/** Where and why a packet dies. */
export interface Stop {
  readonly letter: string;
  readonly host: string;
  readonly code: ReasonCode;
  /** What happened here, with the names and numbers of this case. */
  readonly message: string;
  /** What would mend it, as a command where there is one. */
  readonly mend: string;
}

/** A packet's path between two ends, and how it ended. Plain data: this is what `--json` prints. */
export interface Line {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly packet: Packet;
  readonly verdict: 'arrives' | 'stops';
  /** Addresses under which it arrived, where they were translated on the way. */
  readonly translatedSource: string | null;
  readonly translatedDestination: string | null;
  readonly hops: readonly Hop[];
  readonly stop: Stop | null;
  /** What the walk had to take for granted; empty when everything on the path was seen. */
  readonly assumptions: readonly string[];
}
