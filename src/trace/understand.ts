import type { Protocol } from './packet.ts';
import { addressedFrom, resolveEndpoint } from './resolve.ts';
import type { TraceModel } from './trace-model.ts';
import type { Question } from './walk.ts';

/** What a person asks: two ends by name or address. */
export interface Asked {
  readonly from: string;
  readonly to: string;
  /** Id or name of the network that an address lies in, where addresses overlap. */
  readonly network?: string | undefined;
  readonly protocol?: Protocol | undefined;
  readonly destinationPort?: number | undefined;
}

export type Understood =
  | { readonly kind: 'question'; readonly question: Question }
  /** An end that is not one thing: why, and what it could be, a line each. */
  | { readonly kind: 'unclear'; readonly message: string };

/** Finds the two ends in the model. Without a protocol TCP is meant where there is a port, else a ping. */
export function understand(model: TraceModel, asked: Asked): Understood {
  const from = resolveEndpoint(model, asked.from, asked.network);
  const to = resolveEndpoint(model, asked.to, asked.network);
  if (from.kind === 'unclear') return unclear(from);
  if (to.kind === 'unclear') return unclear(to);
  const target = addressedFrom(from.endpoint, to.endpoint);
  const isV6 = (target.kind === 'port' ? target.address : target.ipAddress).includes(':');
  const protocol = asked.protocol ?? (asked.destinationPort !== undefined ? 'tcp' : isV6 ? 'icmp6' : 'icmp');
  const port = asked.destinationPort === undefined ? {} : { destinationPort: asked.destinationPort };
  return { kind: 'question', question: { from: from.endpoint, to: target, model, protocol, ...port } };
}

function unclear({
  message,
  candidates,
}: {
  readonly message: string;
  readonly candidates: readonly string[];
}): Understood {
  return { kind: 'unclear', message: [message, ...candidates].join('\n  ') };
}
